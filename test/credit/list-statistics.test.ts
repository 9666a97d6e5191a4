import { z } from 'zod';
import { protect } from '../../src/statistics/protect.js';
import { closedMonth } from '../../src/statistics/publications.js';
import { denialsOf, pluck, readAnswer, type GraphQLAnswer } from '../boundary/graphql-answer.js';
import { asker, HubUnderTest } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { Random } from '../boundary/random.js';
import { countByHand, type Fact } from '../statistics/registry.js';
import { visibleEntries, type EntryRow } from './list-judge.js';
import { ListWriter, randomEntry, worldDay, type ListedSubject } from './list-world.js';

const now = new Date(`${worldDay}T04:00:00Z`);
const random = new Random(29);
const subjects = Array.from({ length: 120 }, (_, i): ListedSubject => ({ id: i + 1, kind: 'ORGANISATION', name: `企业 ${i}`, uscc: i % 10 === 0 ? null : `S${i}` }));
const entries = Array.from({ length: 400 }, (_, i) => randomEntry(random, i + 1, `2026-${i}`, subjects));

let hub: HubUnderTest;
let writer: ListWriter;

beforeAll(async () => {
  hub = await HubUnderTest.start(undefined, { clock: { now: () => now }, unlimited: true });
  writer = await ListWriter.open(hub.database);
  await writer.load({ subjects, entries });
});
afterAll(async () => {
  await writer.close();
  await hub.close();
});

async function ask(who: Asker, query: string): Promise<GraphQLAnswer> {
  return readAnswer((await hub.ask(await hub.token(who), { query })).body);
}

/** Dimension, member of the group, and its value in an entry. */
const dimensions: readonly (readonly [name: string, field: string, value: (entry: EntryRow) => string | null])[] = [
  ['LIST', 'list', ({ list }) => list],
  ['GROUND', 'ground', ({ ground }) => ground],
  ['SEVERITY', 'severity', ({ severity }) => severity],
  ['STATE', 'state', ({ state }) => state],
  ['DISTRICT', 'district', ({ district }) => district],
  ['RESPONSIBLE_ORGAN', 'responsibleOrgan', ({ responsible_organ }) => responsible_organ],
  ['YEAR', 'year', ({ published_on }) => published_on?.slice(0, 4) ?? null],
  ['QUARTER', 'quarter', ({ published_on }) => (published_on === null ? null : `${published_on.slice(0, 4)}-Q${Math.ceil(Number(published_on.slice(5, 7)) / 3)}`)],
  ['MONTH', 'month', ({ published_on }) => published_on?.slice(0, 7) ?? null],
  ['END_MONTH', 'endMonth', ({ valid_to }) => valid_to?.slice(0, 7) ?? null],
];

/** Groups of entries as statistics show them, by their key. */
function groupedByHand(rows: readonly EntryRow[], by: typeof dimensions): Map<string, object> {
  const groups = new Map<string, EntryRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map(([, , value]) => value(row)));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return new Map([...groups].map(([key, group]) => {
    const days = group.flatMap(({ valid_from, valid_to }) => (valid_from === null || valid_to === null ? [] : [(Date.parse(valid_to) - Date.parse(valid_from)) / 86_400_000 + 1]));
    return [key, {
      count: group.length,
      organisations: new Set(group.flatMap(({ subject_code }) => subject_code ?? [])).size,
      listedDays: { count: days.length, max: days.length === 0 ? null : Math.max(...days) },
      validTo: { max: group.map(({ valid_to }) => valid_to).filter((day) => day !== null).sort().at(-1) ?? null },
    }];
  }));
}

const shownGroups = z.object({ creditListStatistics: z.object({ groups: z.array(z.record(z.string(), z.unknown())), hasMore: z.literal(false) }) });

const viewers = ['HEPING_HRSS', 'HEPING_APPROVAL', 'MUNI_HRSS', 'CREDIT_PLATFORM', 'JOINT_SANCTION_PLATFORM', 'BLACKLIST_DB', 'XM_SIMING_HRSS', 'XM_CITY_CREDIT'];

test.each(viewers)('YZ-3.5b, B-38: %s: groups of every dimension and of pairs of them are those of its entries counted by hand', async (agency) => {
  const who = asker(agency);
  const visible = visibleEntries(who, entries, worldDay);
  expect(visible.length).toBeGreaterThan(3);
  const asked = [[], ...dimensions.map((one) => [one]), ...dimensions.map((one, i) => [one, dimensions[(i + 3) % dimensions.length] ?? one])];
  for (const by of asked) {
    const names = by.map(([name]) => name).join(', ');
    const fields = by.map(([, field]) => field);
    const answer = await ask(who, `{ creditListStatistics(groupBy: [${names}], first: 1000) { groups { ${fields.join(' ')} count organisations listedDays { count max } validTo { max } } hasMore } }`);
    expect(denialsOf(answer)).toEqual([]);
    const { groups } = shownGroups.parse(answer.data).creditListStatistics;
    const found = new Map(groups.map(({ count, organisations, listedDays, validTo, ...cell }) => [JSON.stringify(fields.map((field) => cell[field] ?? null)), { count, organisations, listedDays, validTo }]));
    expect([names, found]).toEqual([names, groupedByHand(visible, by)]);
  }
});

