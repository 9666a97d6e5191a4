import fc from 'fast-check';
import pg from 'pg';
import type { HubDatabase } from '../../src/database/database.js';
import { FeedListener } from '../../src/feed/listener.js';
import { Sequencer } from '../../src/feed/sequencer.js';
import { textLog } from '../../src/log.js';
import { testDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { expectDense, readFeedLog, sequenceLog } from './feed-log.js';
import { addSubject, inTransaction } from './registry-rows.js';

const asleep = `hashtextextended('hub.feed_sequencer_asleep', 0)`;
const leader = `hashtextextended('hub.feed_sequencer', 0)`;

let database: HubDatabase;
const clients: pg.Client[] = [];
const sequencers: Sequencer[] = [];

async function connect(): Promise<pg.Client> {
  const client = new pg.Client(database.clientConfig());
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

/** A sequencer as a hub has it, with the listener it wakes. */
async function open(pollMs?: number): Promise<{ readonly sequencer: Sequencer; readonly listener: FeedListener }> {
  const listener = new FeedListener(database);
  const sequencer = new Sequencer(database, listener, textLog('error', () => undefined), pollMs);
  await sequencer.open();
  sequencers.push(sequencer);
  return { sequencer, listener };
}

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await Promise.all(sequencers.splice(0).map((sequencer) => sequencer.close()));
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await database.close();
});

async function pending(): Promise<number> {
  const { rows } = await database.pool().query<{ count: number }>('SELECT count(*)::int AS count FROM hub.feed_transaction WHERE first_position IS NULL');
  return rows[0]?.count ?? 0;
}

