import type { Purpose } from '../measures/purposes.js';
import type { MaskName } from './masks.js';

/**
 * The declaration language of the sharing boundary. One declaration per GraphQL type says which rows a viewer may see
 * and which field groups of them, each with the row of the boundary table (B-nn) and the clauses it rests on. Everything
 * the hub enforces is compiled from these objects; what no declaration allows is denied.
 */

/** Who asks: the kind of the viewer's agency, or the role the viewer acts in (codes of the vocabulary). */
export type Principal = string;

/** The legal ground of a grant, an openness or a prohibition. */
export interface Basis {
  /** Rows of the boundary table, for example B-02. */
  readonly rows: readonly string[];
  /** Clause or ruling ids, for example XT-3.1c or A-63; never empty. */
  readonly clauses: readonly string[];
}

/** What a declaration says in words. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** A value of the viewer that a column of the record is compared with. */
export type ViewerColumn = 'agency' | 'district';

/**
 * A condition on one column of the record: it equals a value of the viewer, is one of the listed codes, or (a date) has
 * come (`reached`: today or earlier) or not (`open`: later than today, or none yet).
 */
export type Condition =
  | { readonly viewer: ViewerColumn }
  | { readonly oneOf: readonly string[] }
  | { readonly day: 'reached' | 'open' };

/** How a cell is shown: as it is, as a digest that only the viewer's agency can compare, or through a mask. */
export type Shown = 'full' | 'digest' | { readonly mask: MaskName };

/**
 * The right on a field group. With `purposes`, only a viewer who declared one of them and a case number has it; with
 * `when`, only while a date of the record has come or is still open. Where that is not met, `otherwise` is shown, and
 * without it the cell is withheld.
 */
export interface Right {
  readonly shown: Shown;
  readonly purposes?: readonly Purpose[];
  readonly when?: { readonly property: string; readonly day: 'reached' | 'open' };
  readonly otherwise?: Shown;
}

/** Fields that are shared or withheld together. A right on a `sensitive` group shows it in full for a purpose only. */
export interface FieldGroup extends Words {
  readonly fields: readonly string[];
  readonly sensitive?: true;
}

/** One way in which a viewer stands to a record. The conditions are joined by AND; one relation is one index shape. */
export interface RelationDeclaration extends Basis, Words {
  readonly relation: string;
  readonly viewers: readonly Principal[];
  readonly where: Readonly<Record<string, Condition>>;
  /** Field group → how its viewers see it; a group that is not named is withheld. */
  readonly sees: Readonly<Record<string, Right>>;
  /** Rows show only to who declared one of these purposes and a case number. */
  readonly purposes?: readonly Purpose[];
  /** First and last day (`YYYY-MM-DD`, inclusive) on which the relation holds; without them it holds on every day. */
  readonly from?: string;
  readonly until?: string;
}

/** What a registered agreement may share of a type, at most. Adding an agreement is data (`agreements.yaml`). */
export interface AgreementOffer extends Basis {
  readonly groups: readonly string[];
  readonly where: Readonly<Record<string, Condition>>;
}

/** Rows that no relation and no agreement may show to these viewers; the hub does not start where one would. */
export interface Prohibition extends Basis, Words {
  readonly viewers: readonly Principal[];
  readonly where: Readonly<Record<string, { readonly oneOf: readonly string[] }>>;
}

/** Said of a record that left a viewer's sight, for example that an entry was repaired; anything else stays unsaid. */
export interface Farewell extends Basis {
  readonly property: string;
  readonly oneOf: readonly string[];
}

/** A type that holds records: rows by relation, fields by group. */
export interface RecordBoundary {
  readonly form: 'record';
  readonly type: string;
  /** Field that names a record to those who saw it, for example in an event that it left their scope. */
  readonly identity: string;
  /** Property that holds the internal id of its subject, where no part does: for the evidence alone. */
  readonly subject?: string;
  /** What an event of leaving may say beside the identity: this property, where it came to be one of these codes. */
  readonly farewell?: Farewell;
  readonly groups: Readonly<Record<string, FieldGroup>>;
  readonly relations: readonly RelationDeclaration[];
  readonly byAgreement?: AgreementOffer;
  readonly never?: readonly Prohibition[];
}

/** A type seen only through a record one may see: its fields take the rights of the group of that name of the record. */
export interface PartBoundary {
  readonly form: 'part';
  readonly type: string;
  readonly of: string;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** A unique field by which records may be asked for through this part, for example the holder's credit code. */
  readonly lookUp?: string;
}

