import type { GraphQLCall } from './hub-under-test.js';
import type { Order } from './question.js';
import type { PermitRow, SubjectRow, World } from './world.js';

/** What a root used and which rows it showed; coverage counts it for the relations of those rows. */
export interface RootUse {
  readonly root: string;
  readonly uses: ReadonlySet<string>;
  /** Null where what is shown does not matter. */
  readonly rows: readonly PermitRow[] | null;
}

/** Data and errors (path, code) an operation must answer with. */
export interface Expectation {
  readonly data: unknown;
  readonly errors: readonly (readonly [path: string, code: string])[];
}

/** An operation with its expected answers on both worlds; they differ only by what is released on purpose. */
export interface Operation {
  readonly call: GraphQLCall;
  readonly expected: readonly [Expectation, Expectation];
  /** Code of an operation refused as a whole, or null. */
  readonly refused: string | null;
  readonly used: readonly RootUse[];
}

/** The cursors of a list of permits in an order. */
export interface KnownList {
  readonly order: Order;
  readonly places: readonly (readonly [PermitRow, string])[];
}

/** Sealed texts learnt from earlier answers: a record of a visible list and the cursor or id that stands for it. */
export interface KnownTexts {
  /** Of each order a list was asked in, among them the declared one. */
  readonly permits: readonly KnownList[];
  readonly subjects: readonly (readonly [SubjectRow, string])[];
  /** Of the permits in the connections below all holders, in each order. */
  readonly below: readonly KnownList[];
  /** Cursors that open for somebody else or for another list, and texts that open for nobody. */
  readonly foreign: readonly string[];
  /** The id of any record, visible or not. */
  readonly id: (type: string, key: number) => string;
}

/** A filter by a field not every viewer reads in full, which the schema has only where a fault is planted. */
export interface HiddenFilter {
  readonly path: string;
  readonly field: string;
  readonly valueOf: (world: World, permit: PermitRow) => string | null;
}
