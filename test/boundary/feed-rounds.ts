import { isDeepStrictEqual } from 'node:util';
import type { Coverage } from './coverage.js';
import { coordinateUses, DocumentMaker, type WantedArgument } from './document-maker.js';
import { cursorMark, idMark } from './expectation.js';
import { expectedFrames } from './feed-expectation.js';
import { FeedPairMaker, type ExpectedEvent, type FeedPair, type History } from './feed-pairs.js';
import type { GraphQLCall } from './hub-under-test.js';
import { hasRights, ownsDecisions, type Asker } from './judge.js';
import type { RootUse } from './operation.js';
import { Random } from './random.js';
import { viewerOf, type Finding } from './rounds.js';
import type { PermitRow } from './world.js';
import { collect, type FieldSelection, type Selection } from './selection-tree.js';

/** What a subscription brought: the frames up to the first heartbeat or error, or the body of a refusal. */
export interface Delivery {
  readonly status: number;
  readonly frames: readonly string[];
}

/** A hub, or parts of one with a fault planted, as a subscriber sees it. */
export interface FeedSide {
  apply(history: History): Promise<void>;
  read(viewer: Asker, call: GraphQLCall): Promise<Delivery>;
}

const withheld = ['content', 'revision', 'legalRepresentative', 'identityMask'];

/** Always selected first, so that a reader can tell the kind, the number and the cursor of any frame. */
const lead: readonly Selection[] = (['kind', 'number', 'cursor'] as const).map((name) => ({ form: 'field', key: name[0] ?? '', name, condition: null, below: null }));

/** What may be filtered by, as a permit holds it. */
const filterable = {
  item: (permit: PermitRow) => permit.item,
  status: (permit: PermitRow) => permit.status,
  district: (permit: PermitRow) => permit.district,
  decidedBy: (permit: PermitRow) => permit.decided_by,
  documentNo: (permit: PermitRow) => permit.document_no,
};

type Filter = Partial<Record<keyof typeof filterable, string>>;

/** A filter for those who are told of nothing: it must change nothing for them. */
const elsewhere: Required<Filter> = { item: 'P09', status: 'VALID', district: '120103', decidedBy: 'HEPING_APPROVAL', documentNo: 'F1' };

/**
 * None in a fifth of the cases, else some members, mostly with the values of one permit the viewer is told of; a wanted
 * member is always among them, where that permit has a value of it.
 */
function randomFilter(random: Random, events: readonly ExpectedEvent[], wanted: string | null): Filter {
  if (wanted === null && random.chance(0.2)) return {};
  const permits = events.flatMap(({ permit }) => permit ?? []);
  const permit = permits[random.int(0, Math.max(0, permits.length - 1))];
  const told = permit === undefined ? elsewhere : {
    item: random.chance(0.8) ? permit.item : elsewhere.item, district: random.chance(0.8) ? permit.district : elsewhere.district,
    decidedBy: permit.decided_by, documentNo: permit.document_no, ...(permit.status === null ? {} : { status: permit.status }),
  };
  return Object.fromEntries(Object.entries(told).filter(([member]) => member === wanted || random.chance(wanted === null ? 0.6 : 0.2)));
}

/** A random subscription of a viewer; CURSOR stands for the cursor, which every side seals anew. */
class Subscription {
  readonly call: GraphQLCall;
  readonly inner: readonly Selection[];
  /** Whether a selected field is one this viewer reads of no permit, so that the stream never opens. */
  readonly denied: boolean;
  readonly uses: ReadonlySet<string>;
  readonly #filter: Filter;

