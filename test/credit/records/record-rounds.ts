import type { GraphQLCall } from '../../boundary/hub-under-test.js';
import type { Asker } from '../../boundary/judge.js';
import { denialsOf, pluck, readAnswer } from '../../boundary/graphql-answer.js';
import { Random } from '../../boundary/random.js';
import { asker } from '../../boundary/viewers.js';
import { worldDay, type ListedSubject } from '../list-world.js';
import { cellsOf, hasRights, readsNowhere, sight, visibleRecords, type RecordRow } from './record-judge.js';
import { districts, grounds, hiddenCells, mayBeReleased, procedureCells, randomRecord, releaseCells, units, type RecordWorld } from './record-world.js';

/** Who asks: every relation and neighbours in it, and those whom the table gives nothing. */
export const recordViewers: readonly Asker[] = [
  asker('XM_SIMING_HRSS'), asker('XM_CITY_CREDIT'), asker('XM_CREDIT_DIV'), asker('XM_HRSS'), asker('XM_JIMEI_HRSS'), asker('XM_INFO_DIV'), asker('MUNI_HRSS'), asker('CREDIT_PLATFORM'),
  asker('XM_SIMING_HRSS', 'ANALYST'),
];

/** Something that answers over a world. */
export interface RecordSide {
  load(world: RecordWorld): Promise<void>;
  /** The body, byte for byte. */
  ask(viewer: Asker, call: GraphQLCall): Promise<string>;
  id(type: string, key: number): string;
}

const fields = [
  'recordNo', 'jurisdiction', 'category', 'inspectionNo', 'ground', 'legalBasis', 'documentNo', 'problem', 'handling', 'responsibleOrgan', 'district', 'subjectKind', 'subjectName', 'subjectCode',
  'penalties', 'severity', 'state', 'decidedOn', 'confirmedOn', 'publicFrom', 'publicUntil', 'informedOn', 'defenceUntil', 'repairFrom', 'endedOn',
] as const;

/** Filters by what they compare, with values that records of the worlds have. */
const filters: Readonly<Record<string, { readonly values: readonly string[]; readonly fits: (record: RecordRow, wanted: string) => boolean }>> = {
  category: { values: ['GOOD', 'WARNING', 'REMINDER'], fits: ({ category }, wanted) => category === wanted },
  state: { values: ['CONFIRMED', 'RECORDED', 'WITHDRAWN'], fits: ({ state }, wanted) => state === wanted },
  ground: { values: grounds, fits: ({ ground }, wanted) => ground === wanted },
  district: { values: districts.flatMap((one) => one ?? []), fits: ({ district }, wanted) => district === wanted },
  responsibleOrgan: { values: units, fits: ({ responsible_organ: unit }, wanted) => unit === wanted },
  subjectCode: { values: ['CODE-0', 'CODE-1'], fits: ({ subject_code: code }, wanted) => code === wanted },
  confirmedFrom: { values: ['2026-01-20', '2026-01-31'], fits: ({ confirmed_on: on }, wanted) => on !== null && on >= wanted },
  confirmedTo: { values: ['2026-01-20', '2026-01-31'], fits: ({ confirmed_on: on }, wanted) => on !== null && on <= wanted },
  endsBy: { values: ['2026-11-21', worldDay, '2026-12-31'], fits: ({ public_until: last }, wanted) => last !== null && last <= wanted },
};
const codes = ['category', 'state'];

/** Plays rounds over two sides: worlds that are equal in what one viewer may see, asked the same, and held against the judge. */
export class RecordRounds {
  readonly #sides: readonly [RecordSide, RecordSide];
  calls = 0;

  constructor(sides: readonly [RecordSide, RecordSide]) {
    this.#sides = sides;
  }

