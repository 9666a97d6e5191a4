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
 * A root field of Query that the planner answers. Declared by the capability that owns the type; the planner knows no
 * capability. Arguments are named by path (`filter.district`).
 */
export interface ReadDeclaration {
  readonly field: string;
  /** The record type that is read. */
  readonly type: string;
  /** A part of the record: the read answers with the parts of the visible records, each once, instead of the records. */
  readonly part?: string;
  /** `one`: the first row by `order`, or null. `connection`: a keyset page (Relay arguments). `own`: an OwnRead. */
  readonly form: 'one' | 'connection' | 'own';
  readonly filters: Readonly<Record<string, FilterDeclaration>>;
  /** Total order: its last property is unique. */
  readonly order: readonly OrderDeclaration[];
}

/** At most this many rows of a nested list, oldest first. */
export const largestNestedList = 20;
