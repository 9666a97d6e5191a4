import { isDeepStrictEqual } from 'node:util';
import type { Coverage } from './coverage.js';
import type { WantedArgument } from './document-maker.js';
import { cursorMark, idMark } from './expectation.js';
import { harvestOf, learn } from './harvest.js';
import type { Answer, GraphQLCall, LaneName } from './hub-under-test.js';
import type { Asker } from './judge.js';
import type { Expectation, HiddenFilter, KnownTexts, Operation } from './operation.js';
import { OperationMaker } from './operations.js';
import { makePair } from './pairs.js';
import type { Order } from './question.js';
import { randomOrder } from './question-maker.js';
import { Random } from './random.js';
import { declaredInTurn, viewers } from './viewers.js';
import type { World } from './world.js';

/** Something that answers calls on a world: the hub over HTTP, or a planner with a fault planted. */
export interface Side {
  load(world: World): Promise<void>;
  ask(viewer: Asker, call: GraphQLCall, lane: LaneName): Promise<Answer>;
  /** The id of any record, as this side gives it out. */
  id(type: string, key: number): string;
}

/** The first difference of a round, or null. */
export interface Finding {
  readonly seed: number;
  readonly viewer: Asker;
  readonly what: string;
  readonly call: GraphQLCall;
  readonly details: readonly string[];
}

export interface RoundsOptions {
  readonly hiddenFilters?: readonly HiddenFilter[];
  /** Never asks by what the viewer does not read of every row: refusing that is the plan's own work. */
  readonly readableOnly?: boolean;
  readonly coverage?: Coverage;
}

const garbage = ['', 'nonsense', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];

/** The viewer of a round: each has its turn, so that any 16 rounds in a row see all of them. */
export function viewerOf(seed: number): Asker {
  const viewer = viewers[((seed % viewers.length) + viewers.length) % viewers.length];
  if (!viewer) throw new Error('there are viewers');
  return { ...viewer, ...declaredInTurn[Math.floor(Math.abs(seed) / viewers.length) % declaredInTurn.length] };
}

/** Which turn of a viewer an operation is, counted over the rounds that are its own. */
function turnOf(seed: number, index: number, operations: number): number {
  return Math.floor(seed / viewers.length) * operations + index;
}

/** Plays rounds of pairs; remembers cursors of other viewers to try them where they must not open. */
export class Rounds {
  readonly #sides: readonly [Side, Side];
  readonly #lanes: readonly LaneName[];
  readonly #options: RoundsOptions;
  #previous: { readonly viewer: Asker; readonly cursors: readonly string[] } | null = null;
  /** Calls played and answered, for the report of a run. */
  calls = 0;

  constructor(sides: readonly [Side, Side], lanes: readonly LaneName[], options: RoundsOptions = {}) {
    this.#sides = sides;
    this.#lanes = lanes;
    this.#options = options;
  }

  /** `wanted`: what all operations are about, by default one argument after the other. */
  async play(seed: number, operations: number, only?: Asker, wanted?: WantedArgument): Promise<Finding | null> {
    const random = new Random(seed);
    const viewer = only ?? viewerOf(seed);
    const pair = makePair(random, viewer);
    await Promise.all([this.#sides[0].load(pair.one), this.#sides[1].load(pair.other)]);

    const found = (what: string, call: GraphQLCall, details: readonly string[]): Finding => ({ seed, viewer, what, call, details });
    const named = wanted?.path.startsWith('orderBy.') === true ? wanted.path.slice('orderBy.'.length) : null;
    const orders: readonly Order[] = [[], randomOrder(random, named)];
    const call = { query: harvestOf(orders) };
    const [first, second] = await this.#both(viewer, call, 'any');
    if (first.body !== second.body) return found('the lists differ', call, [first.body, second.body]);
    const [side] = this.#sides;
    const learnt = learn(parse(first.body).data, orders, viewer, pair.one, (type, key) => side.id(type, key));
    if (typeof learnt === 'string') return found(learnt, call, [first.body]);
    const previous = this.#previous;
    const texts: KnownTexts = {
      ...learnt,
      foreign: previous && previous.viewer.agency !== viewer.agency ? [...previous.cursors.slice(0, 2), ...garbage] : garbage,
      id: (type, key) => side.id(type, key),
    };
    this.#previous = { viewer, cursors: learnt.permits.flatMap(({ places }) => places.slice(0, 1).map(([, cursor]) => cursor)) };

    const maker = new OperationMaker(random, viewer, pair, texts, this.#options.hiddenFilters, this.#options.readableOnly);
    for (let i = 0; i < operations; i += 1) {
      const operation = maker.make(turnOf(seed, i, operations), wanted);
      for (const lane of this.#lanes) {
        const [one, other] = await this.#both(viewer, operation.call, lane);
        const details = [one.body, other.body, JSON.stringify(operation.expected)];
        const alike = isDeepStrictEqual(operation.expected[0], operation.expected[1]);
        if (alike && (one.body !== other.body || one.status !== other.status || one.type !== other.type)) return found('the answers differ', operation.call, details);
        const wrong = difference(operation, operation.expected[0], one) ?? difference(operation, operation.expected[1], other);
        if (wrong !== null) return found(wrong, operation.call, details);
      }
      this.#options.coverage?.note(viewer, operation.used);
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
  return { data: value.data ?? null, errors: value.errors ?? [] };
}

/** How an answer differs from the judge's, in data, key order, errors or their order; null when it does not. */
export function difference({ refused }: Pick<Operation, 'refused'>, expected: Expectation, answer: Answer): string | null {
  const { data, errors } = parse(answer.body);
  if (refused !== null) {
    return data === null && isDeepStrictEqual(errors.map((error) => error.extensions?.code), [refused]) ? null : `not refused with ${refused}`;
  }
  if (answer.status !== 200) return `status ${answer.status}`;
  const told = errors.map((error) => [(error.path ?? []).join('.'), error.extensions?.code]);
  if (!isDeepStrictEqual(told, expected.errors.map(([path, code]) => [path, code]))) return 'other errors than the table says';
  return JSON.stringify(comparable(data)) === JSON.stringify(expected.data) ? null : 'the data is not what the table grants';
}

/** Sealed texts are replaced by a mark; where the judge expects a cursor there must be one. Public roots count by key. */
function comparable(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(comparable);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      if (/^openr\d/.test(key)) return [key, 'open'];
      if (typeof value !== 'string') return [key, comparable(value)];
      return [key, /^(cursor|startCursor|endCursor)2?$/.test(key) ? cursorMark : /^id2?$/.test(key) ? idMark : value];
    }),
  );
}

export function explain(finding: Finding): string {
  return [
    `seed ${finding.seed}, viewer ${finding.viewer.agency} ${finding.viewer.role ?? ''}: ${finding.what}`,
    // Cursors of others come from the pair before.
    `again: FAST_CHECK_SEED=${finding.seed - 1} PAIRS=2 npm run test:boundary -- non-interference`,
    JSON.stringify(finding.call),
    ...finding.details,
  ].join('\n');
}
