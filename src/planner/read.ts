import { limits } from '../limits/limits.js';

/**
 * How an argument narrows a read: the record's property compared with the argument's value. `holder.uscc` names the
 * look-up field of a part; `node id` arguments are ids of the record (or part) whose key the property is.
 */
export interface FilterDeclaration {
  readonly property: string;
  readonly compare: '=' | '>=' | '<=';
  readonly nodeId?: true;
}

/** A property by which a connection is ordered. */
export interface OrderDeclaration {
  readonly property: string;
  readonly direction: 'ASC' | 'DESC';
}

/**
 * A field that the planner answers with records: a root of Query, or a connection of another type (`Subject.permits`).
 * Declared by the capability that owns the records; the planner knows no capability. Arguments are named by path
 * (`filter.district`); an argument `where` compares properties by name.
 */
export interface ReadDeclaration {
  /** Coordinate, for example `Query.permits`; reads behind `node(id:)` are named `Query.node`. */
  readonly field: string;
  /** Of a connection of another type: the property of the record that holds the parent's key. */
  readonly via?: string;
  /** The record type that is read. */
  readonly type: string;
  /** A part of the record: the read answers with the parts of the visible records, each once, instead of the records. */
  readonly part?: string;
  /** `one`: the first row by `order`, or null. `connection`: a keyset page (Relay arguments). `own`: an OwnRead. */
  readonly form: 'one' | 'connection' | 'own';
  readonly filters: Readonly<Record<string, FilterDeclaration>>;
  /** Total order: its last property is unique. */
  readonly order: readonly OrderDeclaration[];
  /** What `orderBy` may name: enum value → property of the record. */
  readonly orders?: Readonly<Record<string, string>>;
}

/** At most this many rows of a nested list, oldest first. */
export const largestNestedList = limits.nestedList.limit;
