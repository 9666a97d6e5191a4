import { HubKeys, Seal } from '../../src/access/keys.js';
import { Tokens } from '../../src/access/tokens.js';
import type { Viewer } from '../../src/access/viewer.js';
import type { HubDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { FeedCursors } from '../../src/feed/cursor.js';
import { textLog } from '../../src/log.js';
import { legalDate, systemClock } from '../../src/measures/clock.js';
import { boundaryPolicy } from '../../src/server/schema.js';
import { migratedBefore } from '../support/migrated-before.js';
import { namedSubjects } from '../support/named-subjects.js';
import { expectDense, readFeedLog } from './feed-log.js';
import { PullClient } from './pull-client.js';
import { addPermits, inTransaction } from './registry-rows.js';
import { RunningHub } from './running-hub.js';

/** Releases whose change log was taken in the order of the commits, by those who wrote: the first, and the last before it was sequenced. */
const releases = [
  { name: 'the first release', before: 1795392000000, named: false },
  { name: 'the last release before the sequencer', before: 1795490000000, named: true },
] as const;

/** Version of the boundary of that last release, and the form of its cursors: an account's, and of no record type. */
const oldCursorContext = 'feed HEPING_HRSS HEPING_HRSS DISTRICT_HRSS  bcc1977ab7b3';

interface Logged {
  readonly position: string;
  readonly entity: string;
  readonly entity_id: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The log by positions, in any release. */
async function logOf(database: HubDatabase): Promise<readonly Logged[]> {
  const { rows } = await database.pool().query<Logged>(
    `SELECT t.first_position + e.ordinal AS position, e.entity, e.entity_id, e.before, e.after
       FROM hub.feed_transaction t JOIN hub.feed_event e ON e.transaction_id = t.id ORDER BY 1`,
  );
  return rows;
}

async function headOf(database: HubDatabase): Promise<{ readonly epoch: string; readonly position: string }> {
  const { rows } = await database.pool().query<{ epoch: string; position: string }>('SELECT epoch, position FROM hub.feed_head');
  return rows[0] ?? { epoch: '', position: '' };
}

/** A holder with two permits, a change, a rename, one of another district, one that is rolled back, one that goes: over three months. */
async function fill(database: HubDatabase, named: boolean): Promise<void> {
  const client = await database.pool().connect();
  const subject = (change: string): string => (named ? namedSubjects(change) : `${change} RETURNING id`);
  try {
    const { rows } = await client.query<{ id: string }>(subject(`INSERT INTO hub.subject (kind, name) VALUES ('ORGANISATION', '旧名')`));
    const holderId = rows[0]?.id ?? '';
    await addPermits(client, [{ documentNo: 'A', holderId }, { documentNo: 'B', holderId }]);
    await client.query(`UPDATE hub.permit SET certificate_no = 'C-1' WHERE document_no = 'A'`);
    await inTransaction(client, async () => {
      await client.query(subject(`UPDATE hub.subject SET name = '新名' WHERE name = '旧名'`));
      await addPermits(client, [{ documentNo: '隐', holderId, district: '120103' }]);
    });
    await inTransaction(client, async () => {
      await addPermits(client, [{ documentNo: 'X', holderId }]);
      throw new Error('rolled back');
    }).catch(() => undefined);
    await client.query(`DELETE FROM hub.permit WHERE document_no = 'B'`);
    await client.query(`UPDATE hub.feed_transaction SET committed_at = committed_at - make_interval(months => 2 - least(2, (id / 2)::int))`);
  } finally {
    client.release();
  }
}

async function viewerOf(running: RunningHub, token: string): Promise<Viewer> {
  const tokens = await Tokens.open({ mode: 'local', audience: 'concordat', external: null }, new HubKeys(running.folder), systemClock, textLog('error', () => undefined));
  try {
    return { ...(await tokens.verify(token)), purpose: null, caseNo: null, today: legalDate(systemClock.now()) };
  } finally {
    tokens.close();
  }
}

test.each(releases)('the log of $name comes along: order, positions and epoch stay, and what follows is appended', async ({ before, named }) => {
  const database = await migratedBefore(before);
  await fill(database, named);
  const [log, head] = [await logOf(database), await headOf(database)];
  expect(log).toHaveLength(9);
  await migrate(database);
  expect(await logOf(database)).toEqual(log);
  expect(await headOf(database)).toEqual(head);
  const { rows } = await database.pool().query<{ partition: string }>('SELECT DISTINCT tableoid::regclass::text AS partition FROM hub.feed_event ORDER BY 1');
  expect(rows).toHaveLength(3);
  expect(rows.map(({ partition }) => partition)).not.toContain('hub_log.feed_event_default');

  const running = await RunningHub.start({ database, heartbeatMs: 60_000 });
  try {
    expect(await headOf(database)).toEqual(head);
    const token = await running.token('HEPING_HRSS');
    const viewer = await viewerOf(running, token);
    const { epoch, position } = head;
    const cursors = new FeedCursors(new Seal(new HubKeys(running.folder).key('seal')), boundaryPolicy().version);
    const { rows: holders } = await database.pool().query<{ id: string }>('SELECT id FROM hub.subject');
    await addPermits(database.pool(), [{ documentNo: 'D', holderId: holders[0]?.id ?? '' }]);
    expectDense(await readFeedLog(database.pool()));
    // From the beginning of the old log, as this release reads it.
    const { changes } = await new PullClient(running.hub.url, token).all(cursors.close({ epoch, position: 1n, number: 0 }, viewer, 'Permit'), [2, 1]);
    expect(changes.map(({ kind, number, documentNo }) => [kind, number, documentNo])).toEqual([
      ['ENTERED', 1, 'A'], ['ENTERED', 2, 'B'], ['CHANGED', 3, 'A'], ['CHANGED', 4, 'A'], ['CHANGED', 5, 'B'], ['LEFT', 6, 'B'], ['ENTERED', 7, 'D'],
    ]);
    expect(changes.slice(0, 4).map(({ permit }) => permit?.['holder'])).toEqual([{ name: '旧名' }, { name: '旧名' }, { name: '旧名' }, { name: '新名' }]);
    const stream = await running.subscribe('HEPING_HRSS', cursors.close({ epoch, position: BigInt(position) + 1n, number: 6 }, viewer, 'Permit'));
    await running.event(stream);
    expect(await running.event(stream)).toMatchObject({ kind: 'ENTERED', number: 7, documentNo: 'D' });
  } finally {
    await running.close();
  }
});

test('a cursor that a former release gave is refused, with what to do, wherever it is shown; nobody goes on from it unawares', async () => {
  const database = await migratedBefore(1795490000000);
  await fill(database, true);
  const { epoch } = await headOf(database);
  await migrate(database);
  const running = await RunningHub.start({ database, heartbeatMs: 60_000 });
  try {
    const token = await running.token('HEPING_HRSS');
    const seal = new Seal(new HubKeys(running.folder).key('seal'));
    const former = new FeedCursors(seal, 'bcc1977ab7b3');
    const cursors = [
      seal.close(`${epoch} ${'2'.padStart(20, '0')} ${'0'.padStart(10, '0')}`, oldCursorContext),
      former.close({ epoch, position: 2n, number: 0 }, await viewerOf(running, token), 'Permit'),
    ];
    const client = new PullClient(running.hub.url, token);
    const told = { code: 'CURSOR_INVALID', nextStep: '不带游标重新订阅，并重新读取全部记录 · Subscribe without a cursor and read the records again.' };
    for (const cursor of cursors) {
      await expect(running.event(await running.subscribe('HEPING_HRSS', cursor))).rejects.toThrow('CURSOR_INVALID');
      expect(JSON.parse(running.released.at(-1) ?? '')).toMatchObject({ errors: [{ extensions: told }] });
      expect(JSON.parse(await client.post(client.query, { first: 10, after: cursor }))).toMatchObject({ errors: [{ extensions: told }] });
      expect(JSON.parse(await client.post('mutation ($cursor: String!) { acknowledgeChanges(cursor: $cursor) { number } }', { cursor }))).toMatchObject({ errors: [{ extensions: { code: 'CURSOR_INVALID' } }] });
    }
    // What it is told works.
    expect((await client.page(await client.now())).changes).toEqual([]);
  } finally {
    await running.close();
  }
});
