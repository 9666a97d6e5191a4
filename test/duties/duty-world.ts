import type { Pool } from 'pg';
import { sequenceLog } from '../feed/feed-log.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';

/** A permit of the tests, with what happened to it. */
export interface Decided {
  readonly documentNo: string;
  readonly decidedBy?: string;
  readonly district?: string;
  readonly item?: string;
}

let holder: string | null = null;

/** Adds a permit, by default one of labour dispatch decided in Binhai, and nothing else of it. Returns its key. */
export async function decide(pool: Pool, { documentNo, decidedBy = 'BINHAI_APPROVAL', district = '120116', item = 'P01' }: Decided): Promise<string> {
  holder ??= await addSubject(pool, '滨海劳务有限公司');
  const [image] = await addPermits(pool, [{ documentNo, decidedBy, district, item, holderId: holder }]);
  return String(image?.['id']);
}

/** Forgets the holder: another database has none. */
export function newWorld(): void {
  holder = null;
}

/** Records an action on a permit. */
export async function act(pool: Pick<Pool, 'query'>, permitId: string, action: string, actedOn: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
     SELECT id, jurisdiction, item, decided_by, district, $2, $3 FROM hub.permit WHERE id = $1 RETURNING id`,
    [permitId, action, actedOn],
  );
  return rows[0]?.id ?? '';
}

export interface StoredDuty {
  readonly action: string;
  readonly acted_on: string;
  readonly receiver: string;
  readonly delivered: boolean;
  readonly acknowledged: boolean;
}

export async function dutiesOf(pool: Pool, permitId: string): Promise<StoredDuty[]> {
  const { rows } = await pool.query<StoredDuty>(
    `SELECT action, acted_on::text, receiver, delivered_at IS NOT NULL AS delivered, acknowledged_at IS NOT NULL AS acknowledged
       FROM hub.delivery_duty WHERE permit_id = $1 ORDER BY acted_on, action_id`,
    [permitId],
  );
  return rows;
}

/** Positions of the log's events of a permit, in order. */
export async function positionsOf(pool: Pool, permitId: string): Promise<bigint[]> {
  await sequenceLog(pool);
  const { rows } = await pool.query<{ position: string }>(
    `SELECT t.first_position + e.ordinal AS position FROM hub.feed_event e JOIN hub.feed_transaction t ON t.id = e.transaction_id
      WHERE e.entity = 'Permit' AND e.entity_id = $1 ORDER BY 1`,
    [permitId],
  );
  return rows.map(({ position }) => BigInt(position));
}

export async function headOf(pool: Pool): Promise<{ readonly epoch: string; readonly position: bigint }> {
  await sequenceLog(pool);
  const { rows } = await pool.query<{ epoch: string; position: string }>('SELECT epoch, position FROM hub.feed_head');
  return { epoch: rows[0]?.epoch ?? '', position: BigInt(rows[0]?.position ?? '0') };
}
