import fc from 'fast-check';
import { headStatement, type CompiledChange } from '../../src/feed/compile-change.js';
import type { FeedPlace } from '../../src/feed/cursor.js';
import { mergedPage, type Tail } from '../../src/feed/pull/merged-changes.js';

/** A log: the type of the record at each position, or null for what this viewer does not see. */
const log = fc.array(fc.constantFrom('A', 'B', 'C', null), { maxLength: 60 });

function changeOf(type: string): CompiledChange {
  return { type, key: type, read: () => headStatement, event: () => { throw new Error('not read'); }, write: () => type };
}

/** What a reader of one type brings that looks for `most` events, at a moment when the log ends at `head`. */
function tailOf(type: string, positions: readonly (string | null)[], place: FeedPlace, most: number, head: number): Tail {
  const events: { change: CompiledChange; event: Tail['events'][number]['event'] }[] = [];
  for (let at = Number(place.position); at < head; at += 1) {
    if (events.length === most) return { events, reached: BigInt(at) };
    if (positions[at] !== type) continue;
    const position = BigInt(at);
    const behind = { ...place, position: position + 1n, number: place.number + events.length + 1 };
    events.push({ change: changeOf(type), event: { position, seenBefore: true, seenAfter: true, identity: null, farewell: null, subject: null, row: [], place: behind } });
  }
  return { events, reached: events.length === most ? (events.at(-1)?.event.position ?? 0n) + 1n : BigInt(head) };
}

test('several record types make one sequence, numbered without gaps, whatever the page and wherever each reader has come', () => {
  fc.assert(
    fc.property(log, fc.integer({ min: 1, max: 5 }), fc.array(fc.nat({ max: 4 }), { minLength: 3, maxLength: 3 }), (positions, most, behind) => {
      let place: FeedPlace = { epoch: 'e', position: 0n, number: 0 };
      const got: string[] = [];
      for (let turn = 0; ; turn += 1) {
        // The reads see the log end at different places while it grows; in the end all see all of it.
        const grown = Math.min(positions.length, Math.ceil(((turn + 1) * positions.length) / 4));
        const tails = ['A', 'B', 'C'].map((type, i) => tailOf(type, positions, place, most + 1, turn < 4 ? Math.max(Number(place.position), grown - (behind[i] ?? 0)) : positions.length));
        const page = mergedPage(tails, place, most);
        expect(page.events.length).toBeLessThanOrEqual(most);
        expect(page.events.map(({ event }) => event.place.number)).toEqual(page.events.map((_, i) => place.number + i + 1));
        got.push(...page.events.map(({ change, event }) => `${change.type}${String(event.position)}`));
        ({ place } = page);
        if (turn >= 4 && !page.more) break;
      }
      expect(got).toEqual(positions.flatMap((type, at) => (type === null ? [] : [`${type}${at}`])));
    }),
  );
});