test('early signs: what ends soon, by month and organ, is one question; having and order look at the groups', async () => {
  const answer = await ask(asker('MUNI_HRSS'), `{ creditListStatistics(
    filter: {list: BLACK, endsBy: "2026-12-31"}, groupBy: [END_MONTH, RESPONSIBLE_ORGAN], having: [{figure: COUNT, atLeast: 2}], orderBy: [{figure: COUNT, direction: DESC}]
  ) { groups { endMonth responsibleOrgan count } } }`);
  const soon = visibleEntries(asker('MUNI_HRSS'), entries, worldDay).filter(({ list, valid_to }) => list === 'BLACK' && valid_to !== null && valid_to <= '2026-12-31');
  const expected = new Map<string, number>();
  for (const { valid_to, responsible_organ } of soon) {
    const key = `${valid_to?.slice(0, 7) ?? ''} ${responsible_organ}`;
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  const groups = z.array(z.object({ endMonth: z.string(), responsibleOrgan: z.string(), count: z.number() })).parse(pluck(answer.data, 'creditListStatistics.groups'));
  expect(new Map(groups.map(({ endMonth, responsibleOrgan, count }) => [`${endMonth} ${responsibleOrgan}`, count]))).toEqual(new Map([...expected].filter(([, count]) => count >= 2)));
  expect(groups.length).toBeGreaterThan(1);
  expect(groups.map(({ count }) => count)).toEqual([...groups.map(({ count }) => count)].sort((a, b) => b - a));
});

test('B-35, B-39: who sees no entry is denied the exact figures, analysts and auditors too', async () => {
  for (const who of [asker('MUNI_HRSS', 'ANALYST'), asker('MUNI_HRSS', 'AUDITOR'), asker('HEPING_HRSS', 'UNHEARD_OF')]) {
    const answer = await ask(who, '{ creditListStatistics { groups { count } } }');
    expect([who, answer.data, denialsOf(answer)[0]]).toEqual([who, { creditListStatistics: null }, 'creditListStatistics Query.creditListStatistics']);
  }
});

const analyst = asker('MUNI_HRSS', 'ANALYST');
const cubeDimensions = ['ground', 'district', 'year'] as const;

test('B-39: analysts have protected totals of what is on the black list of Tianjin, of nothing else, and no identity', async () => {
  const facts = entries
    .filter(({ jurisdiction, list, state, published_on }) => jurisdiction === 'CN-TJ' && list === 'BLACK' && ['PUBLISHED', 'OBJECTED'].includes(state) && (published_on ?? '9') <= closedMonth(worldDay))
    .map((entry): Fact => ({ unit: entry.subject_id, values: [entry.ground, entry.district ?? '', entry.published_on?.slice(0, 4) ?? ''], actions: 0 }));
  expect(facts.length).toBeGreaterThan(50);
  const counted = countByHand({ domains: cubeDimensions.map(() => []), facts })
    .map(({ place, totals, largest }) => ({ place: place.map((value) => (value === '' ? null : value)), totals: totals.slice(0, 2), largest: largest.slice(0, 2) }));
  const published = protect(counted);
  let cells = 0;
  for (let subset = 0; subset < 8; subset += 1) {
    const by = cubeDimensions.filter((_, i) => (subset >> i) & 1);
    const answer = await ask(analyst, `{ publishedListStatistics(groupBy: [${by.map((name) => name.toUpperCase()).join(', ')}], first: 1000) { asOf roundedTo cells { ground district year subjects count } hasMore } }`);
    const expected = published
      .filter(({ place }) => cubeDimensions.filter((_, i) => place[i] !== undefined).join() === by.join())
      .map(({ place, numbers }) => ({ ...Object.fromEntries(cubeDimensions.map((name, i) => [name, place[i] ?? null])), subjects: numbers[0], count: numbers[1] }));
    expect(answer).toMatchObject({ errors: [], data: { publishedListStatistics: { asOf: '2026-10-31', roundedTo: 3, hasMore: false } } });
    const shown = z.array(z.record(z.string(), z.unknown())).parse(pluck(answer.data, 'publishedListStatistics.cells'));
    expect(new Set(shown.map((cell) => JSON.stringify(cell)))).toEqual(new Set(expected.map((cell) => JSON.stringify(cell))));
    cells += expected.length;
  }
  expect(cells).toBeGreaterThan(6);
  for (const agency of ['MUNI_HRSS', 'CREDIT_PLATFORM', 'XM_CITY_CREDIT']) {
    expect((await ask(asker(agency), '{ publishedListStatistics { asOf } }')).data).toEqual({ publishedListStatistics: null });
  }
  // One view holds both cubes: neither answers for the other.
  expect(pluck((await ask(analyst, '{ publishedStatistics(groupBy: [YEAR]) { cells { year } } }')).data, 'publishedStatistics.cells')).toEqual([]);
});
