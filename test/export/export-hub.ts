import type { Session } from '../feed/registry-rows.js';
import { RunningHub } from '../feed/running-hub.js';
import { namedSubjects } from '../support/named-subjects.js';
import { ExportClient } from './export-client.js';

export async function exportClient(running: RunningHub, agency: string, headers: Readonly<Record<string, string>> = {}, role: string | null = null): Promise<ExportClient> {
  return new ExportClient(running.hub.url, await running.hub.issuer.issue(agency, role, 'bulk'), headers);
}

/** Permits of Heping, decided on 700 days, ten of each holder. */
export async function addManyPermits(session: Session, count: number, from = 1): Promise<void> {
  const { rows } = await session.query<{ id: string }>(
    namedSubjects(
      `INSERT INTO hub.subject (kind, name)
       SELECT 'ORGANISATION', '持有人 "' || n || '", 有限公司' FROM generate_series($1::int, $1::int + ($2::int - 1) / 10) n`,
    ),
    [from, count],
  );
  await session.query(
    `INSERT INTO hub.permit (jurisdiction, item, identifier_scheme, document_no, certificate_no, holder_id, decided_by, legal_authority, location,
                             district, outcome, status, decided_on, content, updated_at)
     SELECT 'CN-TJ', 'P01', 'CN-XKWSH', '文' || n, CASE WHEN n % 3 = 0 THEN NULL ELSE '=1+' || n END, h.id, 'HEPING_APPROVAL', 'HEPING_APPROVAL',
            '120101', '120101', 'GRANTED', 'VALID', date '2020-01-01' + (n % 700), '内容' || n, timestamptz '2026-03-02 09:00+08'
     FROM generate_series($1::int, $1::int + $2::int - 1) n
     JOIN unnest($3::bigint[]) WITH ORDINALITY AS h (id, place) ON h.place = (n - $1::int) / 10 + 1`,
    [from, count, rows.map(({ id }) => id).sort((one, other) => Number(one) - Number(other))],
  );
}
