import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HubDatabase } from '../../src/database/database.js';
import { Hub } from '../../src/server/hub.js';
import { protect } from '../../src/statistics/protect.js';
import { closedMonth } from '../../src/statistics/publications.js';
import { readAnswer, type GraphQLAnswer } from '../boundary/graphql-answer.js';
import { Random } from '../boundary/random.js';
import { WorldLoader, type PermitRow, type World } from '../boundary/world.js';
import { testDatabase } from '../support/test-database.js';
import { countByHand, type Fact } from './registry.js';

let database: HubDatabase;
let folder: string;
let hub: Hub;
let loader: WorldLoader;
let now = new Date('2026-03-10T04:00:00Z');

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-statistics-'));
  loader = await WorldLoader.open(database);
  await loader.load(world);
  hub = await Hub.start(database, { dataFolder: folder, port: 0, drainMs: 1_000, clock: { now: () => now } });
});
afterAll(async () => {
  loader.close();
  await hub.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** 400 permits: P05 and P06 of two districts, other items, another register, decisions of this month, holders of several permits. */
const random = new Random(11);
const world: World = ((): World => {
  const permits = Array.from({ length: 400 }, (_, i): PermitRow => {
    const district = random.pick(['120101', '120102']);
    return {
      id: i + 1, jurisdiction: random.chance(0.1) ? 'US' : 'CN-TJ', item: random.pick(['P05', 'P05', 'P06', 'P01']), identifier_scheme: 'CN-XKWSH',
      document_no: `S${i}`, document_part: 1, document_title: null, certificate_name: null, certificate_no: null, permit_kind: null,
      holder_id: random.int(1, 90), decided_by: 'HEPING_APPROVAL', legal_authority: 'MUNI_HRSS', location: district, district,
      outcome: random.chance(0.9) ? 'GRANTED' : 'REFUSED', status: random.chance(0.2) ? null : random.pick(['VALID', 'VALID', 'CANCELLED', 'REVOKED']),
      decided_on: random.pick(['2024-05-01', '2025-06-01', '2025-12-31', '2026-02-28', '2026-03-01']),
      valid_from: null, valid_to: null, content: null, legal_representative: null, remarks: null, revision: 1, updated_at: '2026-01-01T00:00:00Z',
      source_agency: null, received_at: '2026-01-01T00:00:00Z', basic_updated_at: '2026-01-01T00:00:00Z', basic_batch: '00000000-0000-4000-8000-000000000000',
    };
  });
  const actions = permits.flatMap(({ id }) => Array.from({ length: random.int(0, 3) }, (_, n) => ({ id: id * 10 + n, permit_id: id, action: 'GRANT', acted_on: '2026-01-01' })));
  return { subjects: Array.from({ length: 90 }, (_, i) => ({ id: i + 1, kind: 'ORGANISATION', name: `企业 ${i}`, uscc: `S${i}` })), permits, actions };
})();

async function ask(query: string, agency = 'MUNI_HRSS', role: string | null = 'ANALYST'): Promise<GraphQLAnswer> {
  const token = await hub.issuer.issue(agency, role, null);
  const response = await fetch(hub.url, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  return readAnswer(await response.text());
}

const dimensions = ['item', 'status', 'outcome', 'year'] as const;

/** The publication by hand: the rows of B-11 up to the day, counted in memory. */
function byHand(asOf: string): readonly { readonly by: readonly string[]; readonly cell: Readonly<Record<string, unknown>> }[] {
  const facts = world.permits
    .filter(({ jurisdiction, item, decided_on }) => jurisdiction === 'CN-TJ' && ['P05', 'P06'].includes(item) && decided_on <= asOf)
    .map((permit): Fact => ({
      unit: permit.holder_id,
      // No status is a value of its own.
      values: [permit.item, permit.status ?? '', permit.outcome, permit.decided_on.slice(0, 4)],
      actions: world.actions.filter(({ permit_id }) => permit_id === permit.id).length,
    }));
  const counted = countByHand({ domains: dimensions.map(() => []), facts }).map((cell) => ({ ...cell, place: cell.place.map((value) => (value === '' ? null : value)) }));
  return protect(counted).map(({ place, numbers }) => ({
    by: dimensions.filter((_, i) => place[i] !== undefined),
    cell: { ...Object.fromEntries(dimensions.map((name, i) => [name, place[i] ?? null])), holders: numbers[0], count: numbers[1], actions: numbers[2] },
  }));
}

const shown = 'asOf roundedTo fewestHolders note cells { item status outcome year holders count actions } hasMore';

function cellsOf(answer: GraphQLAnswer): readonly Record<string, unknown>[] {
  const { publishedStatistics } = answer.data as { publishedStatistics: { cells: Record<string, unknown>[] } };
  return publishedStatistics.cells;
}

test('every grouping answers the protected count of the closed month, and says what its numbers are', async () => {
  let cells = 0;
  for (let subset = 0; subset < 16; subset += 1) {
    const by = dimensions.filter((_, i) => (subset >> i) & 1);
    const answer = await ask(`{ publishedStatistics(groupBy: [${by.map((name) => name.toUpperCase()).join(', ')}], first: 1000) { ${shown} } }`);
    const expected = byHand('2026-02-28').filter((one) => one.by.join() === by.join()).map(({ cell }) => cell);
    expect(answer).toMatchObject({ errors: [], data: { publishedStatistics: { asOf: '2026-02-28', roundedTo: 3, fewestHolders: 3, hasMore: false } } });
    expect(new Set(cellsOf(answer).map((cell) => JSON.stringify(cell)))).toEqual(new Set(expected.map((cell) => JSON.stringify(cell))));
    expect(JSON.stringify(answer.data)).toContain('need not add up');
    cells += expected.length;
  }
  expect(cells).toBeGreaterThan(30);
});

test('a filter picks published cells and tells them apart; several values are never added up', async () => {
  const all = cellsOf(await ask(`{ publishedStatistics(groupBy: [ITEM, STATUS]) { ${shown} } }`));
  const filtered = cellsOf(await ask(`{ publishedStatistics(groupBy: [ITEM], where: {status: [VALID, CANCELLED]}) { ${shown} } }`));
  expect(filtered).toEqual(all.filter(({ status }) => status === 'VALID' || status === 'CANCELLED'));
  expect(cellsOf(await ask(`{ publishedStatistics(where: {item: [P01, P05]}) { ${shown} } }`)).map(({ item }) => item)).toEqual(['P05']);
});

test('having and order look at published numbers alone; ties by the dimensions; pages are bounded', async () => {
  const all = cellsOf(await ask(`{ publishedStatistics(groupBy: [ITEM, OUTCOME, YEAR]) { ${shown} } }`));
  for (const least of [3, 4, 5, 6, 12, 30]) {
    const some = cellsOf(await ask(`{ publishedStatistics(groupBy: [ITEM, OUTCOME, YEAR], having: [{figure: HOLDERS, atLeast: ${least}}]) { ${shown} } }`));
    expect(some).toEqual(all.filter(({ holders }) => typeof holders === 'number' && holders >= least));
  }
  const ordered = cellsOf(await ask(`{ publishedStatistics(groupBy: [ITEM, OUTCOME, YEAR], orderBy: [{figure: HOLDERS, direction: DESC}]) { ${shown} } }`));
  // The sort of JavaScript is stable: equal published numbers keep the order of the dimensions.
  expect(ordered).toEqual([...all].sort((a, b) => Number(b['holders']) - Number(a['holders'])));
  expect(await ask('{ publishedStatistics(groupBy: [ITEM, YEAR], first: 1) { cells { holders } hasMore } }')).toMatchObject({ data: { publishedStatistics: { cells: [{}], hasMore: true } } });
  expect((await ask('{ publishedStatistics(first: 0) { hasMore } }')).errors[0]?.extensions.code).toBe('BAD_PAGE_SIZE');
  expect((await ask('{ publishedStatistics(orderBy: [{}]) { hasMore } }')).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('a publication is frozen: changes show in that of the next month, not before', async () => {
  const query = `{ publishedStatistics(groupBy: [ITEM]) { ${shown} } }`;
  const before = await ask(query);
  await loader.query(`UPDATE hub.permit SET status = 'CANCELLED', item = 'P06' WHERE item = 'P05' AND id % 2 = 0`);
  now = new Date('2026-03-31T15:00:00Z');
  expect(await ask(query)).toEqual(before);
  now = new Date('2026-03-31T16:30:00Z'); // 1 April in Shanghai
  await hub.close();
  hub = await Hub.start(database, { dataFolder: folder, port: 0, drainMs: 1_000, clock: { now: () => now } });
  const after = await ask(query);
  expect(after).toMatchObject({ data: { publishedStatistics: { asOf: '2026-03-31' } } });
  expect(cellsOf(after)).not.toEqual(cellsOf(before));
  await loader.load(world);
});

test('two hubs that ask at once publish once', async () => {
  now = new Date('2026-05-20T04:00:00Z');
  const second = await Hub.start(database, { dataFolder: folder, port: 0, drainMs: 1_000, clock: { now: () => now } });
  try {
    const token = await hub.issuer.issue('MUNI_HRSS', 'ANALYST', null);
    const post = async (url: string): Promise<unknown> =>
      (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query: `{ publishedStatistics(groupBy: [YEAR]) { ${shown} } }` }) })).json();
    const answers = await Promise.all([hub.url, second.url, hub.url, second.url].map(post));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const { rows } = await database.pool().query<{ cube: string }>(`SELECT cube FROM hub.publication WHERE as_of = '2026-04-30'`);
    expect(rows).toEqual([{ cube: 'labour_relations' }]);
  } finally {
    await second.close();
  }
});

test('nobody else is answered, and an analyst reads nothing else', async () => {
  for (const [agency, role] of [['MUNI_HRSS', null], ['HEPING_HRSS', null], ['MUNI_HRSS', 'AUDITOR'], ['JINBAO', null]] as const) {
    expect(await ask('{ publishedStatistics { hasMore } }', agency, role)).toMatchObject({ data: { publishedStatistics: null }, errors: [{ extensions: { code: 'BOUNDARY_DENIED', coordinate: 'Query.publishedStatistics' } }] });
  }
  for (const query of ['{ permits(first: 1) { nodes { id } } }', '{ permitStatistics { groups { count } } }', '{ subjects(first: 1) { nodes { id } } }']) {
    expect((await ask(query)).errors[0]?.extensions).toMatchObject({ code: 'BOUNDARY_DENIED' });
  }
});

test('the database has nothing but protected numbers for an analyst, whatever the planner asks', async () => {
  const client = await database.pool('concordat_reader_analyst', 1).connect();
  try {
    await client.query(`SELECT set_config('hub.agency', 'MUNI_HRSS', false), set_config('hub.district', '120101', false)`);
    const { rows } = await client.query<{ numbers: (string | null)[] }>('SELECT numbers FROM shared.published_cell__analyst');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.flatMap(({ numbers }) => numbers).filter((number) => number !== null && Number(number) % 3 !== 0)).toEqual([]);
    for (const table of ['hub.permit', 'hub.permit_action', 'hub.subject', 'hub.published_cell', 'hub.publication', 'hub.feed_event', 'shared.permit__muni_hrss__guiding', 'shared.permit_change__muni_hrss']) {
      await expect(client.query(`SELECT 1 FROM ${table} LIMIT 1`)).rejects.toMatchObject({ code: '42501' });
    }
    const { rows: views } = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.role_table_grants WHERE grantee = 'concordat_reader_analyst' ORDER BY 1`,
    );
    expect(views.map(({ name }) => name)).toEqual(['published_cell__analyst']);
  } finally {
    client.release();
  }
});

test('the evidence names the coordinates of an aggregate', async () => {
  await ask('{ publishedStatistics(groupBy: [YEAR]) { cells { count } } }');
  const { rows } = await database.pool().query<{ description: string }>(`SELECT description FROM hub.access_plan WHERE description LIKE '%publishedStatistics%'`);
  expect(rows.some(({ description }) => description.includes('PublishedCell.count'))).toBe(true);
});

test('a month is closed by its last day', () => {
  expect(['2026-03-01', '2026-03-31', '2024-03-05', '2026-01-15'].map(closedMonth)).toEqual(['2026-02-28', '2026-02-28', '2024-02-29', '2025-12-31']);
});