  /** What was wrong, or null. */
  async play(seed: number, questions: number, only?: Asker): Promise<string | null> {
    const random = new Random(seed);
    const viewer = only ?? recordViewers[seed % recordViewers.length];
    if (!viewer) throw new Error('there are viewers');
    const worlds = makePair(random, viewer);
    await Promise.all([this.#sides[0].load(worlds[0]), this.#sides[1].load(worlds[1])]);
    const visible = hasRights(viewer) ? visibleRecords(viewer, worlds[0].records, worldDay) : [];
    const everything = [...worlds[0].records, ...worlds[1].records];
    for (let i = 0; i < questions; i += 1) {
      const finding = await this.#listed(random, viewer, visible) ?? await this.#one(random, viewer, visible, everything) ?? await this.#compared(random, viewer);
      if (finding !== null) return `seed ${seed}, ${viewer.agency} ${viewer.role ?? ''}: ${finding}`;
    }
    return null;
  }

  async #listed(random: Random, viewer: Asker, visible: readonly RecordRow[]): Promise<string | null> {
    const chosen = random.some(fields, 0.5).filter((field) => random.chance(0.1) || !readsNowhere(viewer, field));
    const filter = random.some(Object.keys(filters), 0.15).map((name): [string, string] => [name, random.pick(filters[name]?.values ?? [''])]);
    const fitting = visible.filter((record) => filter.every(([name, wanted]) => filters[name]?.fits(record, wanted)));
    const first = random.int(1, 8);
    const given = filter.length === 0 ? '' : `, filter: {${filter.map(([name, value]) => `${name}: ${codes.includes(name) ? value : JSON.stringify(value)}`).join(', ')}}`;
    const selection = ['__typename', ...chosen].map((field) => (field === 'responsibleOrgan' ? 'responsibleOrgan { code }' : field)).join(' ');
    const query = `{ list: creditRecords(first: ${first}${given}) { totalCount edges { cursor node { ${selection} } } pageInfo { hasNextPage endCursor } } }`;
    const bodies = await this.#both(viewer, { query });
    if (bodies[0] !== bodies[1]) return `the lists differ: ${query}\n${bodies.join('\n')}`;
    const answer = readAnswer(bodies[0]);
    if (!hasRights(viewer)) return JSON.stringify([answer.data, denialsOf(answer)]) === '[{"list":null},["list Query.creditRecords"]]' ? null : `not refused: ${bodies[0]}`;
    const expected = fitting.slice(0, first).map((record) => ({ __typename: 'CreditRecord', ...pickOf(cellsOf(viewer, record, worldDay), chosen) }));
    const judged = [answer.errors.length, pluck(answer.data, 'list.totalCount'), pluck(answer.data, 'list.edges.node'), pluck(answer.data, 'list.pageInfo.hasNextPage')];
    const granted = [chosen.filter((field) => readsNowhere(viewer, field)).length, fitting.length, expected, fitting.length > first];
    return JSON.stringify(judged) === JSON.stringify(granted) ? null : `not what the table grants: ${query}\n${bodies[0]}\n${JSON.stringify(granted)}`;
  }

  async #one(random: Random, viewer: Asker, visible: readonly RecordRow[], everything: readonly RecordRow[]): Promise<string | null> {
    const number = random.pick([...everything.map(({ record_no: one }) => one), 'XM_HRSS/none', '']);
    const key = random.pick([...everything.map(({ id }) => id), 1]);
    const id = this.#sides[0].id('CreditRecord', key);
    const bodies = await this.#both(viewer, { query: `{ creditRecord(recordNo: ${JSON.stringify(number)}) { recordNo } node(id: "${id}") { id } }` });
    if (bodies[0] !== bodies[1]) return `one record differs: ${number} ${key}\n${bodies.join('\n')}`;
    const granted = {
      creditRecord: visible.some(({ record_no: one }) => one === number) ? { recordNo: number } : null,
      node: visible.some(({ id: one }) => one === key) ? { id } : null,
    };
    return JSON.stringify(readAnswer(bodies[0]).data) === JSON.stringify(granted) ? null : `not what the table grants: ${number} ${key}\n${bodies[0]}`;
  }

  async #compared(random: Random, viewer: Asker): Promise<string | null> {
    const query = `{ reconcileCreditRecords(input: {by: ${random.pick(['DAY', 'HASH'])}, buckets: []}) { hasMore differing { bucket count digest } } }`;
    const bodies = await this.#both(viewer, { query });
    return bodies[0] === bodies[1] ? null : `the comparison differs: ${query}\n${bodies.join('\n')}`;
  }

  async #both(viewer: Asker, call: GraphQLCall): Promise<readonly [string, string]> {
    this.calls += 2;
    return Promise.all([this.#sides[0].ask(viewer, call), this.#sides[1].ask(viewer, call)]);
  }
}

function pickOf(cells: Readonly<Record<string, unknown>> | null, chosen: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(chosen.map((field) => [field, cells?.[field] ?? null]));
}

/** Two worlds that are equal in what one viewer may see and differ in everything else. */
function makePair(random: Random, viewer: Asker): readonly [RecordWorld, RecordWorld] {
  const taken = new Set<number>();
  const next = (): number => {
    let id = random.int(1, 100_000);
    while (taken.has(id)) id = random.int(1, 100_000);
    taken.add(id);
    return id;
  };
  const subjects = Array.from({ length: 4 }, (_, i): ListedSubject => ({ id: next(), kind: 'ORGANISATION', name: `名${i}`, uscc: i < 3 ? `CODE-${i}` : null }));
  const visible: RecordRow[] = [];
  const wanted = random.int(0, 12);
  for (let tries = 0; visible.length < wanted && tries < 300; tries += 1) {
    const record = randomRecord(random, 0, `n${tries}`, subjects);
    if (sight(viewer, record, worldDay) !== 'hidden') visible.push({ ...record, id: next() });
  }
  const fill = (): RecordWorld => {
    const known = new Set(visible.map(({ record_no: number }) => number));
    const records = visible.map((record) => varied(random, viewer, record, subjects));
    for (let i = random.int(0, 14); i > 0; i -= 1) {
      // The unit's own numbers are few, so that the two worlds hide different records under one number.
      const record = randomRecord(random, next(), `h${random.int(1, 6)}`, subjects);
      if (sight(viewer, record, worldDay) !== 'hidden' || known.has(record.record_no)) continue;
      known.add(record.record_no);
      records.push(record);
    }
    return { subjects: subjects.map((subject) => ({ ...subject, name: random.text() })), records };
  };
  return [fill(), fill()];
}

/** A visible record with other values in what this viewer learns nothing of. */
function varied(random: Random, viewer: Asker, record: RecordRow, subjects: readonly ListedSubject[]): RecordRow {
  return {
    ...record,
    ...hiddenCells(random),
    subject_id: random.pick(subjects).id,
    ...(sight(viewer, record, worldDay) === 'own' ? {} : procedureCells(random, record)),
    ...(viewer.kind === 'XM_CITY_CREDIT' ? {} : releaseCells(mayBeReleased(record) && random.chance(0.5))),
  };
}
