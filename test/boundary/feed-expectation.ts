import { cursorMark, permitData, write } from './expectation.js';
import type { ExpectedEvent } from './feed-pairs.js';
import type { Asker } from './judge.js';
import type { Expected } from './selection-tree.js';

/** What a frame must say, judged by hand: kind, delivery number and the permit as this subscriber sees it. */
export function expectedFrame(
  asker: Asker,
  below: ReadonlyMap<string, Expected>,
  kind: ExpectedEvent['kind'] | 'OPENED' | 'HEARTBEAT',
  number: number,
  event: ExpectedEvent | null,
): Record<string, unknown> {
  const cells: Readonly<Record<string, unknown>> = { kind, number, cursor: cursorMark, documentNo: event?.documentNo ?? null, __typename: 'PermitChange' };
  return write(below, (name, inner) => {
    if (name !== 'permit') return cells[name];
    if (!event?.permit) return null;
    const world = { subjects: [event.holder], permits: [event.permit], actions: [] };
    return permitData(asker, world, event.permit, inner);
  });
}

/** All frames behind the delivery number `from`: what was missed, then a heartbeat. */
export function expectedFrames(asker: Asker, below: ReadonlyMap<string, Expected>, events: readonly ExpectedEvent[], from = 0): Record<string, unknown>[] {
  return [
    expectedFrame(asker, below, 'OPENED', from, null),
    ...events.slice(from).map((event, i) => expectedFrame(asker, below, event.kind, from + i + 1, event)),
    expectedFrame(asker, below, 'HEARTBEAT', events.length, null),
  ];
}
