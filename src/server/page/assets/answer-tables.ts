import { element } from './dom.js';
import { description, heading, valueName, type Labels } from './labels.js';
import type { Cell, Piece, Table } from './rows.js';
import { say } from './words.js';

/** A table of the answer as an element: a list with a heading row, a single record as name and value. */
export function tableElement(table: Table, labels: Labels, caption: string): HTMLElement {
  if (table.rows.length === 0) return element('p', { class: 'empty' }, `${caption}${caption ? ' · ' : ''}${say('noRows')}`);
  return table.single ? recordElement(table, labels) : listElement(table, labels, caption);
}

function listElement(table: Table, labels: Labels, caption: string): HTMLElement {
  const head = element('tr', {}, ...table.columns.map((column) => element('th', { scope: 'col' }, ...named(column, table.path, labels))));
  const body = table.rows.map((row) => element('tr', {}, ...table.columns.map((column) => element('td', {}, ...contents(row.get(column), labels)))));
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', {}, element('caption', {}, caption), element('thead', {}, head), element('tbody', {}, ...body)));
}

function recordElement(table: Table, labels: Labels): HTMLElement {
  const [row] = table.rows;
  const lines = table.columns.map((column) =>
    element('tr', {}, element('th', { scope: 'row' }, ...named(column, table.path, labels)), element('td', {}, ...contents(row?.get(column), labels))),
  );
  return element('div', { class: 'scroll' }, element('table', { class: 'record' }, element('tbody', {}, ...lines)));
}

function named(column: string, table: string, labels: Labels): Node[] {
  const inside = column.startsWith(`${table}.`) ? column.slice(table.length + 1) : column;
  const label = heading(labels, column, table);
  return [element('span', { title: description(labels, column) }, label), ...(label === inside ? [] : [element('code', {}, inside)])];
}

function contents(cell: Cell | undefined, labels: Labels): Node[] {
  if (!cell) return [];
  return cell.map((line) => element('div', {}, ...line.flatMap((piece, index) => [...(index > 0 ? [' '] : []), ...pieceNodes(piece, labels)])));
}

function pieceNodes({ path, value }: Piece, labels: Labels): Node[] {
  if (value === null || value === undefined) return [element('span', { class: 'none' }, '—')];
  const name = valueName(labels, path, value);
  if (typeof value === 'boolean') return [document.createTextNode(say(value ? 'yes' : 'no'))];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (name === null) return [document.createTextNode(text)];
  return [document.createTextNode(`${name} `), element('code', {}, text)];
}
