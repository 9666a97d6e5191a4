import type { ClientBase } from 'pg';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from '../database/column-arrays.js';
import type { RowFate } from './ledger.js';
import type { ApplicationRecord } from './permit-record.js';
import type { BatchStamp } from './permit-writer.js';
import type { KeyRing } from '../access/key-ring.js';
import { subjectKey } from '../subjects/holder.js';
import { resolveSubjects } from '../subjects/subject-writer.js';

interface FiledApplication {
  readonly application: ApplicationRecord;
  readonly applicantId: string;
}

const columns: readonly SqlColumn<FiledApplication>[] = [
  { name: 'jurisdiction', type: 'text', value: ({ application }) => application.jurisdiction },
  { name: 'identifier_scheme', type: 'text', value: ({ application }) => application.identifierScheme },
  { name: 'application_no', type: 'text', value: ({ application }) => application.applicationNo },
  { name: 'application_part', type: 'int', value: ({ application }) => application.applicationPart },
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
 * Stores the applications of a batch inside the caller's transaction. Their numbers must differ within the batch, as
 * the parts of a case do. Returns the fate of each, by position.
 */
export async function writeApplications(
  client: ClientBase,
  applications: readonly ApplicationRecord[],
  { batchId }: BatchStamp,
  keyRing: KeyRing,
): Promise<readonly RowFate[]> {
  if (applications.length === 0) return [];
  const { ids } = await resolveSubjects(
    client,
    applications.map(({ applicant }) => ({ holder: applicant, document: null })),
    keyRing,
  );
  const filed = applications.map((application): FiledApplication => ({
    application,
    applicantId: ids.get(subjectKey(application.applicant)) ?? '',
  }));
  const written = await client.query<{ application_no: string; application_part: number; inserted: boolean }>(writeSql, [
    batchId,
    ...columnArrays(columns, filed),
  ]);
  const inserted = new Map(written.rows.map((row) => [`${row.application_no}\n${row.application_part}`, row.inserted]));
  return applications.map(({ applicationNo, applicationPart }): RowFate => {
    const isNew = inserted.get(`${applicationNo}\n${applicationPart}`);
    if (isNew === undefined) return 'applicationDuplicates';
    return isNew ? 'applications' : 'applicationUpdates';
  });
}
