import { isDeepStrictEqual } from 'node:util';
import { cursorMark, idMark } from './expectation.js';
import type { Answer, GraphQLCall, LaneName } from './hub-under-test.js';
import { asker } from './hub-under-test.js';
import { hasRights, visiblePermits, type Asker } from './judge.js';
import { OperationMaker, type KnownCursors, type Operation } from './operations.js';
import { makePair } from './pairs.js';
import { Random } from './random.js';
import type { World } from './world.js';

/** Something that answers calls on a world: the hub over HTTP, or a planner with a fault planted. */
export interface Side {
  load(world: World): Promise<void>;
  ask(viewer: Asker, call: GraphQLCall, lane: LaneName): Promise<Answer>;
}

/** The first difference of a round, or null. */
export interface Finding {
  readonly seed: number;
  readonly viewer: Asker;
  readonly what: string;
  readonly call: GraphQLCall;
  readonly details: readonly string[];
}

const viewers: readonly Asker[] = [
  ...['HEPING_APPROVAL', 'HEDONG_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_DONGJIANG_APPROVAL', 'FTZ_AIRPORT_APPROVAL'].map((code) => asker(code)),
  ...['HEPING_HRSS', 'HEDONG_HRSS', 'BINHAI_HRSS', 'NANKAI_HRSS', 'MUNI_HRSS'].map((code) => asker(code)),
  asker('US_OFLC'),
  asker('HEPING_HRSS', 'ANALYST'),
  asker('MUNI_HRSS', 'AUDITOR'),
];

const harvest = 'query Harvest($after: String) { permits(first: 100, after: $after) { edges { cursor node { documentNo } } } }';

/** Plays rounds of pairs; remembers cursors of other viewers to try them where they must not open. */
export class Rounds {
  readonly #sides: readonly [Side, Side];
  readonly #lanes: readonly LaneName[];
  #foreign: readonly string[] = ['', 'nonsense', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];
  readonly #garbage = this.#foreign;
  #previous: { readonly viewer: Asker; readonly cursors: readonly string[] } | null = null;
  /** Calls played and answered, for the report of a run. */
  calls = 0;

  constructor(sides: readonly [Side, Side], lanes: readonly LaneName[]) {
    this.#sides = sides;
    this.#lanes = lanes;
  }

  async play(seed: number, operations: number, only?: Asker): Promise<Finding | null> {
    const random = new Random(seed);
    const viewer = only ?? random.pick(viewers);
    const pair = makePair(random, viewer);
    await Promise.all([this.#sides[0].load(pair.one), this.#sides[1].load(pair.other)]);

    const found = (what: string, call: GraphQLCall, details: readonly string[]): Finding => ({ seed, viewer, what, call, details });
    const [first, second] = await this.#both(viewer, { query: harvest }, 'any');
    if (first.body !== second.body) return found('the lists differ', { query: harvest }, [first.body, second.body]);
    const texts = cursorsOf(first.body);
    const rows = visiblePermits(viewer, pair.one);
    if (hasRights(viewer) && texts.length !== Math.min(rows.length, 100)) {
      return found(`${texts.length} rows instead of ${rows.length}`, { query: harvest }, [first.body]);
    }
    const previous = this.#previous;
    this.#foreign = previous && previous.viewer.agency !== viewer.agency ? [...previous.cursors.slice(0, 2), ...this.#garbage] : this.#garbage;
    const cursors: KnownCursors = { own: rows.flatMap((row, i) => (texts[i] === undefined ? [] : [[row, texts[i]] as const])), foreign: this.#foreign };
    this.#previous = { viewer, cursors: texts };

    const maker = new OperationMaker(random, viewer, pair.one, cursors, pair.numbers);
    for (let i = 0; i < operations; i += 1) {
      const operation = maker.make();
      for (const lane of this.#lanes) {
        const [one, other] = await this.#both(viewer, operation.call, lane);
        if (one.body !== other.body || one.status !== other.status || one.type !== other.type) {
          return found('the answers differ', operation.call, [one.body, other.body]);
        }
        const wrong = difference(operation, one);
        if (wrong !== null) return found(wrong, operation.call, [one.body, JSON.stringify(operation.reply)]);
      }
    }
    return null;
  }

  async #both(viewer: Asker, call: GraphQLCall, lane: LaneName): Promise<readonly [Answer, Answer]> {
    this.calls += 2;
    return Promise.all([this.#sides[0].ask(viewer, call, lane), this.#sides[1].ask(viewer, call, lane)]);
  }
}

interface Parsed {
  readonly data: unknown;
  readonly errors: readonly { readonly path?: readonly unknown[]; readonly extensions?: { readonly code?: string } }[];
}

function parse(body: string): Parsed {
  const value = JSON.parse(body) as Partial<Parsed>;
  return { data: value.data, errors: value.errors ?? [] };
}

function cursorsOf(body: string): string[] {
  const { data } = parse(body) as { data: { permits: { edges: { cursor: string }[] } | null } };
  return data.permits?.edges.map(({ cursor }) => cursor) ?? [];
}

/** How an answer differs from the judge's, in data, key order, errors or their order; null when it does not. */
export function difference(operation: Operation, answer: Answer): string | null {
  const { data, errors } = parse(answer.body);
  const codes = errors.map((error) => error.extensions?.code);
  if (operation.refused !== null) {
    return data === null && isDeepStrictEqual(codes, [operation.refused]) ? null : `not refused with ${operation.refused}`;
  }
  if (answer.status !== 200) return `status ${answer.status}`;
  const paths = errors.map((error) => (error.path ?? []).join('.'));
  if (!isDeepStrictEqual(paths, [...operation.reply.denied])) return 'other fields are denied than the table denies';
  if (codes.some((code) => code !== 'BOUNDARY_DENIED')) return 'an error without BOUNDARY_DENIED';
  return JSON.stringify(withoutCursors(data)) === JSON.stringify(operation.reply.data) ? null : 'the data is not what the table grants';
}

/** Sealed texts are replaced by a mark; where the judge expects a cursor there must be one. */
function withoutCursors(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutCursors);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value !== 'string' ? withoutCursors(value) : /^(cursor|startCursor|endCursor)2?$/.test(key) ? cursorMark : /^id2?$/.test(key) ? idMark : value,
    ]),
  );
}

export function explain(finding: Finding): string {
  return [
    `seed ${finding.seed}, viewer ${finding.viewer.agency} ${finding.viewer.role ?? ''}: ${finding.what}`,
    JSON.stringify(finding.call),
    ...finding.details,
  ].join('\n');
}
