import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { namedSubjects } from '../support/named-subjects.js';
import { waitFor } from '../support/wait-for.js';
import { PullClient, pullQuery, type PulledChange } from './pull-client.js';
import { addPermits, addSubject, inTransaction } from './registry-rows.js';
import { RunningHub } from './running-hub.js';

let running: RunningHub;

beforeEach(async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
});
afterEach(() => running.close());

async function client(agency: string, query?: string): Promise<PullClient> {
  return new PullClient(running.hub.url, await running.token(agency), query);
}

const brief = ({ kind, number, documentNo, permit }: Pick<PulledChange, 'number' | 'documentNo' | 'permit'> & { readonly kind: string }): unknown[] => [kind, number, documentNo ?? null, permit?.['certificateNo'] ?? null];

/** Rows that enter, change and leave the sight of Heping’s human-resources bureau, and rows it never sees. */
async function history(): Promise<void> {
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '和平一号');
  await addPermits(pool, [
    { documentNo: 'H1', holderId, certificateNo: 'c1' },
    { documentNo: 'H2', holderId, item: 'P02', certificateNo: 'c2' },
    { documentNo: 'H5', holderId, item: 'P07' },
    { documentNo: 'X1', holderId, district: '120103' },
  ]);
  await pool.query(`UPDATE hub.permit SET certificate_no = 'c3' WHERE document_no IN ('H1', 'X1')`);
  await pool.query(`UPDATE hub.permit SET district = '120103' WHERE document_no = 'H1'`);
  await pool.query(`UPDATE hub.permit SET certificate_no = 'c4' WHERE document_no = 'H1'`);
  await pool.query(`UPDATE hub.permit SET district = '120101' WHERE document_no IN ('H1', 'X1')`);
  await pool.query(`UPDATE hub.permit SET item = 'P07' WHERE document_no = 'H2'`);
  await pool.query(`DELETE FROM hub.permit WHERE document_no = 'X1'`);
}

const seenByHeping = [
  ['ENTERED', 1, 'H1', 'c1'], ['ENTERED', 2, 'H2', 'c2'], ['CHANGED', 3, 'H1', 'c3'], ['LEFT', 4, 'H1', null], ['ENTERED', 5, 'H1', 'c4'],
  ['ENTERED', 6, 'X1', 'c3'], ['LEFT', 7, 'H2', null], ['LEFT', 8, 'X1', null],
];

test('pages of any size bring what a stream brings, and a cursor of the one goes on with the other', async () => {
  const bureau = await client('HEPING_HRSS');
  const stream = await running.subscribe('HEPING_HRSS');
  const opened = await running.event(stream);
  const start = await bureau.page(null);
  expect([start.changes, start.hasMore, start.cursor.length]).toEqual([[], false, opened.cursor.length]);
  await history();
  const streamed: unknown[] = [];
  const cursors: string[] = [];
  while (streamed.length < seenByHeping.length) {
    const change = await running.event(stream);
    streamed.push({ ...change, cursor: '' });
    cursors.push(change.cursor);
  }
  for (const from of [start.cursor, opened.cursor]) {
    for (const size of [1, 2, 3, 8, 100]) {
      const { changes, cursor } = await bureau.all(from, [size]);
      expect(changes.map(brief)).toEqual(seenByHeping);
      expect(changes.map((change) => ({ ...change, cursor: '' }))).toEqual(streamed);
      expect(await bureau.page(cursor)).toMatchObject({ changes: [], hasMore: false });
    }
  }
  const { changes } = await bureau.all(start.cursor, [3]);
  for (const [at, behind] of seenByHeping.entries()) {
    // A cursor of a stream, of a change of a page, and back.
    expect((await bureau.all(cursors[at] ?? '')).changes.map(brief)).toEqual(seenByHeping.slice(at + 1));
    const resumed = await running.subscribe('HEPING_HRSS', changes[at]?.cursor);
    expect(await running.event(resumed)).toMatchObject({ kind: 'OPENED', number: behind[1] });
    if (at + 1 < seenByHeping.length) expect(brief(await running.event(resumed))).toEqual(seenByHeping[at + 1]);
    resumed.close();
  }
  const read = (await running.entries()).filter(({ records, outcome }) => outcome === 'ANSWERED' && records === seenByHeping.length);
  expect(read.length).toBeGreaterThan(0);
  expect(read.every(({ subjects }) => subjects.length === 1)).toBe(true);
  expect(await running.verify()).toMatchObject({ fault: null });
});

