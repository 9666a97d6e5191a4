import type { Asker } from '../boundary/judge.js';
import type { Random } from '../boundary/random.js';
import { cellsOf, sight, type EntryRow } from './list-judge.js';
import { meets } from './list-questions.js';
import { dayAfter, hiddenCells, procedureCells, randomProposal, stepped, worldDay, type ListedSubject, type Step } from './list-world.js';

/** One write: a proposal, a step, or other cells without a step. */
export interface Act {
  readonly before: EntryRow | null;
  readonly after: EntryRow;
  readonly step: Step | null;
}

/** A transaction, or a new day with what the clock ends on it. */
export type Passage = { readonly form: 'transaction'; readonly acts: readonly Act[] } | { readonly form: 'day'; readonly day: string; readonly ended: readonly Act[] };
export type ListHistory = readonly Passage[];

/** Two histories that are equal in what one viewer may see of them, up to their last day. */
export interface HistoryPair {
  readonly one: ListHistory;
  readonly other: ListHistory;
  readonly lastDay: string;
}

/** What may happen to an entry that stands in a state. */
const ways: Readonly<Record<string, readonly Step[]>> = {
  PROPOSED: ['INFORM', 'INFORM', 'DROP'], INFORMED: ['DECIDE', 'DECIDE', 'DROP'], DECIDED: ['PUBLISH', 'PUBLISH', 'REVOKE'], PUBLISHED: ['OBJECT', 'REPAIR', 'REVOKE'],
  OBJECTED: ['UPHOLD', 'UPHOLD', 'REVOKE'], REPAIRED: ['REMOVE'], EXPIRED: ['REMOVE'], REVOKED: ['REMOVE'],
};
const inForce = ['DECIDED', 'PUBLISHED', 'OBJECTED'];

function isOver({ valid_to: last }: EntryRow, day: string): boolean {
  return last !== null && last < day;
}

/** Nothing is over but by the passing of a day: else the hub's own clock would end it amid a history. */
function unended(entry: EntryRow, day: string): EntryRow {
  return inForce.includes(entry.state) && isOver(entry, day) ? { ...entry, valid_to: null } : entry;
}

/** An act of the history both sides share, by the entry's number. */
type Shared = { readonly form: 'acts'; readonly acts: readonly { readonly id: number; readonly step: Step | 'PROPOSE' | null; readonly after: EntryRow }[] } | { readonly form: 'day'; readonly day: string };

/** Makes histories for a viewer; numbers are handed out by `next`, so that rounds may follow each other. */
export class HistoryMaker {
  readonly #random: Random;
  readonly #asker: Asker;
  readonly #subjects: readonly ListedSubject[];
  readonly #next: () => number;
  #day = worldDay;

  constructor(random: Random, asker: Asker, subjects: readonly ListedSubject[], next: () => number) {
    this.#random = random;
    this.#asker = asker;
    this.#subjects = subjects;
    this.#next = next;
  }