  /** `events`: what may be filtered by is taken from them, so that filters meet something. `wanted`: what it is about. */
  constructor(random: Random, asker: Asker, events: readonly ExpectedEvent[], wanted: WantedArgument | null) {
    const bold = random.chance(0.35);
    const avoid = new Set(['actions', ...(bold || ownsDecisions(asker) ? [] : withheld)]);
    const document = new DocumentMaker(random, wanted, avoid);
    this.inner = [...lead, ...document.below('permitChanged', wanted?.path === '' || random.chance(0.6))];
    const coordinates = coordinateUses('permitChanged', this.inner).own;
    this.denied = !hasRights(asker) || (!ownsDecisions(asker) && [...coordinates].some((use) => withheld.some((name) => use.endsWith(`.${name}`))));
    const [, member = null] = /^filter\.(\w+)$/.exec(wanted?.path ?? '') ?? [];
    this.#filter = randomFilter(random, events, member);
    const after = `after: ${document.value('permitChanged', 'after', 'CURSOR')}`;
    const root: FieldSelection = {
      form: 'field', key: random.chance(0.3) ? 'changes' : 'permitChanged', name: 'permitChanged', condition: null, below: this.inner,
      arguments: [after, ...(Object.keys(this.#filter).length > 0 ? [`filter: ${document.value('permitChanged', 'filter', this.#filter)}`] : [])].join(', '),
    };
    this.call = { query: document.document([root], 'subscription'), variables: document.variables };
    this.uses = new Set([...coordinates, ...document.takeUses()]);
  }

  /** What is told of the events: a permit enters and leaves the filter as it enters and leaves the sight of its viewer. */
  told(events: readonly ExpectedEvent[]): readonly ExpectedEvent[] {
    const within = new Set<string>();
    return events.flatMap((event): ExpectedEvent[] => {
      const before = within.has(event.documentNo);
      const { permit } = event;
      const now = permit !== null && this.#meets(permit);
      if (now) within.add(event.documentNo);
      else within.delete(event.documentNo);
      if (now) return [{ ...event, kind: before ? 'CHANGED' : 'ENTERED' }];
      return before ? [{ ...event, kind: 'LEFT', permit: null }] : [];
    });
  }

  #meets(permit: PermitRow): boolean {
    return Object.entries(filterable).every(([name, valueOf]) => {
      const wanted = Object.entries(this.#filter).find(([member]) => member === name)?.[1];
      return wanted === undefined || valueOf(permit) === wanted;
    });
  }

  after(cursor: string): GraphQLCall {
    return JSON.parse(JSON.stringify(this.call).replaceAll('CURSOR', cursor)) as GraphQLCall;
  }
}

const opening: GraphQLCall = { query: 'subscription { permitChanged { k: kind n: number c: cursor } }' };

/** Plays histories that differ only in what a subscriber may not see: same frames, same numbers, in one order. */
export class FeedRounds {
  readonly #sides: readonly [FeedSide, FeedSide];
  readonly #coverage: Coverage | null;
  #id = 0;
  #foreign: { readonly agency: string; readonly cursors: readonly [string, string] } | null = null;
  frames = 0;

  constructor(sides: readonly [FeedSide, FeedSide], coverage: Coverage | null = null) {
    this.#sides = sides;
    this.#coverage = coverage;
  }

  /** `wanted`: what the subscription is about, by default left to chance. */
  async play(seed: number, only?: Asker, wanted: WantedArgument | null = null): Promise<Finding | null> {
    const random = new Random(seed);
    const viewer = only ?? viewerOf(seed);
    const found = (what: string, call: GraphQLCall, details: readonly string[]): Finding => ({ seed, viewer, what, call, details });
    const starts = await this.#both(viewer, [opening, opening]);
    if (!hasRights(viewer)) {
      this.#coverage?.note(viewer, [{ root: 'permitChanged', uses: new Subscription(random, viewer, [], wanted).uses, rows: null }]);
      return refused(starts[0]) && isDeepStrictEqual(starts[0], starts[1]) ? null : found('a stream opened without rights', opening, starts.flatMap(({ frames }) => frames));
    }
    const cursors = [cursorOf(starts[0], 0), cursorOf(starts[1], 0)] as const;
    const made = new FeedPairMaker(random, viewer, () => (this.#id += 1)).make();
    await Promise.all([this.#sides[0].apply(made.one), this.#sides[1].apply(made.other)]);
    const asked = new Subscription(random, viewer, made.events, wanted);
    const pair = { ...made, events: asked.told(made.events) };

    const finding = await this.#compare(viewer, asked, pair, 0, cursors, found);
    if (finding || asked.denied) return finding;
    const full = await this.#both(viewer, [asked.after(cursors[0]), asked.after(cursors[1])]);
    const from = random.int(0, pair.events.length);
    const again = await this.#compare(viewer, asked, pair, from, [cursorOf(full[0], from), cursorOf(full[1], from)], found);
    if (again) return again;
    const foreign = this.#foreign;
    this.#foreign = { agency: viewer.agency, cursors: [cursorOf(full[0], from), cursorOf(full[1], from)] };
    if (!foreign || foreign.agency === viewer.agency) return null;
    const replay = await this.#both(viewer, [asked.after(foreign.cursors[0]), asked.after(foreign.cursors[1])]);
    const bodies = replay.flatMap(({ frames }) => frames);
    return bodies.length === 2 && bodies.every((body) => body.includes('CURSOR_INVALID')) ? null : found('a cursor of another subscriber opened', asked.call, bodies);
  }

  async #compare(
    viewer: Asker,
    asked: Subscription,
    pair: FeedPair,
    from: number,
    cursors: readonly [string, string],
    found: (what: string, call: GraphQLCall, details: readonly string[]) => Finding,
  ): Promise<Finding | null> {
    const [one, other] = await this.#both(viewer, [asked.after(cursors[0]), asked.after(cursors[1])]);
    const details = [...one.frames, '-- other side', ...other.frames];
    if (asked.denied) {
      this.#coverage?.note(viewer, [{ root: 'permitChanged', uses: asked.uses, rows: null }]);
      return refused(one) && isDeepStrictEqual(one, other) ? null : found('a subscription with a denied field opened', asked.call, details);
    }
    if (!isDeepStrictEqual(shapeOf(one), shapeOf(other))) return found('the frames differ', asked.call, details);
    const key = /changes: permitChanged/.test(asked.call.query) ? 'changes' : 'permitChanged';
    const told = one.frames.map((frame) => JSON.stringify(comparable((JSON.parse(frame) as { data?: Record<string, unknown> }).data?.[key])));
    const expected = expectedFrames(viewer, collect(asked.inner), pair.events, from).map((frame) => JSON.stringify(frame));
    if (!isDeepStrictEqual(told, expected)) return found('the frames are not what the table grants', asked.call, [...details, '-- expected', ...expected]);
    this.#coverage?.note(viewer, usesOf(asked, pair, from));
    return null;
  }

  async #both(viewer: Asker, calls: readonly [GraphQLCall, GraphQLCall]): Promise<readonly [Delivery, Delivery]> {
    const both = await Promise.all([this.#sides[0].read(viewer, calls[0]), this.#sides[1].read(viewer, calls[1])]);
    this.frames += both[0].frames.length + both[1].frames.length;
    return both;
  }
}

function usesOf(asked: Subscription, pair: FeedPair, from: number): RootUse[] {
  return [{ root: 'permitChanged', uses: asked.uses, rows: pair.events.slice(from).flatMap(({ permit }) => permit ?? []) }];
}

function refused({ status, frames }: Delivery): boolean {
  return status === 403 && frames.length === 1 && (frames[0] ?? '').includes('BOUNDARY_DENIED');
}

function cursorOf({ frames }: Delivery, index: number): string {
  return /"c":"([\w-]*)"/.exec(frames[index] ?? '')?.[1] ?? '';
}

/** Frames without the text of their cursors, which are sealed anew each time, but with their length. */
function shapeOf({ status, frames }: Delivery): unknown {
  return { status, frames: frames.map((frame) => frame.replace(/"(c|cursor2?)":"([\w-]*)"/g, (_all, key: string, text: string) => `"${key}":${text.length}`)) };
}

function comparable(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(comparable);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value !== 'string' ? comparable(value) : /^(c|cursor2?)$/.test(key) ? cursorMark : /^id2?$/.test(key) ? idMark : value,
    ]),
  );
}
