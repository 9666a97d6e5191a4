import type { Pool } from 'pg';
import { z } from 'zod';
import type { KeyRing } from '../access/key-ring.js';
import { openBadRow } from './bad-rows.js';
import type { Finding } from './findings.js';
import { mendColumns } from './header.js';
import { IntakeError } from './intake-error.js';

interface BadRowRecord {
  readonly line: string;
  readonly sealed: string;
  readonly fields: readonly string[];
  readonly reasons: readonly string[];
  readonly findings: readonly Finding[] | null;
}

/** Rows fetched at once: a batch of a million bad rows is written without being held. */
const pageRows = 1000;

const rowsSql = `
  SELECT w.line, w.sealed, d.findings,
         coalesce((SELECT array_agg(r.field ORDER BY r.field) FROM hub.import_rejection r WHERE r.batch_id = w.batch_id AND r.line = w.line), '{}') AS fields,
         coalesce((SELECT array_agg(r.reason ORDER BY r.field) FROM hub.import_rejection r WHERE r.batch_id = w.batch_id AND r.line = w.line), '{}') AS reasons
    FROM hub.import_bad_row w LEFT JOIN hub.import_doubt d ON d.id = w.doubt_id
   WHERE w.batch_id = $1 AND w.line > $2 ORDER BY w.line LIMIT ${pageRows}`;

/**
 * The rejected and doubtful rows of a batch as a file in their original layout, line by line, each with its line break:
 * the header and the cells as they came, then the hub's own columns (batch, line, columns and reasons). Mended in place
 * and imported again, it is linked to the batch. It begins with a byte order mark, without which table programs misread
 * Chinese. Throws IntakeError IMPORT_BATCH_UNKNOWN, KeyRingError.
 */
export async function* mendFile(pool: Pool, keyRing: KeyRing, batch: string): AsyncGenerator<string> {
  const { id, reference, header } = await findBatch(pool, batch);
  const own = new Set<string>(Object.values(mendColumns));
  // A file that was mended before has these columns already; they are written anew.
  const kept = header.flatMap((name, index) => (own.has(name) ? [] : [index]));
  const cellsOf = (cells: readonly string[]) => (cells.length === header.length ? kept.map((index) => cells[index] ?? '') : cells);
  yield `\uFEFF${csvLine([...cellsOf(header), ...Object.values(mendColumns)])}`;
  let after = '0';
  for (;;) {
    const { rows } = await pool.query<BadRowRecord>(rowsSql, [id, after]);
    for (const row of rows) {
      const cells = openBadRow(keyRing, reference, Number(row.line), row.sealed);
      const fields = row.findings?.map(({ field }) => field) ?? row.fields;
      const reasons = row.findings?.map(({ reason }) => reason) ?? row.reasons;
      yield csvLine([...cellsOf(cells), reference, row.line, fields.join('；'), reasons.join('；')]);
      after = row.line;
    }
    if (rows.length < pageRows) return;
  }
}

/** By number or reference, as the ledger prints them. */
async function findBatch(pool: Pool, batch: string): Promise<{ readonly id: string; readonly reference: string; readonly header: readonly string[] }> {
  const isReference = z.uuid().safeParse(batch).success;
  const isNumber = /^[1-9]\d{0,17}$/.test(batch);
  const { rows } =
    isReference || isNumber
      ? await pool.query<{ id: string; reference: string; header: string[] }>(
          `SELECT id, reference, header FROM hub.import_batch WHERE ${isReference ? 'reference' : 'id'} = $1`,
          [batch],
        )
      : { rows: [] };
  const [found] = rows;
  if (found) return found;
  throw new IntakeError('IMPORT_BATCH_UNKNOWN', {
    zh: '没有这个导入批次，请使用账目中的 batch 或 batchId。',
    en: 'There is no such batch: use batch or batchId of its ledger.',
  });
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
