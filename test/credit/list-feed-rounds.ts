import { isDeepStrictEqual } from 'node:util';
import type { Delivery } from '../boundary/feed-rounds.js';
import type { GraphQLCall } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { Random } from '../boundary/random.js';
import { HistoryMaker, toldOf, type ListHistory, type ToldEvent } from './list-histories.js';
import { hasRights } from './list-judge.js';
import { cursorMark, EntrySelection, filterText, randomFilter, streamFilters, type Known } from './list-questions.js';
import { listViewerOf, type ListFinding } from './list-rounds.js';
import type { ListedSubject } from './list-world.js';

/** A hub as a subscriber of the lists sees it. */
export interface ListFeedSide {
  /** Empty lists about these subjects, on the first day of the histories. */
  begin(subjects: readonly ListedSubject[]): Promise<void>;
  apply(history: ListHistory): Promise<void>;
  read(viewer: Asker, call: GraphQLCall): Promise<Delivery>;
  ask(viewer: Asker, call: GraphQLCall): Promise<string>;
  readonly id: Known['id'];
}

const opening: GraphQLCall = { query: 'subscription { creditListChanged { k: kind n: number c: cursor } }' };
const subjects = [1, 2, 3].map((id): ListedSubject => ({ id, kind: 'ORGANISATION', name: `名${id}`, uscc: id < 3 ? `CODE-${id}` : null }));

/** Plays histories that differ only in what a subscriber may not see: the same frames with the same numbers, streamed and pulled. */
export class ListFeedRounds {
  readonly #sides: readonly [ListFeedSide, ListFeedSide];
  #id = 0;
  #foreign: { readonly agency: string; readonly cursors: readonly [string, string] } | null = null;
  /** Events told so far, for the report of a run. */
  events = 0;

  constructor(sides: readonly [ListFeedSide, ListFeedSide]) {
    this.#sides = sides;
  }