/** Sessions that hold a lock in this database. */
async function holders(lock: string, mode = 'ExclusiveLock'): Promise<number[]> {
  const { rows } = await database.pool().query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = $1 AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid::bigint << 32 | objid::bigint = ${lock}`,
    [mode],
  );
  return rows.map(({ pid }) => pid);
}

const isAsleep = async (): Promise<boolean> => (await holders(asleep)).length > 0;

/** One transaction of a writer: milliseconds before it begins, and between its seal and its commit. */
interface Commit {
  readonly before: number;
  readonly sealed: number;
  readonly commits: boolean;
}

const commit: fc.Arbitrary<Commit> = fc.record({
  // Behind 30 ms without work a sequencer falls asleep.
  before: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 15 }) }, { weight: 1, arbitrary: fc.integer({ min: 20, max: 60 }) }),
  sealed: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 20 }) }, { weight: 1, arbitrary: fc.integer({ min: 20, max: 60 }) }),
  commits: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

test('sequencers that race, fall asleep and are killed leave nothing behind: dense, in an order the writers saw', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(commit, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 6 }),
      fc.array(fc.integer({ min: 5, max: 120 }), { maxLength: 3 }),
      async (scripts, kills) => {
        const owner = await connect();
        await owner.query('TRUNCATE hub.permit, hub.permit_action, hub.subject, hub.feed_event, hub.feed_transaction CASCADE');
        await owner.query('UPDATE hub.feed_head SET position = 0');
        // No look by the clock within the time of the test: whom nobody tells of, and nobody awake finds, is left behind.
        await Promise.all([open(600_000), open(600_000), open(600_000)]);
        let tick = 0;
        const journal: { readonly name: string; readonly sealed: number; readonly acknowledged: number }[] = [];
        const write = async (script: readonly Commit[], writer: number): Promise<void> => {
          const client = await connect();
          for (const [i, { before, sealed: open, commits }] of script.entries()) {
            const name = `w${writer} ${i}`;
            await client.query('SELECT pg_sleep($1)', [before / 1000]);
            await client.query('BEGIN');
            await addSubject(client, name);
            const sealed = (tick += 1);
            await client.query('SET CONSTRAINTS ALL IMMEDIATE');
            await client.query('SELECT pg_sleep($1)', [open / 1000]);
            await client.query(commits ? 'COMMIT' : 'ROLLBACK');
            if (commits) journal.push({ name, sealed, acknowledged: (tick += 1) });
          }
        };
        const kill = async (): Promise<void> => {
          for (const after of kills) {
            await owner.query('SELECT pg_sleep($1)', [after / 1000]);
            for (const pid of await holders(leader)) await owner.query('SELECT pg_terminate_backend($1)', [pid]);
          }
        };
        await Promise.all([...scripts.map(write), kill()]);
        await waitFor('every commit to have its position', async () => (await pending()) === 0);
        const events = expectDense(await readFeedLog(owner));
        const places = new Map(events.map(({ after }, i) => [String(after?.['name']), i]));
        expect([...places.keys()].sort()).toEqual(journal.map(({ name }) => name).sort());
        let latest = 0;
        for (const { sealed, acknowledged } of [...journal].sort((a, b) => (places.get(a.name) ?? 0) - (places.get(b.name) ?? 0))) {
          expect(acknowledged).toBeGreaterThan(latest);
          latest = Math.max(latest, sealed);
        }
        await Promise.all(sequencers.splice(0).map((sequencer) => sequencer.close()));
        await Promise.all(clients.splice(0).map((client) => client.end()));
      },
    ),
    { numRuns: Number(process.env['LOG_RUNS'] ?? 10), endOnFailure: true },
  );
});

test('a writer tells exactly while the sequencer sleeps, and keeps it awake where it did not', async () => {
  const [writer, heard] = [await connect(), await connect()];
  let told = 0;
  heard.on('notification', ({ channel }) => (told += Number(channel === 'hub_feed_pending')));
  await heard.query('LISTEN hub_feed_pending');
  // No sequencer at all: nobody to tell.
  await addSubject(writer, 'alone');
  await heard.query('SELECT 1');
  expect([told, await pending()]).toEqual([0, 1]);

  await writer.query('BEGIN');
  await addSubject(writer, 'held open');
  await writer.query('SET CONSTRAINTS ALL IMMEDIATE');
  await open(600_000);
  // Whoever was there before it took over is done; it would sleep, but for the writer that was not to tell.
  expect(await pending()).toBe(0);
  const { rows } = await heard.query<{ free: boolean }>(`SELECT pg_try_advisory_lock(${asleep}) AS free`);
  expect(rows).toEqual([{ free: false }]);
  await writer.query('COMMIT');
  await waitFor('the sequencer to sleep', isAsleep);
  await waitFor('nothing to be left', async () => (await pending()) === 0);

  await addSubject(writer, 'wakes it');
  await waitFor('the notification', async () => (await heard.query('SELECT 1'), told === 1));
  await waitFor('nothing to be left', async () => (await pending()) === 0);
  expect(expectDense(await readFeedLog(heard)).map(({ after }) => after?.['name'])).toEqual(['alone', 'held open', 'wakes it']);
});

test('who is killed is followed by another; its own listener is woken, without its notification', async () => {
  const hubs = await Promise.all([open(), open()]);
  await waitFor('a leader', async () => (await holders(leader)).length === 1);
  const [first] = await holders(leader);
  const marks = hubs.map(({ listener }) => listener.heard());
  const writer = await connect();
  await addSubject(writer, 'one');
  await waitFor('a listener to be woken', () => hubs.some(({ listener }, i) => listener.heard() > (marks[i] ?? 0)));
  await writer.query('SELECT pg_terminate_backend($1)', [first]);
  await addSubject(writer, 'two');
  await waitFor('another leader', async () => {
    const now = await holders(leader);
    return now.length === 1 && now[0] !== first;
  });
  await waitFor('nothing to be left', async () => (await pending()) === 0);
  expect(expectDense(await readFeedLog(writer)).length).toBe(2);
});

test('what was committed while no hub ran has its position before one reads', async () => {
  const writer = await connect();
  for (const name of ['一', '二', '三']) await inTransaction(writer, () => addSubject(writer, name));
  expect(await pending()).toBe(3);
  await open();
  expect(await pending()).toBe(0);
});

test('settle: what was committed before the call has its position when it returns, whoever else asks', async () => {
  const { sequencer } = await open();
  const writers = await Promise.all(Array.from({ length: 4 }, connect));
  await Promise.all(writers.map(async (writer, w) => {
    for (let i = 0; i < 20; i++) {
      const id = await addSubject(writer, `${w} ${i}`);
      await sequencer.settle();
      const { rows } = await writer.query<{ placed: boolean }>(
        `SELECT t.first_position IS NOT NULL AS placed FROM hub.feed_event e JOIN hub.feed_transaction t ON t.id = e.transaction_id WHERE e.entity_id = $1`, [id]);
      expect(rows).toEqual([{ placed: true }]);
    }
  }));
});

test('behind a promotion no position is given in the former epoch', async () => {
  const writer = await connect();
  const standing = async (): Promise<{ epoch: string; position: string }[]> =>
    (await writer.query<{ epoch: string; position: string }>('SELECT epoch, position FROM hub.feed_head')).rows;
  await writer.query('SELECT hub.feed_epoch()');
  await addSubject(writer, 'before');
  await sequenceLog(writer);
  const [before] = await standing();
  // The row says another timeline than the server, and no listener has connected anew.
  await writer.query(`UPDATE hub.feed_head SET cluster = split_part(cluster, '/', 1) || '/00000000'`);
  await addSubject(writer, 'after');
  expect(await standing()).toEqual([before]);
  await sequenceLog(writer);
  const [after] = await standing();
  expect([before?.position, after?.position]).toEqual(['1', '2']);
  expect(after?.epoch).not.toBe(before?.epoch);
});

test('months with transactions that wait stay, and moving them to a partition loses none', async () => {
  const writer = await connect();
  await writer.query(`ALTER TABLE hub.feed_event DISABLE TRIGGER USER`);
  await writer.query(`INSERT INTO hub.feed_event (transaction_id, month, ordinal, entity, entity_id, after) VALUES (-1, '2001-05-01', 0, 'Subject', 1, '{}')`);
  await writer.query(`INSERT INTO hub.feed_transaction (id, month, events, committed_at, sealed_order, sealed_xid)
                      VALUES (-1, '2001-05-01', 1, now(), nextval('hub.feed_commit_number'), pg_current_xact_id())`);
  await writer.query(`SELECT hub.make_feed_partitions('2001-04-01', 2)`);
  const drop = async (): Promise<unknown> => (await writer.query(`SELECT hub.drop_feed_before('2001-07-01') AS dropped`)).rows[0];
  expect(await drop()).toEqual({ dropped: 2 });
  expect(await pending()).toBe(1);
  await sequenceLog(writer);
  expect(await pending()).toBe(0);
  expect(await drop()).toEqual({ dropped: 2 });
  expect((await writer.query('SELECT position, low_water FROM hub.feed_head')).rows).toEqual([{ position: '1', low_water: '1' }]);
});

test('a look at the log reads what is new, by index, beside 100,000 transactions and a writer that takes long', async () => {
  const [slow, session] = [await connect(), await connect()];
  await slow.query('BEGIN');
  await addSubject(slow, 'slow');
  // It keeps the entries of the index from being cleared: they are over, and must not be looked at again.
  await session.query(`INSERT INTO hub.feed_transaction (id, events, committed_at, sealed_order, sealed_xid)
                       SELECT -g, 1, now(), nextval('hub.feed_commit_number'), pg_current_xact_id() FROM generate_series(1, 100000) g`);
  const sequence = async (since: string): Promise<{ sequenced: number; seen: string }> => {
    const { rows } = await session.query<{ sequenced: number; seen: string }>('SELECT * FROM hub.feed_sequence($1, 200000)', [since]);
    return rows[0] ?? { sequenced: 0, seen: '' };
  };
  const all = await sequence('1:1:');
  expect(all.sequenced).toBe(100_000);
  await session.query('ANALYZE hub.feed_transaction');
  await addSubject(session, 'quick');
  await slow.query('COMMIT');
  await session.query('BEGIN');
  const { sequenced } = await sequence(all.seen);
  const { rows } = await session.query<{ read: string; entries: string }>(
    `SELECT sum(pg_stat_get_xact_tuples_returned(c.oid)) FILTER (WHERE c.relkind = 'r') AS read, sum(pg_stat_get_xact_tuples_returned(c.oid)) FILTER (WHERE c.relkind = 'i') AS entries
       FROM pg_class c WHERE c.relname LIKE 'feed\\_transaction\\_%' AND c.relkind IN ('r', 'i')`);
  await session.query('COMMIT');
  expect([sequenced, rows[0]?.read]).toEqual([2, '0']);
  // The two of them, looked for twice (with the head locked and without), and found again to be written.
  expect(Number(rows[0]?.entries)).toBeLessThan(20);
});
