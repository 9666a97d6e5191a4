import type { ClientBase } from 'pg';
import { certificateStock } from '../measures/certificate-number.js';
import type { LedgerWarning } from './ledger.js';

/** Warns when the numbers of dispatch certificates run out. One statement, on the index of these numbers. */
export async function seriesWarnings(client: ClientBase): Promise<readonly LedgerWarning[]> {
  const { rows } = await client.query<{ used: string }>(
    `SELECT count(DISTINCT certificate_no) AS used FROM hub.permit
      WHERE jurisdiction = 'CN-TJ' AND item = 'P01' AND certificate_no IS NOT NULL AND certificate_no ~ '^1201[0-9]{4}$'`,
  );
  const { used, capacity, warning } = certificateStock(Number(rows[0]?.used ?? 0));
  if (!warning) return [];
  return [
    {
      code: 'CERTIFICATE_SERIES_NEARLY_FULL',
      text: `劳务派遣经营许可证编号已使用 ${used} 个，共 ${capacity} 个，请及早报告。 ${used} of ${capacity} numbers of dispatch certificates are in use: report it in time.`,
      clauses: ['XT-4.1.2c', 'A-03'],
    },
  ];
}