  make(): HistoryPair {
    const shared = this.#shared();
    return { one: this.#side(shared), other: this.#side(shared), lastDay: this.#day };
  }

  /** Entries the viewer may come to see, from their proposal on. */
  #shared(): Shared[] {
    const random = this.#random;
    const out: Shared[] = [];
    const entries = new Map<number, EntryRow>();
    for (let count = random.int(2, 9); count > 0; count -= 1) {
      if (random.chance(0.2) && this.#day < '2026-11-25') {
        this.#day = dayAfter(this.#day);
        out.push({ form: 'day', day: this.#day });
        for (const [id, entry] of entries) if (inForce.includes(entry.state) && isOver(entry, this.#day)) entries.set(id, stepped(random, entry, 'EXPIRE', this.#day));
        continue;
      }
      const acts: { readonly id: number; readonly step: Step | 'PROPOSE' | null; readonly after: EntryRow }[] = [];
      for (let i = random.pick([1, 1, 2, 3]); i > 0; i -= 1) {
        const known = [...entries.keys()];
        if (known.length === 0 || random.chance(0.4)) {
          const made = this.#proposal((entry) => this.#mayShow(entry));
          if (!made) continue;
          entries.set(made.id, made);
          acts.push({ id: made.id, step: 'PROPOSE', after: made });
          // Most entries are of no interest before they are published.
          if (random.chance(0.7)) for (const step of ['INFORM', 'DECIDE', 'PUBLISH'] as const) this.#move(entries, acts, made.id, step);
        } else {
          const id = random.pick(known);
          const step = random.chance(0.25) ? null : random.pick(ways[entries.get(id)?.state ?? ''] ?? [null]);
          this.#move(entries, acts, id, step);
        }
      }
      if (acts.length > 0) out.push({ form: 'acts', acts });
    }
    return out;
  }

  #move(entries: Map<number, EntryRow>, acts: { readonly id: number; readonly step: Step | 'PROPOSE' | null; readonly after: EntryRow }[], id: number, step: Step | null): void {
    const random = this.#random;
    const entry = entries.get(id);
    if (!entry) return;
    const amended = { ...entry, ...random.pick([{ district: random.pick(['120101', '120102']) }, { subject_name: random.text() }, { ground: 'FALSE_MATERIAL' }, { reason: random.text() }]) };
    const after = step === null ? amended : unended(stepped(random, entry, step, this.#day), this.#day);
    entries.set(id, after);
    acts.push({ id, step, after });
  }

  /** Whether the viewer sees the entry once it is published. */
  #mayShow(entry: EntryRow): boolean {
    return sight(this.#asker, { ...entry, state: 'PUBLISHED' }, null) !== 'hidden';
  }

  #proposal(wanted: (entry: EntryRow) => boolean): EntryRow | null {
    for (let tries = 0; tries < 100; tries += 1) {
      const id = this.#next();
      const entry = randomProposal(this.#random, id, `f${id}`, this.#subjects);
      if (wanted(entry)) return entry;
    }
    return null;
  }

  /** The shared history as one side has it: other hidden cells, and between and within its transactions what the viewer must not hear of. */
  #side(shared: readonly Shared[]): ListHistory {
    const random = this.#random;
    const state = new Map<number, EntryRow>();
    const hidden = new Set<number>();
    const veils = new Map<number, (entry: EntryRow) => EntryRow>();
    const out: Passage[] = [];
    let day = worldDay;
    const write = (after: EntryRow, step: Step | null): Act => {
      const act = { before: state.get(after.id) ?? null, after, step };
      state.set(after.id, after);
      return act;
    };
    const filler = (): Act[] => Array.from({ length: random.pick([0, 0, 1, 3]) }).flatMap(() => this.#hiddenAct(state, hidden, veils, day, write));
    for (const passage of shared) {
      const before = filler();
      if (before.length > 0) out.push({ form: 'transaction', acts: before });
      if (passage.form === 'day') {
        ({ day } = passage);
        const over = [...state.values()].filter((entry) => inForce.includes(entry.state) && isOver(entry, passage.day));
        over.sort((one, two) => (one.valid_to ?? '').localeCompare(two.valid_to ?? '') || one.id - two.id);
        out.push({ form: 'day', day, ended: over.map((entry) => write(stepped(random, entry, 'EXPIRE', passage.day), 'EXPIRE')) });
        continue;
      }
      const acts: Act[] = [];
      for (const { id, step, after } of passage.acts) {
        if (random.chance(0.2)) acts.push(...filler());
        if (!veils.has(id)) veils.set(id, this.#veil());
        acts.push(write(veils.get(id)?.(after) ?? after, step === 'PROPOSE' ? null : step));
      }
      if (random.chance(0.3)) acts.push(...filler());
      out.push({ form: 'transaction', acts });
    }
    return out;
  }

  /** Other values in what this viewer learns nothing of, the same through the whole life of an entry. */
  #veil(): (entry: EntryRow) => EntryRow {
    const random = this.#random;
    const [hidden, procedure, reason, subject] = [hiddenCells(random), procedureCells(random), random.text(), random.pick(this.#subjects).id];
    const released = random.chance(0.5);
    return (entry) => {
      const shown = sight(this.#asker, { ...entry, state: 'PUBLISHED' }, null);
      return {
        ...entry, ...hidden, subject_id: subject,
        ...(shown === 'own' || entry.informed_on === null ? {} : { ...procedure, repair_from: entry.decided_on === null ? null : procedure.repair_from }),
        ...(shown === 'basic' ? { reason } : {}),
        ...(entry.jurisdiction === 'CN-TJ' || this.#asker.kind === 'XM_CITY_CREDIT' ? {} : { channel: released ? 'PUBLIC_CREDIT' : 'INTERNAL', released_by: released ? 'XM_CREDIT_DIV' : null, released_on: released ? '2026-02-01' : null, release_reason: released ? 'R' : null }),
      };
    };
  }

  /** A change this viewer must hear nothing of: of an entry that is hidden from it for good, or in hidden cells of one it sees. */
  #hiddenAct(
    state: ReadonlyMap<number, EntryRow>, hidden: Set<number>, veils: Map<number, (entry: EntryRow) => EntryRow>, day: string, write: (after: EntryRow, step: Step | null) => Act,
  ): Act[] {
    const random = this.#random;
    const seen = [...veils.keys()].filter((id) => state.has(id));
    if (seen.length > 0 && random.chance(0.4)) {
      const id = random.pick(seen);
      const entry = state.get(id);
      veils.set(id, this.#veil());
      return entry ? [write(veils.get(id)?.(entry) ?? entry, null)] : [];
    }
    const known = [...hidden].flatMap((id) => state.get(id) ?? []);
    if (known.length > 0 && random.chance(0.7)) {
      const entry = random.pick(known);
      const step = random.chance(0.2) ? null : random.pick(ways[entry.state] ?? [null]);
      if (step === null) return [write({ ...entry, district: random.pick(['120101', '120102']), reason: random.text() }, null)];
      return [write(unended(stepped(random, entry, step, day), day), step)];
    }
    const made = this.#proposal((entry) => !this.#mayShow(entry));
    if (!made) return [];
    hidden.add(made.id);
    return [write(made, null)];
  }
}

/** What a subscriber must be told, in order. */
export interface ToldEvent {
  readonly kind: 'ENTERED' | 'CHANGED' | 'LEFT';
  readonly entryNo: string;
  readonly leftAs: string | null;
  /** The entry after the change; null where it left. */
  readonly entry: EntryRow | null;
}

/**
 * The events of a history that a viewer with a filter is told of on its last day. What is over is shown no more, though it
 * came while it was in force; that a day passed is no event, and the end it brings is one (YZ-3.5e, A-49).
 */
export function toldOf(history: ListHistory, asker: Asker, lastDay: string, filter: Readonly<Record<string, string>>): ToldEvent[] {
  const acts = history.flatMap((passage) => (passage.form === 'day' ? passage.ended : passage.acts));
  return acts.flatMap(({ before, after }): ToldEvent[] => {
    const was = before && meets(before, filter) ? cellsOf(asker, before, null) : null;
    const inSight = cellsOf(asker, after, lastDay);
    const is = meets(after, filter) ? inSight : null;
    if (!is && !inSight && cellsOf(asker, after, null)) return []; // over by now, and not ended by this act
    if (is && !was) return [{ kind: 'ENTERED', entryNo: after.entry_no, leftAs: null, entry: after }];
    if (is) return JSON.stringify(is) === JSON.stringify(was) ? [] : [{ kind: 'CHANGED', entryNo: after.entry_no, leftAs: null, entry: after }];
    if (!was) return [];
    const leftAs = inSight === null && ['REPAIRED', 'EXPIRED', 'REVOKED'].includes(after.state) ? after.state : null;
    return [{ kind: 'LEFT', entryNo: after.entry_no, leftAs, entry: null }];
  });
}
