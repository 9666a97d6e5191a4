import type { ClientBase } from 'pg';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from './column-arrays.js';
import type { RowFate } from './ledger.js';
import { numberParts } from './permit-parts.js';
import type { ApplicationRecord } from './permit-record.js';
import type { BatchStamp } from './permit-writer.js';
import { resolveSubjects, subjectKey } from './subject-writer.js';

interface FiledApplication {
  readonly application: ApplicationRecord;
  readonly applicantId: string;
  readonly part: number;
}

const columns: readonly SqlColumn<FiledApplication>[] = [
  { name: 'jurisdiction', type: 'text', value: ({ application }) => application.jurisdiction },
  { name: 'identifier_scheme', type: 'text', value: ({ application }) => application.identifierScheme },
  { name: 'application_no', type: 'text', value: ({ application }) => application.applicationNo },
  { name: 'application_part', type: 'int', value: ({ part }) => part },
  { name: 'item', type: 'text', value: ({ application }) => application.item },
  { name: 'applicant_id', type: 'bigint', value: ({ applicantId }) => applicantId },
  { name: 'state', type: 'text', value: ({ application }) => application.state },
  { name: 'state_on', type: 'date', value: ({ application }) => application.stateOn },
];

const key = 'jurisdiction, identifier_scheme, application_no, application_part';
const content = columns.slice(4);

// An unchanged application is not touched and not returned. xmax is 0 exactly for a row this statement inserted.
const writeSql = `
  INSERT INTO hub.permit_application AS a (${columnNames(columns)}, batch_id)
  SELECT ${columnNames(columns)}, $1::bigint FROM ${unnestSql(columns, 2)} AS i(${columnNames(columns)})
  ON CONFLICT (${key}) DO UPDATE
     SET (${columnNames(content)}, batch_id) = ROW(${columnNames(content, 'excluded.')}, excluded.batch_id)
   WHERE (${columnNames(content, 'a.')}) IS DISTINCT FROM (${columnNames(content, 'excluded.')})
  RETURNING application_no, application_part, xmax = 0 AS inserted`;

/**
 * Stores the applications of a batch inside the caller's transaction. Returns the fate of each, by position.
 */
export async function writeApplications(
  client: ClientBase,
  applications: readonly ApplicationRecord[],
  { batchId }: BatchStamp,
): Promise<readonly RowFate[]> {
  if (applications.length === 0) return [];
  const { ids } = await resolveSubjects(
    client,
    applications.map(({ applicant }) => ({ holder: applicant, document: null })),
  );
  const applicantIds = applications.map(({ applicant }) => ids.get(subjectKey(applicant)) ?? '');
  const unnumbered = applications.flatMap((application, index) =>
    application.applicationPart === null
      ? [{ ...application, documentNo: application.applicationNo, holderId: applicantIds[index] ?? '' }]
      : [],
  );
  const parts = [...(await numberParts(client, 'permit_application', unnumbered))];
  const filed = applications.map((application, index): FiledApplication => ({
    application,
    applicantId: applicantIds[index] ?? '',
    part: application.applicationPart ?? parts.shift() ?? 1,
  }));
  // The last of several rows of one number in a batch has the word: a set cannot change a row twice.
  const last = new Map(filed.map((row) => [keyOf(row.application.applicationNo, row.part), row]));
  const written = await client.query<{ application_no: string; application_part: number; inserted: boolean }>(writeSql, [
    batchId,
    ...columnArrays(columns, [...last.values()]),
  ]);
  const inserted = new Map(written.rows.map((row) => [keyOf(row.application_no, row.application_part), row.inserted]));
  return filed.map((row): RowFate => {
    const key = keyOf(row.application.applicationNo, row.part);
    const isNew = inserted.get(key);
    if (isNew === undefined || last.get(key) !== row) return 'applicationDuplicates';
    return isNew ? 'applications' : 'applicationUpdates';
  });
}

function keyOf(applicationNo: string, part: number): string {
  return `${applicationNo}\n${part}`;
}
