import type { GraphQLCall } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { Random } from '../boundary/random.js';
import { asker } from '../boundary/viewers.js';
import { hasRights, sight, visibleEntries, type EntryRow } from './list-judge.js';
import { cursorMark, ListQuestions, type Granted, type Known } from './list-questions.js';
import { hiddenCells, procedureCells, randomEntry, worldDay, type ListedSubject, type ListWorld } from './list-world.js';

/** Who asks: every relation and neighbours in it, who licenses, and those whom the table gives nothing. */
export const listViewers: readonly Asker[] = [
  asker('HEPING_HRSS'), asker('CREDIT_PLATFORM'), asker('XM_HRSS'), asker('HEPING_APPROVAL'), asker('BLACKLIST_DB'), asker('MUNI_HRSS'), asker('XM_CITY_CREDIT'),
  asker('JOINT_SANCTION_PLATFORM'), asker('XM_CREDIT_DIV'), asker('BINHAI_APPROVAL'), asker('XM_SIMING_HRSS'), asker('HEDONG_HRSS'), asker('FTZ_AIRPORT_APPROVAL'),
  asker('JINBAO'), asker('US_OFLC'), asker('HEPING_HRSS', 'ANALYST'), asker('MUNI_HRSS', 'AUDITOR'), asker('HEDONG_APPROVAL'),
];

const declaredInTurn: readonly Pick<Asker, 'purpose' | 'caseNo'>[] = [{}, { purpose: 'JOINT_SANCTION', caseNo: '津惩 2026-1' }, { purpose: 'JOINT_SANCTION' }, { purpose: 'CASE_HANDLING', caseNo: '1' }, {}];

/** The viewer of a round, by turns; what it declares turns with it. */
export function listViewerOf(seed: number): Asker {
  const viewer = listViewers[seed % listViewers.length];
  if (!viewer) throw new Error('there are viewers');
  return { ...viewer, ...declaredInTurn[seed % declaredInTurn.length] };
}

/** Something that answers over a world. */
export interface ListSide {
  load(world: ListWorld): Promise<void>;
  /** The body, byte for byte. */
  ask(viewer: Asker, call: GraphQLCall): Promise<string>;
  id(type: string, key: number): string;
}

export interface ListFinding {
  readonly seed: number;
  readonly viewer: Asker;
  readonly what: string;
  readonly details: readonly unknown[];
}

/** Two worlds that are equal in what one viewer may see and differ in everything else. */
function makePair(random: Random, viewer: Asker): readonly [ListWorld, ListWorld] {
  const taken = new Set<number>();
  const next = (): number => {
    let id = random.int(1, 100_000);
    while (taken.has(id)) id = random.int(1, 100_000);
    taken.add(id);
    return id;
  };
  const subjects = Array.from({ length: 5 }, (_, i): ListedSubject => ({ id: next(), kind: 'ORGANISATION', name: `名${i}`, uscc: i < 4 ? `CODE-${i}` : null }));
  const visible: EntryRow[] = [];
  const wanted = random.int(0, 14);
  for (let tries = 0; visible.length < wanted && tries < 300; tries += 1) {
    const entry = randomEntry(random, 0, `n${tries}`, subjects);
    if (sight(viewer, entry, worldDay) !== 'hidden') visible.push({ ...entry, id: next() });
  }
  const fill = (): ListWorld => {
    const known = new Set(visible.map(({ entry_no: number }) => number));
    const entries = visible.map((entry) => varied(random, viewer, entry, subjects));
    for (let i = random.int(0, 14); i > 0; i -= 1) {
      // The organ's own numbers are few, so that the two worlds hide different entries under one number.
      const entry = randomEntry(random, next(), `h${random.int(1, 6)}`, subjects);
      if (sight(viewer, entry, worldDay) !== 'hidden' || known.has(entry.entry_no)) continue;
      known.add(entry.entry_no);
      entries.push(entry);
    }
    return { subjects: subjects.map((subject) => ({ ...subject, name: random.text() })), entries };
  };
  return [fill(), fill()];
}

/** A visible entry with other values in what this viewer learns nothing of. */
function varied(random: Random, viewer: Asker, entry: EntryRow, subjects: readonly ListedSubject[]): EntryRow {
  const seen = sight(viewer, entry, worldDay);
  const isXiamen = entry.jurisdiction !== 'CN-TJ';
  const released = isXiamen && random.chance(0.5);
  return {
    ...entry,
    ...hiddenCells(random),
    subject_id: random.pick(subjects).id,
    ...(seen === 'own' ? {} : procedureCells(random)),
    ...(seen === 'basic' ? { reason: random.text() } : {}),
    ...(viewer.kind === 'XM_CITY_CREDIT' ? {} : { channel: released ? 'PUBLIC_CREDIT' : 'INTERNAL', released_by: released ? 'XM_CREDIT_DIV' : null, released_on: released ? '2026-02-01' : null, release_reason: released ? 'R' : null }),
  };
}

