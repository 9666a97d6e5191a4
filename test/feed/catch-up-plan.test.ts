import { compileChange } from '../../src/feed/compile-change.js';
import { NodeIds } from '../../src/access/node-ids.js';
import { HubKeys, Seal } from '../../src/access/keys.js';
import { permitChange } from '../../src/permits/permit-change.js';
import { boundaryPolicy, hubSchema, hubTables, reads } from '../../src/server/schema.js';
import { addManyPermits } from '../export/export-hub.js';
import { sequenceLog } from './feed-log.js';
import { RunningHub } from './running-hub.js';

let running: RunningHub;

beforeAll(async () => {
  running = await RunningHub.start();
});
afterAll(() => running.close());

test('a reader amid a large transaction reads its part of it by index, not the whole at every read', async () => {
  await addManyPermits(running.database.pool(), 10);
  await addManyPermits(running.database.pool(), 10_000, 200);
  await sequenceLog(running.database.pool());
  await running.database.pool().query('ANALYZE hub.feed_event, hub.feed_transaction');
  const policy = boundaryPolicy();
  const keys = new HubKeys(running.folder);
  const context = {
    schema: await hubSchema(policy), policy, tables: hubTables(), reads, standing: { principal: 'MUNI_HRSS', purpose: null }, fragments: {}, variables: {},
    seal: new Seal(keys.key('seal')), ids: new NodeIds(keys.key('node'), ['Permit', 'Subject']), allowed: new Set<string>(),
  };
  const { statement, values } = compileChange(context, permitChange, 'x', []).read(5_000n, 6_000n, 1_001);
  const client = await running.database.pool('concordat_reader_muni_hrss').connect();
  try {
    await client.query(`PREPARE catch_up AS ${statement.text}`);
    // As it is after some calls: with a plan for any value.
    await client.query('SET plan_cache_mode = force_generic_plan');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, COSTS OFF) EXECUTE catch_up(${values.map((value) => `'${value ?? ''}'`).join(', ')})`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Cond: \(\(transaction_id = t\.id\) AND \(ordinal >= .*\) AND \(ordinal < /);
    expect(plan).toMatch(/on feed_event\w* f\w* \(actual time=[\d.]+ rows=1000(?:\.00)? loops=1\)/);
  } finally {
    client.release();
  }
});
