/** One column of a set-based statement: its name, PostgreSQL type and how a record gives its value. */
export interface SqlColumn<R> {
  readonly name: string;
  readonly type: 'text' | 'int' | 'bigint' | 'date';
  readonly value: (record: R) => string | number | null;
}

/** `unnest($from::text[], …)`: one parameter per column, each an array over all records. `from` is 1-based. */
export function unnestSql(columns: readonly SqlColumn<never>[], from = 1): string {
  return `unnest(${columns.map(({ type }, index) => `$${index + from}::${type}[]`).join(', ')})`;
}

/**
 * The arrays for `unnestSql` of the same columns, as PostgreSQL writes arrays. The driver would write them too, at three
 * times the cost: it looks at the kind of every element, and replaces in each what hardly any holds.
 */
export function columnArrays<R>(columns: readonly SqlColumn<R>[], records: readonly R[]): string[] {
  return columns.map(({ value }) => {
    let array = '{';
    for (const record of records) {
      if (array.length > 1) array += ',';
      array += element(value(record));
    }
    return `${array}}`;
  });
}

const special = /["\\]/;

function element(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  return special.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}

/** The columns' names, each after `prefix`, comma-separated. */
export function columnNames(columns: readonly SqlColumn<never>[], prefix = ''): string {
  return columns.map(({ name }) => `${prefix}${name}`).join(', ');
}
