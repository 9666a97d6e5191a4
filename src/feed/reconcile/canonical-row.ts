import { createHash } from 'node:crypto';

/**
 * The canonical text of a row, in which hub and partner compare what each of them holds. It is one record of a CSV file
 * (RFC 4180) without the line end: every cell quoted, quotes doubled, a null cell empty and unquoted, so that null and the
 * empty text differ. Cells are texts as an answer shows them: dates as YYYY-MM-DD, numbers in decimal. UTF-8, as stored.
 */
export function canonicalRow(cells: readonly (string | null)[]): string {
  return cells.map((cell) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`)).join(',');
}

/** The same text made by PostgreSQL of expressions of type text. */
export function canonicalRowSql(cells: readonly string[]): string {
  return cells.map((cell) => `coalesce('"' || replace(${cell}, '"', '""') || '"', '')`).join(" || ',' ||\n      ");
}

/** Digest of a row: SHA-256 of its canonical text, lower-case hexadecimal. */
export function rowDigest(row: string): string {
  return createHash('sha256').update(row).digest('hex');
}

/**
 * Digest of a bucket: SHA-256 of the digests of its rows, sorted, each with a line feed behind it. Sorted are the digests
 * and not the keys, because hexadecimal digits sort alike in every language; texts outside ASCII do not.
 */
export function bucketDigest(rows: Iterable<string>): string {
  return createHash('sha256').update([...rows].sort().map((digest) => `${digest}\n`).join('')).digest('hex');
}

/** The SHA-256 of a text, by PostgreSQL. */
export function digestSql(text: string): string {
  return `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
}

/** The digest of a bucket out of the digests of a group of rows, by PostgreSQL. */
export function bucketDigestSql(digest: string): string {
  return digestSql(`string_agg(${digest} || E'\\n', '' ORDER BY ${digest} COLLATE "C")`);
}
