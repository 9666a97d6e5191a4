import { Kind, parse, valueFromASTUntyped, type FieldNode } from 'graphql';
import type { Viewer } from '../../src/access/viewer.js';
import type { Branch } from '../../src/boundary/branches.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import type { BoundStatement, Row } from '../../src/database/envelope.js';
import type { HubDatabase } from '../../src/database/database.js';
import { namedStatement } from '../../src/database/packed-rows.js';
import { Planner } from '../../src/planner/planner.js';
import { Readers, type RunOptions } from '../../src/planner/readers.js';
import { boundaryPolicy } from '../../src/server/schema.js';
import type { GraphQLCall } from './hub-under-test.js';
import type { Asker } from './judge.js';

/** A root field of a call as a faulty part looks at it. */
export interface AskedRoot {
  readonly key: string;
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** The root fields of a call, in order, with their arguments. */
export function rootsOf({ query, variables = {} }: GraphQLCall): AskedRoot[] {
  const operation = parse(query).definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const fields = operation?.selectionSet.selections.filter((selection): selection is FieldNode => selection.kind === Kind.FIELD) ?? [];
  return fields.map(({ alias, name, arguments: given = [] }) => ({
    key: alias?.value ?? name.value,
    name: name.value,
    given: Object.fromEntries(given.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value, { ...variables })])),
  }));
}

export interface Body {
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
  data: Record<string, unknown> | null;
  extensions?: unknown;
}

export function readBody(text: string): Body {
  return JSON.parse(text) as Body;
}

/** Writes a body as the hub does: errors first, and none where there are none. */
export function writeBody({ errors = [], data, ...rest }: Body): string {
  return JSON.stringify({ ...(errors.length > 0 ? { errors } : {}), data, ...rest });
}

/** Takes the chosen roots, data and errors, from the answer of the second planner. */
export function rootsFromSecond(chosen: (root: AskedRoot, index: number, all: readonly AskedRoot[], asker: Asker) => boolean) {
  return (call: GraphQLCall, asker: Asker, wholeText: string, secondText: string): string => {
    const [whole, second] = [readBody(wholeText), readBody(secondText)];
    if (whole.data === null || second.data === null) return wholeText;
    const keys = new Set(rootsOf(call).filter((root, i, all) => chosen(root, i, all, asker)).map(({ key }) => key));
    if (keys.size === 0) return wholeText;
    const from = (key: string): Body => (keys.has(key) ? second : whole);
    const data = Object.fromEntries(Object.keys(whole.data).map((key) => [key, from(key).data?.[key] ?? null]));
    // The errors of a root stand together; their order is that of the answers.
    const told = new Set([whole, second].flatMap(({ errors = [] }) => errors.map(({ path }) => String(path?.[0]))));
    const errors = [...told].flatMap((key) => (from(key).errors ?? []).filter(({ path }) => String(path?.[0]) === key));
    return writeBody({ ...whole, errors, data });
  };
}

/** Walks two answers of one shape; `pick` decides for a member of an object whether the second one's value stands. */
export function membersFromSecond(whole: unknown, second: unknown, pick: (key: string, whole: unknown) => boolean): unknown {
  if (Array.isArray(whole) && Array.isArray(second)) return whole.map((entry, i) => membersFromSecond(entry, second[i], pick));
  if (!isObject(whole) || !isObject(second)) return whole;
  return Object.fromEntries(
    Object.entries(whole).map(([key, value]) => [key, pick(key, value) ? (second[key] ?? null) : membersFromSecond(value, second[key], pick)]),
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A boundary in which rows take the rights of the viewer's strongest relation, whichever relation shows them. */
export class StrongestRights extends BoundaryPolicy {
  constructor() {
    super(boundaryPolicy().declarations, undefined, []);
  }

  override allBranches(principal: string, type: string): readonly Branch[] {
    const all = super.allBranches(principal, type);
    return all.map((branch) => ({ ...branch, rights: all[0]?.rights ?? branch.rights }));
  }
}

/** Readers that change statements, or look at them, on their way to the database. */
export class ChangedReaders extends Readers {
  readonly #change: (statement: BoundStatement) => BoundStatement;

  constructor(database: HubDatabase, change: (statement: BoundStatement) => BoundStatement) {
    super(database, boundaryPolicy().terms);
    this.#change = change;
  }

  override run(viewer: Viewer, statements: readonly BoundStatement[], options?: RunOptions): Promise<readonly (readonly Row[])[]> {
    return super.run(viewer, statements.map(this.#change), options);
  }
}

/** A statement with another text. */
export function withText({ statement, ...bound }: BoundStatement, text: string): BoundStatement {
  return { ...bound, statement: text === statement.text ? statement : namedStatement(text) };
}

/** A planner whose plans are cached by document, not by viewer class: whoever asks first decides for all. */
export class SharedPlans extends Planner {
  readonly #first = new Map<string, Viewer>();

  override run(...[known, operation, variables, viewer, context]: Parameters<Planner['run']>): ReturnType<Planner['run']> {
    const first = this.#first.get(known.hash) ?? viewer;
    this.#first.set(known.hash, first);
    return super.run(known, operation, variables, { ...viewer, principal: first.principal, pageLimit: first.pageLimit }, context);
  }
}

/** Replaces in generated text, and throws where there is nothing to replace: a fault that was not planted is not found. */
export function replaced(text: string, pattern: RegExp, by: string): string {
  const changed = text.replace(pattern, by);
  if (changed === text) throw new Error(`the fault could not be planted: no ${String(pattern)}`);
  return changed;
}
