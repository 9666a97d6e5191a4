/**
 * What of a record type may be grouped and measured by viewers who see its rows. Declared by the capability; which of it a
 * viewer may use follows from the boundary: each property is an operand like a filter.
 */

/** A property by which records are grouped; a date by its year, quarter or month. */
export interface Dimension {
  /** Member of the group that shows it. */
  readonly field: string;
  /** Property of the record, or of a part or agency behind it (`holder.kind`). */
  readonly property: string;
  readonly period?: 'YEAR' | 'QUARTER' | 'MONTH';
}

/** What is measured per record: whole days between two dates, rows of a nested list, or a date. */
export type Quantity =
  | { readonly days: readonly [from: string, to: string]; /** The date that means without end; such records are not measured. */ readonly endless: string }
  | { readonly rows: string }
  | { readonly date: string };

/** A quantity under the member of the group that shows its summary. */
export interface Measure {
  readonly field: string;
  readonly quantity: Quantity;
}

/** The functions over a quantity. */
export const functions = ['count', 'sum', 'min', 'max', 'average'] as const;
export type Summary = (typeof functions)[number];

/** A single number of a group, as `having` and `orderBy` name it. */
export type Figure = 'count' | 'unit' | { readonly of: string; readonly summary: Summary };

export interface StatisticsDeclaration {
  readonly field: string;
  readonly type: string;
  /** Whose distinct number is told beside that of the records: a column or a to-one property, under the member that shows it. */
  readonly unit: { readonly field: string; readonly property: string };
  readonly dimensions: Readonly<Record<string, Dimension>>;
  readonly measures: readonly Measure[];
  readonly figures: Readonly<Record<string, Figure>>;
  readonly filters: Readonly<Record<string, { readonly property: string; readonly compare: '=' | '>=' | '<=' }>>;
}

/** The properties a quantity is made of. */
export function propertiesOf(quantity: Quantity): readonly string[] {
  if ('days' in quantity) return quantity.days;
  return 'rows' in quantity ? [quantity.rows] : [quantity.date];
}
