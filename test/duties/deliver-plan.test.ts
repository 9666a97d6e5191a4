import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import type { HubDatabase } from '../../src/database/database.js';
import { sequenceLog } from '../feed/feed-log.js';
import { addSubject } from '../feed/registry-rows.js';
import { testDatabase } from '../support/test-database.js';

/** `hub.deliver_duties` as PostgreSQL runs it: what it costs must depend on what is handed out, not on what is owed. */

const owed = 3_000;
const handed = 100;

const planNode = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  get Plans() {
    return z.array(planNode).optional();
  },
});
type PlanNode = z.infer<typeof planNode>;
const explained = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: planNode })]) })]);

let database: HubDatabase;
let client: pg.Client;
let positions: readonly string[];

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client(database.clientConfig());
  await client.connect();
  // No statistics but those the test asks for.
  const tables = `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relname ~ '^(feed_event|feed_transaction|delivery_duty)'`;
  const { rows } = await client.query<{ name: string }>(tables);
  for (const { name } of rows) await client.query(`ALTER TABLE ${name} SET (autovacuum_enabled = off)`);
  const holder = await addSubject(client, '滨海劳务有限公司');
  await client.query(
    `INSERT INTO hub.permit (jurisdiction, item, identifier_scheme, document_no, holder_id, decided_by, legal_authority, location, district, outcome, status, decided_on, updated_at)
     SELECT 'CN-TJ', 'P01', 'CN-XKWSH', '滨' || n, $1, 'BINHAI_APPROVAL', 'BINHAI_APPROVAL', '120116', '120116', 'GRANTED', 'VALID', date '2026-03-02', now() FROM generate_series(1, $2::int) n`,
    [holder, owed],
  );
  await client.query(
    `INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
     SELECT id, jurisdiction, item, decided_by, district, 'GRANT', decided_on FROM hub.permit`,
  );
  // Changes of some of them, one a transaction: what is handed out.
  for (let n = 1; n <= handed; n += 1) await client.query(`UPDATE hub.permit SET certificate_no = 'C' || $1 WHERE document_no = '滨' || $1`, [n]);
  await sequenceLog(client);
  const newest = await client.query<{ position: string }>(`SELECT first_position AS position FROM hub.feed_transaction ORDER BY first_position DESC LIMIT ${handed}`);
  positions = newest.rows.map(({ position }) => position);
});

afterAll(async () => {
  await client.end();
  await database.close();
});

/** The plan of the function's own statement, run under the function's own settings and rolled back. */
async function planOf(mode: 'force_generic_plan' | 'force_custom_plan'): Promise<PlanNode> {
  const { rows } = await client.query<{ body: string; settings: string[] }>(`SELECT prosrc AS body, proconfig AS settings FROM pg_proc WHERE oid = 'hub.deliver_duties'::regproc`);
  const [{ body, settings } = { body: '', settings: [] }] = rows;
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL plan_cache_mode = ${mode}`);
    for (const setting of settings) await client.query(`SELECT set_config($1, $2, true)`, setting.split('='));
    await client.query(`PREPARE deliver(text[], bigint[], timestamptz[]) AS ${body}`);
    const answer = await client.query(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT JSON)
       EXECUTE deliver(array_fill('BINHAI_HRSS'::text, ARRAY[${handed}]), '{${positions.join()}}', array_fill(now(), ARRAY[${handed}]))`,
    );
    const delivered = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM hub.delivery_duty WHERE delivered_at IS NOT NULL');
    expect(delivered.rows).toEqual([{ count: handed }]);
    const [{ 'QUERY PLAN': [{ Plan }] }] = explained.parse(answer.rows);
    return Plan;
  } finally {
    await client.query('ROLLBACK');
    await client.query('DEALLOCATE ALL');
  }
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Rows that scans of a table and its partitions looked at, all rounds together. */
function read(plan: PlanNode, table: RegExp): number {
  const scans = nodesOf(plan).filter((node) => table.test(node['Relation Name'] ?? '') && node['Node Type'] !== 'ModifyTable');
  expect(scans.length).toBeGreaterThan(0);
  for (const scan of scans) expect(scan['Node Type']).toMatch(/^(Index|Bitmap Heap) /);
  return scans.reduce((sum, scan) => sum + (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'], 0);
}

async function expectByEvents(): Promise<void> {
  for (const mode of ['force_generic_plan', 'force_custom_plan'] as const) {
    const plan = await planOf(mode);
    expect(read(plan, /^feed_event/)).toBeLessThanOrEqual(handed);
    // Each is found by its event, locked and written.
    expect(read(plan, /^delivery_duty/)).toBeLessThanOrEqual(3 * handed);
    // The transaction of the event, and that of the entry of the duty.
    expect(read(plan, /^feed_transaction/)).toBeLessThanOrEqual(4 * handed);
  }
}

test(`${handed} events handed out beside ${owed} duties: each event meets the duties of its permit, without statistics`, async () => {
  const { rows } = await client.query(`SELECT 1 FROM pg_stats WHERE schemaname IN ('hub', 'hub_log') AND tablename ~ '^(feed_event|feed_transaction|delivery_duty)'`);
  expect(rows).toEqual([]);
  await expectByEvents();
});

test('and with them', async () => {
  await client.query('ANALYZE hub.feed_event, hub.feed_transaction, hub.delivery_duty');
  await expectByEvents();
});
