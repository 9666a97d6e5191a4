import type { RecordBoundary } from '../../../src/boundary/declaration.js';
import { BoundaryPolicy } from '../../../src/boundary/policy.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { HubUnderTest } from '../../boundary/hub-under-test.js';
import { declarations, plannerSide } from '../../boundary/planner-sides.js';
import { asker } from '../../boundary/viewers.js';
import { worldDay } from '../list-world.js';
import { RecordRounds, recordViewers, type RecordSide } from './record-rounds.js';
import { RecordWriter } from './record-world.js';

/** Pairs a run plays: each viewer twice by default, as many as one likes with RECORD_PAIRS=…. */
const pairs = Number(process.env['RECORD_PAIRS'] ?? String(2 * recordViewers.length));
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');
const questions = 4;

type Open = RecordSide & { close(): Promise<void> };

async function hubSide(keysOf: HubUnderTest | null): Promise<Open & { readonly hub: HubUnderTest }> {
  const hub = await HubUnderTest.start(keysOf ?? undefined, { unlimited: true, clock: new FixedClock(`${worldDay}T04:00:00Z`) });
  const writer = await RecordWriter.open(hub.database);
  const ids = (keysOf ?? hub).ids();
  return {
    hub,
    id: (type, key) => ids.encode(type, String(key)),
    load: (world) => writer.load(world),
    ask: async (viewer, call) => (await hub.ask(await (keysOf ?? hub).token(viewer), call)).body,
    close: async () => {
      await writer.close();
      await hub.close();
    },
  };
}

// In a block of their own: they are closed before the faulty ones open, for the server has places for two and no more.
describe('hubs over pairs of credit records', () => {
  let hubs: readonly [Open, Open];

  beforeAll(async () => {
    const one = await hubSide(null);
    hubs = [one, await hubSide(one.hub)];
  });
  afterAll(async () => {
    for (const hub of [...hubs].reverse()) await hub.close();
  });

  test(
    `${pairs} pairs of credit records that differ only in what a viewer may not see give equal bytes, and what the boundary table grants (B-40, B-41, B-43)`,
    async () => {
      const rounds = new RecordRounds(hubs);
      for (let i = 0; i < pairs; i += 1) expect(await rounds.play(seed + i, questions)).toBeNull();
      process.stdout.write(`record pairs: seed ${seed}, ${pairs} pairs, ${rounds.calls} calls\n`);
    },
    pairs * 2_000 + 60_000,
  );
});

/** The hub's boundary with that of the credit records changed. */
function recordPolicy(change: (record: RecordBoundary) => RecordBoundary): BoundaryPolicy {
  return new BoundaryPolicy(declarations((record) => (record.type === 'CreditRecord' ? change(record) : record)));
}

function without(property: string): BoundaryPolicy {
  return recordPolicy((record) => ({
    ...record,
    relations: record.relations.map((relation) => ({ ...relation, where: Object.fromEntries(Object.entries(relation.where).filter(([name]) => name !== property)) })),
  }));
}

/** Faults as their author would have put them, each with a viewer it concerns. */
const faults: readonly (readonly [fault: string, agency: string, () => BoundaryPolicy])[] = [
  ['no state: what is not confirmed, and what ended, is shown', 'XM_JIMEI_HRSS', () => without('state')],
  ['no last day: what is over is shown until somebody says so', 'XM_CREDIT_DIV', () => without('overOn')],
  ['no channel: what the credit division did not release is shown', 'XM_CITY_CREDIT', () => without('channel')],
  ['the procedure stands among the basic facts', 'XM_CREDIT_DIV', () => recordPolicy((record) => ({
    ...record,
    groups: Object.fromEntries(Object.entries(record.groups).flatMap(([name, group]) => (name === 'PROCEDURE' ? [] : [[name, name === 'FINDING' ? { ...group, fields: [...group.fields, 'informedOn', 'defenceUntil', 'repairFrom', 'endedOn'] } : group]]))),
    relations: record.relations.map(({ sees: { PROCEDURE: _, ...sees }, ...relation }) => ({ ...relation, sees })),
  }))],
];

test.each(faults)('a planted fault is found by the pairs: %s', async (_fault, agency, faulty) => {
  const policy = faulty();
  const sides = await Promise.all([plannerSide({ plans: policy, rules: policy, database: policy }), plannerSide({ plans: policy, rules: policy, database: policy })]);
  const writers = await Promise.all(sides.map(({ database }) => RecordWriter.open(database)));
  const [one, other] = sides.map((side, i): RecordSide => ({
    id: (type, key) => side.id(type, key),
    load: async (world) => writers[i]?.load(world),
    ask: async (viewer, call) => (await side.ask(viewer, call, 'any')).body,
  }));
  try {
    if (!one || !other) throw new Error('two sides are made');
    const rounds = new RecordRounds([one, other]);
    const found: string[] = [];
    for (let i = 0; i < 30 && found.length === 0; i += 1) found.push(...[await rounds.play(seed + i, questions, asker(agency))].flatMap((finding) => finding ?? []));
    expect(found).toHaveLength(1);
  } finally {
    for (const writer of writers) await writer.close();
    for (const side of sides) await side.close();
  }
});
