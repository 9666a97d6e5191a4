import fc from 'fast-check';
import pg from 'pg';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { ConcurrentWriter, Ticks, type AcknowledgedCommit, type ExpectedEvent, type Script, type Step } from './concurrent-writer.js';
import { expectDense, readFeedLog, type LoggedEvent } from './feed-log.js';
import { addPermits, addSubject, inTransaction } from './registry-rows.js';
import { namedSubjects } from '../support/named-subjects.js';

let database: HubDatabase;
const clients: pg.Client[] = [];

async function connect(role?: string): Promise<pg.Client> {
  const client = new pg.Client(database.clientConfig(role));
  await client.connect();
  clients.push(client);
  return client;
}

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await database.close();
});

const small = fc.integer({ min: 1, max: 4 });
const pick = fc.nat({ max: 50 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), count: small }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('update', 'idle', 'delete', 'move', 'act', 'rename'), pick, count: small }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('shared' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), delay: fc.nat({ max: 12 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('savepoint', 'savepoint', 'rollback to', 'release') }) },
);
const script: fc.Arbitrary<Script> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  commits: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

const byRow = (a: ExpectedEvent, b: ExpectedEvent): number => `${a.entity} ${a.id}`.localeCompare(`${b.entity} ${b.id}`);
const said = ({ entity, id, before, after }: ExpectedEvent): ExpectedEvent => ({ entity, id, before, after });

/** The log says what the writers' journals say: each acknowledged commit once, nothing else, in an order they allow. */
function expectJournal(events: readonly LoggedEvent[], journal: readonly AcknowledgedCommit[]): void {
  const logged = new Map<string, LoggedEvent[]>();
  for (const event of events) logged.set(event.transaction, [...(logged.get(event.transaction) ?? []), event]);
  const byMarker = new Map([...logged.values()].map((list) => [list.at(-1)?.after?.['document_no'], list]));
  expect(logged.size).toBe(journal.length);
  const placed = journal.map((commit) => {
    const list = byMarker.get(commit.marker) ?? [];
    let start = 0;
    // Within a statement the order of rows is the log's own; statements follow each other.
    for (const statement of commit.statements) {
      const part = list.slice(start, start + statement.length);
      expect(part.map(said).sort(byRow)).toEqual([...statement].sort(byRow));
      start += statement.length;
    }
    expect(list.length).toBe(start);
    return { commit, position: list[0]?.firstPosition ?? 0 };
  });
  // Commit order: a transaction acknowledged before another asked to commit stands before it.
  let latestAsked = 0;
  for (const { commit } of placed.sort((a, b) => a.position - b.position)) {
    expect(commit.acknowledged).toBeGreaterThan(latestAsked);
    latestAsked = Math.max(latestAsked, commit.asked);
  }
}

/** A row's events chain: each begins where the one before it ended. */
function expectChains(events: readonly LoggedEvent[]): void {
  const last = new Map<string, LoggedEvent['after']>();
  for (const event of events) {
    const key = `${event.entity} ${event.id}`;
    expect(event.before).toEqual(last.get(key) ?? null);
    last.set(key, event.after);
  }
}

test('concurrent writers: every committed change stands in the log once, dense and in commit order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(script, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 8 }), async (scripts) => {
      const owner = await connect();
      await owner.query('TRUNCATE hub.permit, hub.permit_action, hub.subject, hub.feed_event, hub.feed_transaction CASCADE');
      await owner.query('UPDATE hub.feed_head SET position = 0');
      const ticks = new Ticks();
      const sharedWriter = new ConcurrentWriter('shared', owner, [], {}, ticks);
      await sharedWriter.run({ steps: [{ kind: 'insert', count: 3 }], commits: true });
      const [first] = sharedWriter.journal;
      const shared = (first?.statements.flat() ?? []).filter(({ entity }) => entity === 'Permit').map(({ id }) => id);
      const holder = first?.statements[0]?.[0]?.after ?? {};
      // The marker permit hangs on a holder of its own statement; the first three hang on the first holder.
      const writers = await Promise.all(
        scripts.map(async (_, i) =>
          new ConcurrentWriter(`w${i}`, await connect(i % 2 === 0 ? undefined : 'concordat_writer'), shared.slice(0, 3), holder, ticks)),
      );
      await Promise.all(
        writers.map(async (writer, i) => {
          for (const transaction of scripts[i] ?? []) await writer.run(transaction);
        }),
      );
      const events = expectDense(await readFeedLog(owner));
      expectJournal(events, [...sharedWriter.journal, ...writers.flatMap(({ journal }) => journal)]);
      expectChains(events);
      await Promise.all(clients.splice(0).map((client) => client.end()));
    }),
    { numRuns: Number(process.env['LOG_RUNS'] ?? 12), endOnFailure: true },
  );
});

