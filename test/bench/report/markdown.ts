/** A number with fixed digits, thousands separated; – where nothing was measured. */
export function number(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  const [whole = '', fraction] = value.toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A table whose first column is text and whose others are numbers. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_head, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)];
}
