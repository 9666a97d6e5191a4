/**
 * The declaration language of the sharing boundary. One declaration per GraphQL type says which rows a viewer may see
 * and which fields of them, each with the row of the boundary table (B-nn) and the clauses it rests on. Everything the
 * hub enforces is compiled from these objects; what no declaration allows is denied.
 */

/** Who asks: the kind of the viewer's agency, or the role the viewer acts in (codes of the vocabulary). */
export type Principal = string;

/** A value that belongs to the viewer and is bound when an operation runs. */
export type ViewerTerm = 'agency' | 'district';

/** A column must equal a value of the viewer, or be one of the listed literals. */
export type Condition = { readonly viewer: ViewerTerm } | { readonly oneOf: readonly string[] };

/** How a granted cell is shown: as it is, or through a mask of `masks.ts`. */
export type MaskName = 'familyName';

/** The legal ground of a grant or of an openness. */
export interface Basis {
  /** Rows of the boundary table, for example B-02. */
  readonly rows: readonly string[];
  /** Clause or ruling ids, for example XT-3.1c or A-63; never empty. */
  readonly clauses: readonly string[];
}

/** One way in which a viewer stands to a record. The conditions are joined by AND; one relation is one index shape. */
export interface RelationDeclaration extends Basis {
  readonly relation: string;
  readonly zh: string;
  readonly en: string;
  readonly viewers: readonly Principal[];
  readonly where: Readonly<Record<string, Condition>>;
  /** Field groups shown as they are. */
  readonly allow: readonly string[];
  /** Field groups shown through a mask. */
  readonly mask?: Readonly<Record<string, MaskName>>;
  /** First and last day (`YYYY-MM-DD`, inclusive) on which the relation holds; without them it holds on every day. */
  readonly from?: string;
  readonly until?: string;
}

/** A type that holds records: rows by relation, fields by group. */
export interface RecordBoundary {
  readonly form: 'record';
  readonly type: string;
  /** Field that names a record to those who saw it, for example in an event that it left their scope. */
  readonly identity: string;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly relations: readonly RelationDeclaration[];
}

/** A type seen only through a record one may see: its fields take the rights of a group of that record. */
export interface PartBoundary {
  readonly form: 'part';
  readonly type: string;
  readonly of: string;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** A unique field by which records may be asked for through this part, for example the holder's credit code. */
  readonly lookUp?: string;
}

/** Fields that carry a record type without adding to it (roots, connections, page information). */
export interface CarrierBoundary {
  readonly form: 'carrier';
  readonly type: string;
  readonly of: string;
  readonly fields: readonly string[];
}

/** Fields open to every authenticated viewer: the hub's own vocabulary and the viewer's own rights. */
export interface OpenBoundary extends Basis {
  readonly form: 'open';
  readonly type: string;
  readonly fields: readonly string[];
  readonly zh: string;
  readonly en: string;
}

/** An operation of its own: named viewers may call it and see the listed fields of its answer, nothing more. */
export interface OperationBoundary extends Basis {
  readonly form: 'operation';
  readonly type: string;
  readonly fields: readonly string[];
  readonly viewers: readonly Principal[];
  readonly zh: string;
  readonly en: string;
}

export type Boundary = RecordBoundary | PartBoundary | CarrierBoundary | OpenBoundary | OperationBoundary;

/** The column equals this value of the viewer. */
export const viewer = {
  agency: { viewer: 'agency' },
  district: { viewer: 'district' },
} as const satisfies Record<ViewerTerm, Condition>;

/** The column is one of these literals. */
export function oneOf(...values: readonly string[]): Condition {
  return { oneOf: values };
}