test('a page says nothing of what is hidden: not by its size, its end or its cursor', async () => {
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '河东');
  const hidden = (from: number, count: number): Promise<unknown> =>
    addPermits(pool, Array.from({ length: count }, (_, n) => ({ documentNo: `Z${from + n}`, holderId, district: '120102' })));
  const bureau = await client('HEPING_HRSS');
  const bare = await bureau.now();
  await history();
  const plain = await bureau.all(bare, [3]);
  // The same history between and behind 2,600 hidden events, more than the hub looks at in one read.
  await pool.query('DELETE FROM hub.permit');
  const amid = await bureau.now();
  await hidden(0, 1_300);
  await history();
  await hidden(2_000, 1_300);
  const crowded = await bureau.all(amid, [3]);
  expect(crowded.changes.map(brief)).toEqual(plain.changes.map(brief));
  expect(new Set([...plain.changes, ...crowded.changes].map(({ cursor }) => cursor.length)).size).toBe(1);
  const last = crowded.changes.at(-1)?.cursor ?? '';
  for (const [first, count, more] of [[8, 8, false], [7, 7, true], [9, 8, false]] as const) {
    const [page, other] = [await bureau.page(bare, first), await bureau.page(amid, first)];
    expect([other.changes.length, other.hasMore]).toEqual([count, more]);
    // Behind `bare` the rows were deleted afterwards, which this bureau saw.
    expect(page.changes.slice(0, count).map(brief)).toEqual(other.changes.map(brief));
  }
  expect(await bureau.page(last)).toMatchObject({ changes: [], hasMore: false });
});

test('the interface, aliases, fragments and type names answer as in any query', async () => {
  const start = await (await client('HEPING_HRSS')).now();
  await history();
  const body = await (await client('HEPING_HRSS')).post(
    `query ($after: String) { here: changes(first: 2, after: $after, of: PERMIT) { __typename on: hasMore these: changes { __typename kind n: number ...P } } }
     fragment P on PermitChange { permit { no: documentNo h: holder { name } } }`,
    { after: start },
  );
  expect(JSON.parse(body)).toMatchObject({
    data: {
      here: {
        __typename: 'ChangePage',
        on: true,
        these: [
          { __typename: 'PermitChange', kind: 'ENTERED', n: 1, permit: { no: 'H1', h: { name: '和平一号' } } },
          { __typename: 'PermitChange', kind: 'ENTERED', n: 2, permit: { no: 'H2', h: { name: '和平一号' } } },
        ],
      },
    },
    // Two changes, each with a permit and its holder, and the root field.
    extensions: { cost: { actual: 7 } },
  });
});

test('what a subscription refuses, a page refuses: cursors of others, old epochs, denied fields, nested lists', async () => {
  const bureau = await client('HEPING_HRSS');
  const other = await client('HEDONG_HRSS');
  const cursor = await bureau.now();
  await expect(bureau.page('nonsense')).rejects.toThrow('CURSOR_INVALID');
  await expect(other.page(cursor)).rejects.toThrow('CURSOR_INVALID');
  await expect(bureau.page(cursor, 0)).rejects.toThrow('BAD_PAGE_SIZE');
  await expect(bureau.page(cursor, 101)).rejects.toThrow('BAD_PAGE_SIZE');
  await expect((await client('HEPING_HRSS', pullQuery('content'))).page(cursor)).rejects.toThrow('BOUNDARY_DENIED');
  await expect((await client('HEPING_HRSS', pullQuery('actions { action }'))).page(cursor)).rejects.toThrow('NOT_IN_FEED');
  await expect((await client('US_OFLC')).page(null)).rejects.toThrow('BOUNDARY_DENIED');
  expect(await bureau.post('{ changes(first: 1) { changes { kind } again: changes { number } } }')).toContain('BAD_USER_INPUT');
  await running.database.pool().query('UPDATE hub.feed_head SET epoch = gen_random_uuid()');
  await expect(bureau.page(cursor)).rejects.toThrow('CURSOR_EPOCH');
});

