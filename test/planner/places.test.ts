import fc from 'fast-check';
import { ReadError } from '../../src/planner/read-error.js';
import { Places, type PlaceLimits } from '../../src/planner/places.js';

const limits: PlaceLimits = { places: 3, perAgency: 2, waiting: 6, waitingPerAgency: 4, waitMs: 60_000 };

const opened: Places[] = [];
afterEach(() => opened.splice(0).forEach((places) => places.close()));

function open(of: Partial<PlaceLimits> = {}): Places {
  const places = new Places({ ...limits, ...of });
  opened.push(places);
  return places;
}

/** Calls that took a place or were refused, in the order in which it happened. */
class Log {
  readonly #places: Places;
  readonly entered: string[] = [];
  readonly refused: string[] = [];

  constructor(places: Places) {
    this.#places = places;
  }

  async call(agency: string, name: string, signal?: AbortSignal): Promise<void> {
    await this.#places.take(agency, signal).then(
      () => this.entered.push(name),
      (error: unknown) => this.refused.push(`${name} ${error instanceof ReadError ? String(error.extensions['code']) : 'unexpected'}`),
    );
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

test('one agency never holds all places', async () => {
  const places = open();
  const log = new Log(places);
  for (const name of ['a1', 'a2', 'a3']) void log.call('A', name);
  void log.call('B', 'b1');
  await settled();
  expect(log.entered).toEqual(['a1', 'a2', 'b1']);
  places.give('B'); // A waits, but holds as many as it may
  await settled();
  expect(log.entered).toEqual(['a1', 'a2', 'b1']);
  places.give('A');
  await settled();
  expect(log.entered).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('agencies take turns, and within one the oldest is first', async () => {
  const places = open({ perAgency: 1, places: 1 });
  const log = new Log(places);
  for (const name of ['a1', 'a2', 'a3', 'a4']) void log.call('A', name);
  for (const name of ['b1', 'b2']) void log.call('B', name);
  void log.call('C', 'c1');
  for (const holder of ['A', 'A', 'B', 'C', 'A', 'B']) {
    await settled();
    places.give(holder);
  }
  await settled();
  expect(log.entered).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

test('the queue is bounded, per agency and in all', async () => {
  const log = new Log(open());
  for (let i = 1; i <= 7; i += 1) void log.call('A', `a${i}`);
  for (let i = 1; i <= 4; i += 1) void log.call('B', `b${i}`);
  await settled();
  expect(log.entered).toEqual(['a1', 'a2', 'b1']);
  expect(log.refused).toEqual(['a7 QUEUE_FULL', 'b4 QUEUE_FULL']);
});

test('who waits too long is refused, and leaves no trace in the queue', async () => {
  const places = open({ places: 1, waitMs: 5 });
  const log = new Log(places);
  await log.call('A', 'a1');
  await log.call('B', 'b1');
  expect([...log.refused].sort()).toEqual(['b1 QUEUE_TIMEOUT']);
  places.give('A');
  await log.call('C', 'c1');
  expect(log.entered).toEqual(['a1', 'c1']);
});

test('a caller who left is dropped, before and while it waits; so is everybody when it closes', async () => {
  const places = open({ places: 1 });
  const log = new Log(places);
  await log.call('A', 'a1');
  const left = new AbortController();
  void log.call('B', 'b1', left.signal);
  void log.call('B', 'b2');
  left.abort();
  await log.call('B', 'b3', left.signal);
  await settled();
  expect([...log.refused].sort()).toEqual(['b1 REQUEST_ABANDONED', 'b3 REQUEST_ABANDONED']);
  places.give('A');
  await settled();
  expect(log.entered).toEqual(['a1', 'b2']);
  void log.call('C', 'c1');
  places.close();
  await log.call('D', 'd1');
  expect(log.refused.slice(2).sort()).toEqual(['c1 REQUEST_ABANDONED', 'd1 REQUEST_ABANDONED']);
});

test('whatever comes and goes: no bound is exceeded, nobody is lost, and no place stays empty that somebody may have', async () => {
  const step = fc.record({ agency: fc.constantFrom('A', 'B', 'C'), kind: fc.constantFrom('take', 'take', 'give', 'abandon'), which: fc.nat(20) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const places = open();
      const holding: string[] = [];
      const waiting: { agency: string; left: AbortController; done: boolean }[] = [];
      let taken = 0;
      let ended = 0;
      for (const { agency, kind, which } of steps) {
        if (kind === 'take') {
          taken += 1;
          const call = { agency, left: new AbortController(), done: false };
          waiting.push(call);
          void places.take(agency, call.left.signal).then(() => holding.push(agency), () => (ended += 1)).finally(() => (call.done = true));
        } else if (kind === 'give' && holding.length > 0) {
          const [given = ''] = holding.splice(which % holding.length, 1);
          ended += 1;
          places.give(given);
        } else if (kind === 'abandon') {
          waiting.filter(({ done }) => !done)[which]?.left.abort();
        }
        await settled();
        const still = waiting.filter(({ done }) => !done);
        const held = (of: string): number => holding.filter((a) => a === of).length;
        expect(holding.length).toBeLessThanOrEqual(limits.places);
        expect(['A', 'B', 'C'].filter((of) => held(of) > limits.perAgency)).toEqual([]);
        expect(taken).toBe(ended + holding.length + still.length);
        if (holding.length < limits.places) expect(still.filter((call) => held(call.agency) < limits.perAgency)).toEqual([]);
      }
    }),
  );
});
