import type { Table } from '../database/tables.js';
import type { Branch } from './branches.js';
import type { Principal } from './declaration.js';
import type { Term } from './row-conditions.js';

/** Reader role of a viewer class: the role under which its statements run. */
export function readerRole(principal: Principal): string {
  return `concordat_reader_${principal.toLowerCase()}`;
}

export function gateRole(principal: Principal, gate: string): string {
  return `concordat_gate_${principal.toLowerCase()}_${snakeCase(gate)}`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Name of the view on which a branch is read; `withParts` adds the joined parts (the holder of a permit). */
export function branchView(principal: Principal, table: Table, branch: Branch, withParts = false): string {
  return `shared.${bareName(table)}${withParts ? '_with_parts' : ''}__${principal.toLowerCase()}__${snakeCase(branch.name)}`;
}

/** Name of the view by which a viewer class finds the key of a visible record's part by its look-up field. */
export function lookUpView(principal: Principal, part: Table): string {
  return `shared.${bareName(part)}_key__${principal.toLowerCase()}`;
}

/** Name of the view on the change log of a record type for a viewer class. */
export function changeView(principal: Principal, table: Table): string {
  return `shared.${bareName(table)}_change__${principal.toLowerCase()}`;
}

/** Column of that view: what an event of leaving may say. */
export const farewellColumn = 'farewell';

/** Name of a table without its schema. */
export function bareName(table: Table): string {
  return table.name.slice(table.name.indexOf('.') + 1);
}

/** Column of a joined part in a `_with_parts` view. */
export function partColumn(property: string, column: string): string {
  return `${property}_${column}`;
}

/** A term of the viewer as the setting of the envelope that carries it. */
export function settingTerm(term: Term): string {
  // `true`: an unset setting is NULL and matches no row, so a statement outside the hub's envelope sees nothing.
  return `current_setting('${settingOf(term)}', true)`;
}

/** Name of the setting of a term. */
export function settingOf(term: Term): string {
  return `hub.${snakeCase(term)}`;
}