/** What a writer was told is committed: a permit and the certificate number it got with that commit. */
interface Written {
  readonly documentNo: string;
  readonly certificateNo: string;
}

/** Writes rows of its own, in transactions that wait, roll back to savepoints, roll back, or commit into the journal. */
async function write(name: string, district: string, scripts: readonly Script[], journal: Written[]): Promise<void> {
  const session = await running.database.pool().connect();
  try {
    const holderId = await addSubject(session, name);
    const known: string[] = [];
    for (const [at, { rows, undone, waitMs, commits }] of scripts.entries()) {
      const made: Written[] = [];
      const change = async (documentNo: string, certificateNo: string): Promise<Written> => {
        if (known.includes(documentNo)) await session.query('UPDATE hub.permit SET certificate_no = $2 WHERE document_no = $1', [documentNo, certificateNo]);
        else await addPermits(session, [{ documentNo, holderId, district, certificateNo }]);
        return { documentNo, certificateNo };
      };
      await inTransaction(session, async () => {
        for (let n = 0; n < rows; n += 1) made.push(await change(n % 2 === 0 ? `${name}-${at}-${n}` : (known.at(-1) ?? `${name}-${at}-${n}`), `${at}.${n}`));
        await session.query('SAVEPOINT s');
        if (undone) await change(`${name}-${at}-undone`, 'never');
        await delay(waitMs);
        await session.query(undone ? 'ROLLBACK TO SAVEPOINT s' : 'RELEASE SAVEPOINT s');
        if (!commits) throw new Error('rolled back');
      }).then(
        () => {
          journal.push(...made);
          known.push(...made.map(({ documentNo }) => documentNo));
        },
        (error: unknown) => {
          if (!(error instanceof Error) || error.message !== 'rolled back') throw error;
        },
      );
    }
  } finally {
    session.release();
  }
}

interface Script {
  readonly rows: number;
  readonly undone: boolean;
  readonly waitMs: number;
  readonly commits: boolean;
}

const script: fc.Arbitrary<Script> = fc.record({ rows: fc.integer({ min: 1, max: 3 }), undone: fc.boolean(), waitMs: fc.nat({ max: 12 }), commits: fc.integer({ max: 4, min: 0 }).map((n) => n > 0) });
const writers = 8;

test('eight writers, readers that stop, forget a page and resume: every committed change once, in each writer’s order', async () => {
  const bureau = await client('HEPING_HRSS');
  let batch = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(script, { minLength: 2, maxLength: 6 }), { minLength: writers, maxLength: writers }),
      fc.array(fc.record({ size: fc.integer({ min: 1, max: 7 }), forget: fc.boolean(), pauseMs: fc.nat({ max: 5 }) }), { minLength: 1, maxLength: 10 }),
      async (scripts, reads) => {
        batch += 1;
        const journals = scripts.map((): Written[] => []);
        const start = await bureau.now();
        const under = { way: true };
        const all = Promise.all(scripts.map((own, w) => write(`w${batch}-${w}`, w % 4 === 3 ? '120102' : '120101', own, journals[w] ?? []))).finally(() => (under.way = false));
        const got: PulledChange[] = [];
        let cursor = start;
        for (let turn = 0; ; turn += 1) {
          const wasWriting = under.way;
          const { size, forget, pauseMs } = reads[turn % reads.length] ?? { size: 1, forget: false, pauseMs: 0 };
          const page = await bureau.page(cursor, size);
          await delay(pauseMs);
          // A reader that is killed before it has stored the page asks for it again: more may be there, and nothing else.
          if (forget && wasWriting) continue;
          got.push(...page.changes);
          ({ cursor } = page);
          if (!wasWriting && !page.hasMore) break;
        }
        await all;
        expect(got.map(({ number }) => number)).toEqual(got.map((_, at) => at + 1));
        const visible = journals.map((journal, w) => (w % 4 === 3 ? [] : journal));
        const seen = got.map(({ documentNo, permit }) => `${documentNo ?? ''} ${String(permit?.['certificateNo'])}`);
        expect([...seen].sort()).toEqual(visible.flat().map(({ documentNo, certificateNo }) => `${documentNo} ${certificateNo}`).sort());
        for (const [w, journal] of visible.entries()) {
          expect(seen.filter((one) => one.startsWith(`w${batch}-${w}-`))).toEqual(journal.map(({ documentNo, certificateNo }) => `${documentNo} ${certificateNo}`));
        }
        // Whoever reads it again gets the same, byte for byte but for the cursors’ seals.
        const again = await bureau.all(start, [5]);
        expect(again.changes.map((change) => ({ ...change, cursor: '' }))).toEqual(got.map((change) => ({ ...change, cursor: '' })));
      },
    ),
    { numRuns: 6 },
  );
}, 120_000);

