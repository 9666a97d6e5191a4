import { HubUnderTest, type Answer } from './hub-under-test.js';
import { sight } from './judge.js';
import { makePair } from './pairs.js';
import { Random } from './random.js';
import { asker } from './viewers.js';

/** Writes change the databases they are asked on, so they have pairs of their own: what a bureau is told of its own deliveries. */
const pairs = 6;
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

const document = 'mutation ($input: UpsertPermitInput!) { upsertPermit(input: $input) { fate findings { field code reason clauses } __typename } }';

const decision = {
  sourceVersion: 1, item: 'P05', holderName: '虚构劳务有限公司', holderKind: 'ORGANISATION', holderUscc: '91120116MA0HUB014T', state: 'VALID',
  legalRepresentative: '虚构人甲', decidedOn: '2019-05-14', validFrom: '2019-05-14', validTo: '2030-05-13', content: '特殊工时',
};

let one: HubUnderTest;
let other: HubUnderTest;

beforeAll(async () => {
  one = await HubUnderTest.start();
  other = await HubUnderTest.start(one);
  // The worlds bring ids of their own; what the hubs store lies beyond them.
  for (const table of ['subject', 'permit', 'permit_action']) {
    for (const hub of [one, other]) await hub.loader.query(`ALTER TABLE hub.${table} ALTER COLUMN id RESTART WITH 1000000000`);
  }
});

afterAll(async () => {
  await one.close();
  await other.close();
});

test.each([['BINHAI_APPROVAL'], ['HEPING_APPROVAL'], ['HEPING_HRSS'], ['US_OFLC']])(
  '%s is told the same of its deliveries, whatever others have in the register',
  async (agency) => {
    const who = asker(agency);
    const token = await one.token(who);
    const both = (input: Readonly<Record<string, unknown>>): Promise<Answer[]> =>
      Promise.all([one, other].map((hub) => hub.ask(token, { query: document, variables: { input } }, 'apollo')));
    for (let i = 0; i < pairs; i += 1) {
      const random = new Random(seed + i);
      const pair = makePair(random, who);
      await Promise.all([one.loader.load(pair.one), other.loader.load(pair.other)]);
      const fresh = { ...decision, documentNo: `推送 ${seed + i} ${agency}`, location: who.district ?? '120116' };
      const deliveries: readonly Readonly<Record<string, unknown>>[] = [
        fresh, fresh, { ...fresh, sourceVersion: 2, content: '已变更' }, fresh, { ...fresh, documentNo: '推送 0', holderUscc: '1' }, { ...fresh, decidedBy: 'MUNI_HRSS' },
      ];
      const fates: string[] = [];
      for (const input of deliveries) {
        const [first, second] = await both(input);
        expect([seed + i, input, second]).toEqual([seed + i, input, first]);
        fates.push(/"(?:fate|code)":"([A-Z_]+)"/.exec(first?.body ?? '')?.[1] ?? '');
      }
      const denied = agency.endsWith('HRSS') || agency === 'US_OFLC';
      expect(fates).toEqual(denied ? deliveries.map(() => 'BOUNDARY_DENIED') : ['STORED', 'DUPLICATE', 'UPDATED', 'PUSH_STALE', 'REJECTED', 'PUSH_NOT_OWN']);
      // A number that another bureau has delivered: that it is taken may be told (schema/releases.md), and nothing else of it.
      const taken = pair.one.permits.find(
        (permit) => sight(who, permit) === 'hidden' && permit.jurisdiction === 'CN-TJ' && ![null, agency].includes(permit.source_agency),
      );
      if (!taken || denied) continue;
      const holder = pair.one.subjects.find(({ id }) => id === taken.holder_id);
      const input = { ...fresh, documentNo: taken.document_no, documentPart: taken.document_part };
      const { body } = await one.ask(token, { query: document, variables: { input } }, 'apollo');
      expect(body).toMatch(/"fate":"(STORED|DOUBTFUL)"/);
      for (const value of [taken.decided_by, holder?.uscc, JSON.stringify(taken.content), JSON.stringify(taken.legal_representative)]) {
        if (value && value.length > 5) expect(body).not.toContain(value);
      }
    }
  },
  60_000,
);