test('statements without effect leave no event and take no position', async () => {
  const client = await connect();
  const holderId = await addSubject(client, '津门劳务有限公司');
  await addPermits(client, [{ documentNo: 'A', holderId }, { documentNo: 'B', holderId }]);
  const before = await readFeedLog(client);
  await client.query('UPDATE hub.permit SET status = status');
  await client.query('UPDATE hub.subject SET name = name');
  await client.query(`UPDATE hub.permit SET status = 'REVOKED' WHERE document_no = 'nowhere'`);
  await client.query(`DELETE FROM hub.permit WHERE document_no = 'nowhere'`);
  await client.query(`INSERT INTO hub.subject (kind, name) SELECT 'ORGANISATION', name FROM hub.subject WHERE false`);
  await inTransaction(client, () => client.query('UPDATE hub.permit SET revision = revision'));
  expect(await readFeedLog(client)).toEqual(before);
  // One changed row among unchanged ones is one event.
  await client.query(`UPDATE hub.permit SET status = CASE document_no WHEN 'A' THEN 'REVOKED' ELSE status END`);
  const events = expectDense(await readFeedLog(client));
  expect(events.at(-1)).toMatchObject({ entity: 'Permit', before: { document_no: 'A', status: 'VALID' }, after: { status: 'REVOKED' } });
  expect(events.length).toBe(before.head + 1);
});

test('an upsert logs what it inserted and what it updated', async () => {
  const client = await connect('concordat_writer');
  const upsert = namedSubjects(`INSERT INTO hub.subject (kind, name, uscc) VALUES ('ORGANISATION', $1, 'U1'), ('ORGANISATION', 'other', $2)
                  ON CONFLICT (uscc) DO UPDATE SET name = excluded.name`);
  await client.query(upsert, ['one', 'U2']);
  await client.query(upsert, ['two', 'U3']);
  const events = expectDense(await readFeedLog(database.pool()));
  expect(events.slice(2).map(({ before, after }) => [before?.['name'] ?? null, after?.['name']]).sort()).toEqual([[null, 'other'], ['one', 'two']]);
});

describe('a sealed transaction', () => {
  test('takes no further write, and leaves no hole when it is rolled back', async () => {
    for (const role of [undefined, 'concordat_writer']) {
      const client = await connect(role);
      await client.query('BEGIN');
      const holderId = await addSubject(client, 'first');
      await client.query('SET CONSTRAINTS ALL IMMEDIATE');
      await expect(addPermits(client, [{ documentNo: 'late', holderId }])).rejects.toThrow('already sealed');
      await client.query('ROLLBACK');
      await inTransaction(client, () => addSubject(client, 'next'));
    }
    const events = expectDense(await readFeedLog(database.pool()));
    expect(events.map(({ after }) => after?.['name'])).toEqual(['next', 'next']);
  });

  test('also refuses the first write when constraints were made immediate before it', async () => {
    const client = await connect();
    for (const turn of ['fresh session', 'used session']) {
      await client.query('BEGIN');
      await client.query('SET CONSTRAINTS ALL IMMEDIATE');
      await expect(addSubject(client, turn)).rejects.toThrow();
      await client.query('ROLLBACK');
      await inTransaction(client, () => addSubject(client, `after ${turn}`));
    }
    expect(expectDense(await readFeedLog(client)).length).toBe(2);
  });

  test('is open again when the sealing is rolled back to a savepoint', async () => {
    const client = await connect();
    await inTransaction(client, async () => {
      await addSubject(client, 'one');
      await client.query('SAVEPOINT s');
      await client.query('SET CONSTRAINTS ALL IMMEDIATE');
      await client.query('ROLLBACK TO SAVEPOINT s');
      await addSubject(client, 'two');
    });
    expect(expectDense(await readFeedLog(client)).map(({ after }) => after?.['name'])).toEqual(['one', 'two']);
  });
});

