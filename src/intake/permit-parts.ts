import type { ClientBase } from 'pg';

/** A row of a number whose rows are its parts, with its holder settled. */
export interface UnnumberedPart {
  readonly jurisdiction: string;
  readonly identifierScheme: string;
  readonly documentNo: string;
  readonly holderId: string;
}

/** What is numbered: decisions and applications of one number are counted apart. */
export type NumberedTable = 'permit' | 'permit_application';

const countSql = `
  INSERT INTO hub.import_part_count AS s (batch_id, numbered, document_no, holder_id, rows)
  SELECT $4, $3, document_no, holder_id, count(*) FROM unnest($1::text[], $2::bigint[]) AS i(document_no, holder_id) GROUP BY 3, 4
  ON CONFLICT (batch_id, document_no, holder_id, numbered) DO UPDATE SET rows = s.rows + excluded.rows
  RETURNING document_no AS no, holder_id AS holder, rows`;

const storedSql: Readonly<Record<NumberedTable, string>> = {
  permit: `
    SELECT document_no AS no, holder_id AS holder, document_part AS part FROM hub.permit
     WHERE jurisdiction = $1 AND identifier_scheme = $2 AND document_no = ANY($3::text[]) ORDER BY part`,
  permit_application: `
    SELECT application_no AS no, applicant_id AS holder, application_part AS part FROM hub.permit_application
     WHERE jurisdiction = $1 AND identifier_scheme = $2 AND application_no = ANY($3::text[]) ORDER BY part`,
};

/** Starts the numbering of an import: a mended file goes on where the file it mends ended. */
export async function beginParts(client: ClientBase, batchId: string): Promise<void> {
  await client.query(
    `INSERT INTO hub.import_part_count (batch_id, numbered, document_no, holder_id, rows)
     SELECT b.id, c.numbered, c.document_no, c.holder_id, c.rows
       FROM hub.import_batch b JOIN hub.import_part_count c ON c.batch_id = b.mends WHERE b.id = $1`,
    [batchId],
  );
}

/** Ends the numbering of an import that held no row back. */
export async function endParts(client: ClientBase, batchId: string): Promise<void> {
  await client.query('DELETE FROM hub.import_part_count WHERE batch_id = $1', [batchId]);
}

/**
 * Numbers the rows of one batch, by position: the k-th row of a (number, holder) in this import is the k-th stored part
 * of that holder; a row beyond those is a new part behind the last. So the numbers depend neither on where in the file
 * a holder stands nor on what else the file holds, and the same file again finds the same parts. The count is kept in
 * the database, so that memory does not grow with the file. Two statements.
 */
export async function numberParts(
  client: ClientBase,
  batchId: string,
  table: NumberedTable,
  rows: readonly UnnumberedPart[],
): Promise<readonly number[]> {
  const [first] = rows;
  if (!first) return [];
  const documents = rows.map(({ documentNo }) => documentNo);
  const holders = rows.map(({ holderId }) => holderId);
  const counted = await client.query<{ no: string; holder: string; rows: number }>(countSql, [documents, holders, table, batchId]);
  const stored = await client.query<{ no: string; holder: string; part: number }>(storedSql[table], [
    first.jurisdiction,
    first.identifierScheme,
    [...new Set(documents)],
  ]);
  const parts = new Map<string, number[]>();
  const last = new Map<string, number>();
  for (const { no, holder, part } of stored.rows) {
    const own = parts.get(keyOf(no, holder));
    if (own) own.push(part);
    else parts.set(keyOf(no, holder), [part]);
    last.set(no, part);
  }
  // How many of each stood in earlier batches of this import.
  const taken = new Map(counted.rows.map((row) => [keyOf(row.no, row.holder), row.rows]));
  for (const { documentNo, holderId } of rows) {
    const key = keyOf(documentNo, holderId);
    taken.set(key, (taken.get(key) ?? 0) - 1);
  }
  return rows.map(({ documentNo, holderId }) => {
    const key = keyOf(documentNo, holderId);
    const position = taken.get(key) ?? 0;
    taken.set(key, position + 1);
    const own = parts.get(key)?.[position];
    if (own !== undefined) return own;
    const next = (last.get(documentNo) ?? 0) + 1;
    last.set(documentNo, next);
    return next;
  });
}

function keyOf(documentNo: string, holderId: string): string {
  return `${documentNo}\n${holderId}`;
}