test('what is handed out is on record: how far the account has come, and the duty to deliver of what a bureau was owed', async () => {
  const pool = running.database.pool();
  const bureau = await client('BINHAI_HRSS');
  const start = await bureau.now();
  const holderId = await addSubject(pool, '滨海一号');
  const [image] = await addPermits(pool, [{ documentNo: 'B1', holderId, district: '120116', decidedBy: 'BINHAI_APPROVAL', certificateNo: 'b1' }]);
  await pool.query(
    `INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
     SELECT id, jurisdiction, item, decided_by, district, 'GRANT', decided_on FROM hub.permit WHERE id = $1`,
    [image?.['id']],
  );
  const { changes, cursor } = await bureau.all(start, [1]);
  expect(changes.map(brief)).toEqual([['ENTERED', 1, 'B1', 'b1'], ['CHANGED', 2, 'B1', 'b1']]);
  const states = async (): Promise<unknown> => JSON.parse(await bureau.post('{ duties(first: 10) { nodes { state documentNo } } }'));
  expect(await states()).toMatchObject({ data: { duties: { nodes: [{ state: 'DELIVERED', documentNo: 'B1' }] } } });
  await bureau.post('mutation ($cursor: String!) { acknowledgeChanges(cursor: $cursor) { number duties } }', { cursor });
  expect(await states()).toMatchObject({ data: { duties: { nodes: [{ state: 'ACKNOWLEDGED', documentNo: 'B1' }] } } });
  await waitFor('the place of the consumer to be written down', async () => {
    const { rows } = await pool.query<{ transport: string; delivered_events: string }>(`SELECT transport, delivered_events FROM hub.feed_consumer WHERE agency = 'BINHAI_HRSS'`);
    return rows.some(({ transport, delivered_events: events }) => transport === 'PULL' && events === '2');
  });
});

test('explainAccess tells of the fields behind the interface, and of the one that refuses the page', async () => {
  const bureau = await client('HEPING_HRSS');
  const explain = async (fields: string): Promise<unknown> =>
    JSON.parse(await bureau.post('query ($operation: String!) { explainAccess(operation: $operation) { paths { path effect because } } }', {
      operation: `{ changes(first: 1) { changes { kind ... on PermitChange { permit { ${fields} } } } } }`,
    }));
  const paths = async (fields: string): Promise<string> => JSON.stringify(await explain(fields));
  expect(await paths('item')).toContain('"permit","item"');
  const denied = await paths('content');
  expect(denied).toContain('"because":"Permit.content"');
  expect(denied).not.toContain('"effect":"ALLOW"');
});

test('a renamed holder is a change of each of its permits, also in pages', async () => {
  const pool = running.database.pool();
  const bureau = await client('HEPING_HRSS');
  const holderId = await addSubject(pool, '旧名');
  await addPermits(pool, [{ documentNo: 'A', holderId }, { documentNo: 'B', holderId, district: '120102' }, { documentNo: 'C', holderId }]);
  const cursor = await bureau.now();
  await pool.query(namedSubjects(`UPDATE hub.subject SET name = '新名' WHERE id = $1`), [holderId]);
  const { changes } = await bureau.all(cursor, [1]);
  expect(changes.map(({ kind, documentNo, permit }) => [kind, documentNo, permit?.['holder']])).toEqual([['CHANGED', 'A', { name: '新名' }], ['CHANGED', 'C', { name: '新名' }]]);
});