test('a savepoint that held the first event, rolled back: the transaction opens its entry anew', async () => {
  const client = await connect();
  await inTransaction(client, async () => {
    await client.query('SAVEPOINT s');
    await addSubject(client, 'gone');
    await client.query('ROLLBACK TO SAVEPOINT s');
    await addSubject(client, 'kept');
  });
  await inTransaction(client, async () => {
    await client.query('SAVEPOINT s');
    await addSubject(client, 'gone too');
    await client.query('ROLLBACK TO SAVEPOINT s');
  });
  expect(expectDense(await readFeedLog(client)).map(({ after }) => after?.['name'])).toEqual(['kept']);
});

test('position follows the commit, not the start: the transaction that began first and commits last stands last', async () => {
  const [slow, quick] = [await connect(), await connect()];
  await slow.query('BEGIN');
  await addSubject(slow, 'began first');
  await inTransaction(quick, () => addSubject(quick, 'committed first'));
  await slow.query('COMMIT');
  expect(expectDense(await readFeedLog(quick)).map(({ after }) => after?.['name'])).toEqual(['committed first', 'began first']);
});

/** Starts a statement and returns when it is over or waits for a lock. */
async function underWay(statement: () => Promise<unknown>, client: pg.Client, looking: pg.Client): Promise<{ readonly over: Promise<unknown> }> {
  const { rows: own } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  let settled = false;
  const over = statement().finally(() => (settled = true));
  await waitFor('the statement to end or to wait for a lock', async () => {
    if (settled) return true;
    const { rows } = await looking.query<{ waits: boolean }>(`SELECT wait_event_type = 'Lock' AS waits FROM pg_stat_activity WHERE pid = $1`, [own[0]?.pid]);
    return rows[0]?.waits === true;
  });
  return { over };
}

describe('a holder renamed beside a writer of its permits: the last word of the log on a permit is its state', () => {
  const additions = ['added', 'changed', 'moved'] as const;
  test.each(additions.flatMap((permit) => [[permit, 'first'], [permit, 'second']] as const))('permit %s, rename comes %s', async (permit, place) => {
    const [renaming, writing, looking] = [await connect(), await connect('concordat_writer'), await connect()];
    const holderId = await addSubject(looking, 'old name');
    if (permit === 'changed') await addPermits(looking, [{ documentNo: 'D', holderId, certificateNo: 'old' }]);
    if (permit === 'moved') await addPermits(looking, [{ documentNo: 'D', holderId: await addSubject(looking, 'another'), certificateNo: 'old' }]);
    const rename = (): Promise<unknown> => renaming.query(namedSubjects(`UPDATE hub.subject SET name = 'new name' WHERE id = $1`), [holderId]);
    const write = (): Promise<unknown> =>
      permit === 'added'
        ? addPermits(writing, [{ documentNo: 'D', holderId, certificateNo: 'new' }])
        : writing.query(`UPDATE hub.permit SET certificate_no = 'new', holder_id = $1`, [holderId]);
    const [first, second] = place === 'first' ? [renaming, writing] : [writing, renaming];
    await first.query('BEGIN');
    await second.query('BEGIN');
    await (first === renaming ? rename() : write());
    const { over } = await underWay(second === renaming ? rename : write, second, looking);
    await first.query('COMMIT');
    await over;
    await second.query('COMMIT');
    const events = expectDense(await readFeedLog(looking));
    const last = events.filter(({ entity }) => entity === 'Permit').at(-1);
    expect(last?.after).toMatchObject({ certificate_no: 'new', holder: { name: 'new name' } });
    expectChains(events);
  });

  test('a snapshot from before the rename cannot write the old name', async () => {
    const [renaming, writing] = [await connect(), await connect('concordat_writer')];
    const holderId = await addSubject(renaming, 'old name');
    await addPermits(renaming, [{ documentNo: 'D', holderId }]);
    await writing.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await writing.query('SELECT FROM hub.subject');
    await renaming.query(namedSubjects(`UPDATE hub.subject SET name = 'new name' WHERE id = $1`), [holderId]);
    await expect(writing.query(`UPDATE hub.permit SET certificate_no = 'new'`)).rejects.toMatchObject({ code: '40001' });
    await writing.query('ROLLBACK');
  });
});