/** Fields that carry record types without adding to them (roots, connections): open to who sees any of these types. */
export interface CarrierBoundary {
  readonly form: 'carrier';
  readonly type: string;
  readonly of: string | readonly string[];
  readonly fields: readonly string[];
}

/** Fields open to every authenticated viewer: the hub's own vocabulary and the viewer's own rights. */
export interface OpenBoundary extends Basis, Words {
  readonly form: 'open';
  readonly type: string;
  readonly fields: readonly string[];
}

/** An operation of its own: named viewers may call it and see the listed fields of its answer, nothing more. */
export interface OperationBoundary extends Basis, Words {
  readonly form: 'operation';
  readonly type: string;
  readonly fields: readonly string[];
  readonly viewers: readonly Principal[];
  /** It may be called only by who declared one of these purposes and a case number. */
  readonly purposes?: readonly Purpose[];
}

/** A property by which the cells of a cube are told apart; a date by its year. */
export interface CubeDimension {
  readonly property: string;
  readonly period?: 'YEAR';
}

/**
 * Aggregates of a record type for viewers who see none of its rows: numbers of records and of the protected unit, and
 * sums, over one declared cube. Its viewers get no view on a row: the database holds for them only numbers that were
 * rounded and suppressed before they were stored (src/statistics).
 */
export interface AggregateBoundary extends Basis, Words {
  readonly form: 'aggregate';
  /** Name of the cube. */
  readonly cube: string;
  /** Type and fields that answer from it. */
  readonly type: string;
  readonly fields: readonly string[];
  readonly of: string;
  readonly viewers: readonly Principal[];
  /** Rows that are counted. */
  readonly where: Readonly<Record<string, { readonly oneOf: readonly string[] }>>;
  /** Date of a record that decides in which publication it is counted first. */
  readonly dated: string;
  readonly dimensions: Readonly<Record<string, CubeDimension>>;
  /** Name → list of the record whose rows are added up. */
  readonly sums: Readonly<Record<string, string>>;
  /** Whom the protection is for: a property of the record, the holder or the subject. */
  readonly unit: string;
}

export type Boundary = RecordBoundary | PartBoundary | CarrierBoundary | OpenBoundary | OperationBoundary | AggregateBoundary;

/** The record types the fields of a declaration show or carry; none for operations, cubes and open vocabulary. */
export function recordsOf(declaration: Boundary | null): readonly string[] {
  if (declaration?.form === 'record') return [declaration.type];
  if (declaration?.form !== 'part' && declaration?.form !== 'carrier') return [];
  return typeof declaration.of === 'string' ? [declaration.of] : declaration.of;
}

/** The column equals this value of the viewer. */
export const viewer = {
  agency: { viewer: 'agency' },
  district: { viewer: 'district' },
} as const satisfies Record<ViewerColumn, Condition>;

/** The column is one of these codes. */
export function oneOf(...codes: readonly string[]): { readonly oneOf: readonly string[] } {
  return { oneOf: codes };
}

/** The date has come. */
export const reached: Condition = { day: 'reached' };

/** The date has not come yet, or there is none. */
export const open: Condition = { day: 'open' };

/** As it is. */
export const full: Right = { shown: 'full' };

/** As a digest: equal cells give equal digests to one agency, and nothing to compare with another's. */
export const digest: Right = { shown: 'digest' };

/** Through a mask. */
export function masked(mask: MaskName): Right {
  return { shown: { mask } };
}

/** `right` for who declared one of the purposes and a case number, `otherwise` for everybody else in the relation. */
export function forPurpose(purposes: readonly Purpose[], right: Right, otherwise?: Right): Right {
  return { ...right, purposes, ...otherwiseOf(otherwise) };
}

/** `right` once the date has come (after publication), `otherwise` before. */
export function after(property: string, right: Right, otherwise?: Right): Right {
  return { ...right, when: { property, day: 'reached' }, ...otherwiseOf(otherwise) };
}

/** `right` while the date has not come (until handled), `otherwise` from then on. */
export function until(property: string, right: Right, otherwise?: Right): Right {
  return { ...right, when: { property, day: 'open' }, ...otherwiseOf(otherwise) };
}

function otherwiseOf(otherwise: Right | undefined): { readonly otherwise?: Shown } {
  if (!otherwise) return {};
  if (otherwise.purposes || otherwise.when) throw new Error('Boundary: what is shown otherwise has no conditions of its own');
  return { otherwise: otherwise.shown };
}