  async play(seed: number, only?: Asker): Promise<ListFinding | null> {
    const random = new Random(seed);
    const viewer = only ?? listViewerOf(seed);
    const found = (what: string, ...details: readonly unknown[]): ListFinding => ({ seed, viewer, what, details });
    await Promise.all(this.#sides.map((side) => side.begin(subjects)));
    const starts = await this.#both((side) => side.read(viewer, opening));
    if (!hasRights(viewer)) return starts.every(isRefused) && isDeepStrictEqual(starts[0], starts[1]) ? null : found('a stream opened without rights', starts);
    const first = [cursorOf(starts[0], 0), cursorOf(starts[1], 0)] as const;
    const pulled = await this.#both((side) => side.ask(viewer, { query: '{ changes(first: 1) { cursor } }' }));

    const pair = new HistoryMaker(random, viewer, subjects, () => (this.#id += 1)).make();
    await Promise.all([this.#sides[0].apply(pair.one), this.#sides[1].apply(pair.other)]);
    const filter = random.chance(0.5) ? {} : randomFilter(random, streamFilters, ['CODE-1', 'CODE-2']);
    const events = toldOf(pair.one, viewer, pair.lastDay, filter);
    const selection = new EntrySelection(random, viewer);
    const told = this.#told(viewer, pair.lastDay, selection, events);
    if (!isDeepStrictEqual(told, this.#told(viewer, pair.lastDay, selection, toldOf(pair.other, viewer, pair.lastDay, filter)))) throw new Error(`seed ${seed}: the histories differ in what is visible`);
    this.events += events.length;

    const query = `subscription ($after: String) { creditListChanged(after: $after${Object.keys(filter).length === 0 ? '' : `, filter: ${filterText(filter)}`}) { k: kind n: number c: cursor entryNo leftAs entry { ${selection.text} } } }`;
    const from = (cursors: readonly [string, string]): Promise<readonly [Delivery, Delivery]> => this.#both((side, at) => side.read(viewer, { query, variables: { after: cursors[at] } }));
    const full = await from(first);
    if (selection.denied(viewer).length > 0) return full.every(isRefused) && isDeepStrictEqual(full[0], full[1]) ? null : found('a subscription with a denied field opened', query, full);
    const wrong = differs(full, told, 0);
    if (wrong !== null) return found(wrong, query, full, told);
    const at = random.int(0, events.length);
    const again = await from([cursorOf(full[0], at), cursorOf(full[1], at)]);
    const wrongAgain = differs(again, told, at);
    if (wrongAgain !== null) return found(`${wrongAgain}, behind a cursor`, query, again, told);

    const foreign = this.#foreign;
    this.#foreign = { agency: viewer.agency, cursors: first };
    if (foreign && foreign.agency !== viewer.agency) {
      const replayed = await from(foreign.cursors);
      if (!replayed.every(({ frames }) => frames.length === 1 && (frames[0] ?? '').includes('CURSOR_INVALID'))) return found('a cursor of another subscriber opened', replayed);
    }
    return this.#pull(viewer, pair.lastDay, random, pair.one, pulled, found);
  }

  /** The same by pages of `changes`, without a filter. */
  async #pull(viewer: Asker, day: string, random: Random, history: ListHistory, starts: readonly [string, string], found: (what: string, ...details: readonly unknown[]) => ListFinding): Promise<ListFinding | null> {
    const selection = new EntrySelection(random, viewer, false);
    const page = `hasMore changes { k: kind n: number c: cursor ... on CreditListChange { entryNo leftAs entry { ${selection.text} } } }`;
    const answers = await this.#both((side, at) => side.ask(viewer, { query: `query ($after: String) { changes(first: 100, after: $after) { ${page} } }`, variables: { after: pulledCursor(starts[at]) } }));
    const changes = this.#told(viewer, day, selection, toldOf(history, viewer, day, {}));
    const expected = JSON.stringify([{ hasMore: false, changes }, []]);
    const pages = answers.map((body) => {
      const { data, errors = [] } = JSON.parse(body) as { data?: { changes?: unknown }; errors?: readonly unknown[] };
      return JSON.stringify([marked(data?.changes), errors]);
    });
    const costs = answers.map((body) => JSON.stringify((JSON.parse(body) as { extensions?: unknown }).extensions));
    return pages.every((one) => one === expected) && costs[0] === costs[1] ? null : found('the pages are not what the table grants', answers, expected);
  }

  #told(viewer: Asker, day: string, selection: EntrySelection, events: readonly ToldEvent[]): object[] {
    return events.map(({ kind, entryNo, leftAs, entry }, i) => ({
      k: kind, n: i + 1, c: cursorMark, entryNo, leftAs, entry: entry && selection.of(viewer, entry, day, this.#sides[0].id),
    }));
  }

  async #both<T>(ask: (side: ListFeedSide, at: 0 | 1) => Promise<T>): Promise<readonly [T, T]> {
    return Promise.all([ask(this.#sides[0], 0), ask(this.#sides[1], 1)]);
  }
}

function isRefused({ status, frames }: Delivery): boolean {
  return status === 403 && frames.length === 1 && (frames[0] ?? '').includes('BOUNDARY_DENIED');
}

function cursorOf({ frames }: Delivery, index: number): string {
  return /"c":"([\w-]*)"/.exec(frames[index] ?? '')?.[1] ?? '';
}

function pulledCursor(body: string): string {
  return /"cursor":"([\w-]*)"/.exec(body)?.[1] ?? '';
}

/** How deliveries behind event number `from` differ from each other, or from what is to be told; null where they do not. */
function differs(both: readonly [Delivery, Delivery], told: readonly object[], from: number): string | null {
  const lengths = both.map(({ frames }) => frames.map((frame) => frame.replace(/"c":"([\w-]*)"/g, (_all, text: string) => `"c":${text.length}`)));
  if (both[0].status !== both[1].status || !isDeepStrictEqual(lengths[0], lengths[1])) return 'the frames differ';
  const nothing = { c: cursorMark, entryNo: null, leftAs: null, entry: null };
  const expected = [{ k: 'OPENED', n: from, ...nothing }, ...told.slice(from), { k: 'HEARTBEAT', n: told.length, ...nothing }].map((frame) => JSON.stringify(frame));
  const brought = both[0].frames.map((frame) => JSON.stringify(marked((JSON.parse(frame) as { data?: { creditListChanged?: unknown } }).data?.creditListChanged)));
  return isDeepStrictEqual(brought, expected) ? null : 'the frames are not what the table grants';
}

/** Cursors are sealed: a mark stands for them. */
function marked(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(marked);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, key === 'c' && typeof value === 'string' ? cursorMark : marked(value)]));
}
