import fc from 'fast-check';
import type { FeedPlace } from '../../src/feed/cursor.js';
import { RecentFrames } from '../../src/feed/recent-frames.js';
import { StreamFrame } from '../../src/feed/stream-frame.js';

const epoch = 'e';
const at = (position: number, number: number): FeedPlace => ({ epoch, position: BigInt(position), number });

test('who comes back is given exactly what it is behind, or nothing at all: any log, any place, any numbering, any size of frames', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 40 }), // which positions are visible
      fc.nat(40), // where the group began
      fc.nat(40), // where the stream stands
      fc.integer({ min: -2, max: 2 }), // how far its numbering is off
      fc.constantFrom(10, 300_000), // small frames are all remembered, large ones are not
      (visible, from, place, off, size) => {
        const start = Math.min(from, visible.length);
        const began = 100; // number the group began with
        const recent = new RecentFrames(at(start, began));
        let number = began;
        visible.forEach((shown, position) => {
          if (position < start) return;
          if (shown) recent.sent({ position: BigInt(position), place: at(position + 1, (number += 1)), frame: new StreamFrame('x'.repeat(size)) });
          else recent.moved(at(position + 1, number));
        });
        const counted = visible.filter((shown, position) => shown && position >= start && position < place).length;
        const rest = recent.behind(at(place, began + counted + off));
        const missing = visible.flatMap((shown, position) => (shown && position >= Math.max(start, place) ? [BigInt(position)] : []));
        if (rest !== null) {
          expect(off).toBe(0);
          expect(place).toBeGreaterThanOrEqual(start);
          expect(rest.map(({ position }) => position)).toEqual(missing);
          expect(rest.map((frame) => frame.place.number)).toEqual(missing.map((_, i) => began + counted + i + 1));
        } else if (off === 0 && size === 10) expect(place < start || place > visible.length).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('places of another epoch are not served', () => {
  const recent = new RecentFrames(at(1, 0));
  expect(recent.behind(at(1, 0))).toEqual([]);
  expect(recent.behind({ ...at(1, 0), epoch: 'f' })).toBeNull();
});
