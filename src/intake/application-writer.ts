import type { ClientBase } from 'pg';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from '../database/column-arrays.js';
import { finding, type Finding } from './findings.js';
import type { RowFate } from './ledger.js';
import { numberParts } from './permit-parts.js';
import type { ApplicationRecord } from './permit-record.js';
import type { BatchStamp } from './permit-writer.js';
import type { KeyRing } from '../access/key-ring.js';
import { roundsOf } from './rounds.js';
import { subjectKey } from '../subjects/holder.js';
import { resolveSubjects } from '../subjects/subject-writer.js';

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

/** What became of an application; findings say why one was not stored. */
export interface ApplicationOutcome {
  readonly fate: RowFate;
  readonly findings: readonly Finding[];
}

/**
 * Stores the applications of a batch inside the caller's transaction. Returns the outcome of each, by position; one
 * whose applicant is ambiguous is rejected.
 */
export async function writeApplications(
  client: ClientBase,
  applications: readonly ApplicationRecord[],
  stamp: BatchStamp,
  keyRing: KeyRing,
): Promise<readonly ApplicationOutcome[]> {
  if (applications.length === 0) return [];
  const { ids } = await resolveSubjects(client, applications.map(({ applicant }) => ({ holder: applicant, document: null })), keyRing);
  const applicantOf = (application: ApplicationRecord) => ids.get(subjectKey(application.applicant));
  const known = applications.filter((application) => applicantOf(application) !== undefined);
  const unnumbered = known.filter(({ applicationPart }) => applicationPart === null);
  const parts = await numberParts(
    client,
    stamp.batchId,
    'permit_application',
    unnumbered.map((application) => ({ ...application, documentNo: application.applicationNo, holderId: applicantOf(application) ?? '' })),
  );
  const numbered = new Map(unnumbered.map((application, index) => [application, parts[index]]));
  const filed = known.map((application): FiledApplication => ({
    application,
    applicantId: applicantOf(application) ?? '',
    part: application.applicationPart ?? numbered.get(application) ?? 1,
  }));
  const fates = new Map<ApplicationRecord, RowFate>();
  for (const round of roundsOf(filed, ({ application, part }) => keyOf(application.applicationNo, part))) {
    for (const [application, fate] of await writeRound(client, round, stamp)) fates.set(application, fate);
  }
  return applications.map((application): ApplicationOutcome => {
    const fate = fates.get(application);
    return fate ? { fate, findings: [] } : { fate: 'rejected', findings: [finding('*', 'SUBJECT_AMBIGUOUS')] };
  });
}

async function writeRound(
  client: ClientBase,
  round: readonly FiledApplication[],
  { batchId }: BatchStamp,
): Promise<readonly (readonly [ApplicationRecord, RowFate])[]> {
  const written = await client.query<{ application_no: string; application_part: number; inserted: boolean }>(writeSql, [
    batchId,
    ...columnArrays(columns, round),
  ]);
  const inserted = new Map(written.rows.map((row) => [keyOf(row.application_no, row.application_part), row.inserted]));
  return round.map(({ application, part }) => {
    const isNew = inserted.get(keyOf(application.applicationNo, part));
    return [application, isNew === undefined ? 'applicationDuplicates' : isNew ? 'applications' : 'applicationUpdates'];
  });
}

function keyOf(applicationNo: string, part: number): string {
  return `${applicationNo}\n${part}`;
}