/** Plays rounds of pairs over two sides. */
export class ListRounds {
  readonly #sides: readonly [ListSide, ListSide];
  #foreign: { readonly agency: string; readonly cursor: string } | null = null;
  calls = 0;

  constructor(sides: readonly [ListSide, ListSide]) {
    this.#sides = sides;
  }

  async play(seed: number, operations: number, only?: Asker): Promise<ListFinding | null> {
    const random = new Random(seed);
    const viewer = only ?? listViewerOf(seed);
    const worlds = makePair(random, viewer);
    const [one, other] = worlds;
    await Promise.all([this.#sides[0].load(one), this.#sides[1].load(other)]);
    const found = (what: string, ...details: readonly unknown[]): ListFinding => ({ seed, viewer, what, details });

    const all = '{ creditList(first: 100) { edges { cursor node { entryNo } } } }';
    const bodies = await this.#both(viewer, { query: all });
    if (bodies[0] !== bodies[1]) return found('the lists differ', ...bodies);
    const cursors = cursorsOf(bodies[0]);
    const visible = hasRights(viewer) ? visibleEntries(viewer, one.entries, worldDay) : [];
    if (cursors.length !== visible.length) return found('not the entries the table grants', bodies[0], visible.map(({ entry_no: number }) => number));

    const foreign = this.#foreign;
    if (foreign && foreign.agency !== viewer.agency && hasRights(viewer)) {
      const replayed = await this.#both(viewer, { query: `{ creditList(first: 100, after: ${JSON.stringify(foreign.cursor)}) { totalCount nodes { entryNo } } }` });
      if (replayed[0] !== replayed[1] || read(replayed[0]).errors[0]?.code !== 'BAD_CURSOR') return found('a cursor of another agency opened', ...replayed);
    }
    const [last] = cursors;
    if (last !== undefined) this.#foreign = { agency: viewer.agency, cursor: last };

    const hidden = [...one.entries, ...other.entries];
    const known: Known = {
      cursors: new Map(visible.map(({ id }, i) => [id, cursors[i] ?? ''])),
      id: (type, key) => this.#sides[0].id(type, key),
      numbers: [...hidden.map(({ entry_no: number }) => number), 'HEPING_HRSS/none', ''],
      keys: [...hidden.map(({ id }) => id), ...one.subjects.map(({ id }) => id), 1],
      codes: [...one.subjects.flatMap(({ uscc }) => uscc ?? []), 'CODE-none'],
    };
    const questions = new ListQuestions(random, viewer, known);
    for (let i = 0; i < operations; i += 1) {
      const asked = questions.make();
      const answers = await this.#both(viewer, asked.call);
      const granted = worlds.map((world) => asked.granted(world));
      // What the gate releases may differ between the worlds; then each is held against the judge alone.
      const alike = JSON.stringify(granted[0]) === JSON.stringify(granted[1]);
      if (alike && answers[0] !== answers[1]) return found('the answers differ', asked.call, ...answers);
      if (!alike && !asked.call.query.includes('creditGate')) throw new Error(`seed ${seed}: the pair differs in what is visible`);
      for (const [side, answer] of answers.entries()) {
        const wrong = difference(granted[side], answer);
        if (wrong !== null) return found(wrong, asked.call, answer, granted[side]);
      }
    }
    return null;
  }

  async #both(viewer: Asker, call: GraphQLCall): Promise<readonly [string, string]> {
    this.calls += 2;
    return Promise.all([this.#sides[0].ask(viewer, call), this.#sides[1].ask(viewer, call)]);
  }
}

interface Read {
  readonly data: unknown;
  readonly errors: readonly { readonly path: string; readonly code: string }[];
}

function read(body: string): Read {
  const { data = null, errors = [] } = JSON.parse(body) as { data?: unknown; errors?: readonly { path?: readonly unknown[]; extensions?: { code?: string } }[] };
  return { data, errors: errors.map(({ path = [], extensions }) => ({ path: path.join('.'), code: extensions?.code ?? '' })) };
}

function difference(granted: Granted | undefined, body: string): string | null {
  const { data, errors } = read(body);
  const told = errors.map(({ path, code }) => `${path} ${code}`).sort();
  if (JSON.stringify(told) !== JSON.stringify(granted?.errors)) return 'other errors than the table says';
  return JSON.stringify(marked(data)) === JSON.stringify(granted?.data) ? null : 'the data is not what the table grants';
}

/** Cursors are sealed: a mark stands for them. */
function marked(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(marked);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, /^(cursor|startCursor|endCursor)$/.test(key) && typeof value === 'string' ? cursorMark : marked(value)]));
}

function cursorsOf(body: string): string[] {
  return [...body.matchAll(/"cursor":"([^"]*)"/g)].map(([, cursor]) => cursor ?? '');
}

export function told({ seed, viewer, what, details }: ListFinding): string {
  return [`seed ${seed}, ${viewer.agency} ${viewer.role ?? ''} ${viewer.purpose ?? ''} ${viewer.caseNo ?? ''}: ${what}`, ...details.map((detail) => (typeof detail === 'string' ? detail : JSON.stringify(detail)))].join('\n');
}

