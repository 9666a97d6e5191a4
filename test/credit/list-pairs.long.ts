import type { BoundaryPolicy } from '../../src/boundary/policy.js';
import { asker } from '../boundary/viewers.js';
import { ListFeedRounds } from './list-feed-rounds.js';
import { listViewers, ListRounds, told } from './list-rounds.js';
import { listPolicy, listPolicyWithout, twoListHubs, twoListPlanners, type ListHub } from './list-sides.js';

/** Pairs a run plays, of worlds and of histories each: each viewer once by default, as many as one likes with LIST_PAIRS=…. */
const pairs = Number(process.env['LIST_PAIRS'] ?? String(listViewers.length));
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');
const operationsPerPair = 4;
const patience = pairs * 2_000 + 60_000;

const say = (text: string): void => void process.stdout.write(`list pairs: ${text}\n`);

// In a block of their own: they are closed before the faulty ones open, for the server has places for two and no more.
describe('hubs over pairs of lists', () => {
  let hubs: readonly [ListHub, ListHub];

  beforeAll(async () => {
    hubs = await twoListHubs();
  });
  afterAll(async () => {
    for (const hub of hubs) await hub.close();
  });

  test(
    `${pairs} pairs of lists that differ only in what a viewer may not see give equal bytes, and the bytes the boundary table grants (B-35, B-38 to B-41)`,
    async () => {
      const rounds = new ListRounds(hubs);
      for (let i = 0; i < pairs; i += 1) {
        const finding = await rounds.play(seed + i, operationsPerPair);
        if (finding) throw new Error(told(finding));
      }
      say(`seed ${seed}, ${pairs} pairs, ${rounds.calls} calls`);
    },
    patience,
  );

  test(
    `${pairs} pairs of histories of the lists give equal frames, streamed and pulled, and those the boundary table grants (B-38, YZ-3.5e, A-49)`,
    async () => {
      const rounds = new ListFeedRounds(hubs);
      for (let i = 0; i < pairs; i += 1) {
        const finding = await rounds.play(seed + i);
        if (finding) throw new Error(told(finding));
      }
      say(`seed ${seed}, ${pairs} histories, ${rounds.events} events`);
      expect(rounds.events).toBeGreaterThan(pairs / 2);
    },
    patience,
  );
});

/** Rounds a fault may take: of twenty seeds the slowest took fewer than half. */
const most = 40;

/** Faults as their author would have put them, each with a viewer it concerns. */
const faults: readonly (readonly [fault: string, agency: string, () => BoundaryPolicy])[] = [
  ['no state: proposals and what was repaired are shown', 'CREDIT_PLATFORM', () => listPolicyWithout('state')],
  ['no last day: what is over is shown until somebody says so', 'BLACKLIST_DB', () => listPolicyWithout('overOn')],
  ['no list: the red list and judgment debtors are shown', 'HEDONG_HRSS', () => listPolicyWithout('list')],
  ['no jurisdiction: lists of Xiamen are shown in Tianjin', 'JOINT_SANCTION_PLATFORM', () => listPolicyWithout('jurisdiction')],
  ['no channel: what the credit division did not release is shown', 'XM_CITY_CREDIT', () => listPolicyWithout('channel')],
  ['the details of the case stand among the basic facts', 'CREDIT_PLATFORM', () => listPolicy((record) => ({
    ...record,
    groups: Object.fromEntries(Object.entries(record.groups).flatMap(([name, group]) => (name === 'REASON' ? [] : [[name, name === 'LIST_BASIC' ? { ...group, fields: [...group.fields, 'reason'] } : group]]))),
    relations: record.relations.map(({ sees: { REASON: _, ...sees }, ...relation }) => ({ ...relation, sees })),
  }))],
];

test.each(faults)('a planted fault is found by the pairs: %s', async (_fault, agency, faulty) => {
  const policy = faulty();
  const { sides, close } = await twoListPlanners({ plans: policy, rules: policy, database: policy });
  try {
    const rounds = new ListRounds(sides);
    const found: string[] = [];
    for (let i = 0; i < most && found.length === 0; i += 1) found.push(...[await rounds.play(seed + i, operationsPerPair, asker(agency))].flatMap((finding) => (finding ? [finding.what] : [])));
    expect(found).toHaveLength(1);
  } finally {
    await close();
  }
});

test('a planted fault is found by the histories: events of entries in any state', async () => {
  const faulty = await twoListHubs(listPolicyWithout('state'));
  try {
    const rounds = new ListFeedRounds(faulty);
    const found: string[] = [];
    for (let i = 0; i < most && found.length === 0; i += 1) found.push(...[await rounds.play(seed + i, asker('CREDIT_PLATFORM'))].flatMap((finding) => (finding ? [finding.what] : [])));
    expect(found).toHaveLength(1);
  } finally {
    for (const hub of faulty) await hub.close();
  }
});
