import type { ClientBase } from 'pg';
import { z } from 'zod';
import type { KeyRing } from '../access/key-ring.js';
import type { SealedTable } from '../access/key-rotation.js';
import type { RowOutcome } from './ledger.js';

/** A row that was not stored, with the doubt it was filed under, if any. */
export interface BadRow {
  readonly outcome: RowOutcome;
  readonly cells: readonly string[];
  readonly doubtId: string | null;
}

/** A batch as its sealed rows know it. */
export interface BatchName {
  readonly batchId: string;
  readonly reference: string;
}

/** Keeps the findings of rejected rows, and the cells of all bad rows, sealed: any cell may hold personal data. Two statements. */
export async function writeBadRows(client: ClientBase, keyRing: KeyRing, batch: BatchName, rows: readonly BadRow[]): Promise<void> {
  if (rows.length === 0) return;
  const findings = rows.flatMap(({ outcome: { line, fate, findings: found } }) => (fate === 'rejected' ? found.map((entry) => ({ line, ...entry })) : []));
  if (findings.length > 0) {
    await client.query(
      `INSERT INTO hub.import_rejection (batch_id, line, field, code, reason)
       SELECT $1::bigint, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING`,
      [
        batch.batchId,
        findings.map(({ line }) => line),
        findings.map(({ field }) => field),
        findings.map(({ code }) => code),
        findings.map(({ reason }) => reason),
      ],
    );
  }
  await client.query(
    `INSERT INTO hub.import_bad_row (batch_id, line, doubt_id, sealed)
     SELECT $1::bigint, * FROM unnest($2::bigint[], $3::bigint[], $4::text[])`,
    [
      batch.batchId,
      rows.map(({ outcome }) => outcome.line),
      rows.map(({ doubtId }) => doubtId),
      rows.map(({ outcome, cells }) => keyRing.encrypt(JSON.stringify(cells), contextOf(batch.reference, outcome.line))),
    ],
  );
}

/** The cells of a bad row. Throws KeyRingError. */
export function openBadRow(keyRing: KeyRing, reference: string, line: number, sealed: string): readonly string[] {
  return z.array(z.string()).parse(JSON.parse(keyRing.decrypt(sealed, contextOf(reference, line))));
}

/** The seals of bad rows. */
export const badRowSeals: SealedTable = {
  table: 'hub.import_bad_row',
  key: { batch_id: 'bigint', line: 'bigint' },
  place: ['SELECT b.reference FROM hub.import_batch b WHERE b.id = t.batch_id', 't.line'],
  context: ([reference = '', line]) => contextOf(reference, Number(line)),
};

function contextOf(reference: string, line: number): string {
  return `import_bad_row ${reference} ${line}`;
}
