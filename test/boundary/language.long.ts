import pg from 'pg';
import type { Viewer } from '../../src/access/viewer.js';
import { boundarySql } from '../../src/boundary/database.js';
import { branchView, readerRole, settingOf, settingTerm } from '../../src/boundary/view-names.js';
import { after, digest, forPurpose, full, masked, oneOf, reached, until, viewer as own, type Boundary, type RecordBoundary, type Right } from '../../src/boundary/declaration.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { conditionsSql } from '../../src/boundary/row-conditions.js';
import { agreementsOf, type Agreement } from '../../src/measures/agreements.js';
import { clauseOf } from '../../src/measures/clauses.js';
import { isPurpose, purposes } from '../../src/measures/purposes.js';
import { termValue } from '../../src/access/viewer.js';
import { boundaries, hubTables, operationViews } from '../../src/server/schema.js';
import { asker } from './hub-under-test.js';
import { BlindPolicy, declarations, plannerSide, viewerOf, type Layers, type PlannerSide } from './planner-sides.js';
import { emptyWorld, type PermitRow, type World } from './world.js';

const day = '2026-11-22';

const permit: PermitRow = {
  id: 1, jurisdiction: 'CN-TJ', item: 'P01', identifier_scheme: 'CN-XKWSH', document_no: 'A', document_part: 1, document_title: null, certificate_name: null,
  certificate_no: null, permit_kind: null, holder_id: 1, decided_by: 'HEPING_APPROVAL', legal_authority: 'MUNI_HRSS', location: '120101', district: '120101',
  outcome: 'GRANTED', status: 'VALID', decided_on: day, valid_from: null, valid_to: null, content: '劳务派遣', legal_representative: '欧阳某', remarks: null,
  revision: 3, updated_at: '2026-01-01T00:00:00Z', source_agency: null, received_at: '2026-01-01T00:00:00Z', basic_updated_at: '2026-01-01T00:00:00Z',
  basic_batch: '00000000-0000-4000-8000-000000000000',
};
const world: World = {
  ...emptyWorld,
  subjects: [{ id: 1, kind: 'ORGANISATION', name: '虚构劳务', uscc: '91120101MA00000001' }],
  permits: [permit, { ...permit, id: 2, document_no: 'B', item: 'P02', decided_on: '2026-11-23', legal_representative: '王某' }],
};

/** The hub's boundary with other rights of one relation, and with the agreements given. */
function policyWith(relation: string, sees: Readonly<Record<string, Right>>, agreements: readonly Agreement[] = []): BoundaryPolicy {
  const change = (record: RecordBoundary): RecordBoundary => ({
    ...record,
    relations: record.relations.map((one) => (one.relation === relation ? { ...one, sees: { ...one.sees, ...sees } } : one)),
  });
  return new BoundaryPolicy(declarations(change), day, agreements);
}

type Declared = Partial<Pick<Viewer, 'purpose' | 'caseNo' | 'today' | 'principal'>>;

async function ask(side: PlannerSide, agency: string, query: string, declared: Declared = {}): Promise<{ data: Record<string, unknown>; errors?: { extensions: object }[] }> {
  const known = side.planner.admit(query);
  const operation = known.operation(null);
  if (!operation) throw new Error('one operation');
  const { body } = await side.planner.run(known, operation, {}, { ...viewerOf(asker(agency)), today: day, ...declared }, { noteCase: () => undefined });
  return JSON.parse(body.toString()) as { data: Record<string, unknown>; errors?: { extensions: object }[] };
}

/** Runs `work` with all layers of a policy, with its plans over bare views, and with blind plans over its views. */
async function inEveryLayer(policy: BoundaryPolicy, work: (side: PlannerSide) => Promise<void>): Promise<void> {
  const layers: readonly Layers[] = [
    { plans: policy, database: policy },
    { plans: policy, database: 'bare' },
    { plans: new BlindPolicy(policy), rules: policy, database: policy },
  ];
  await inEach(layers, work);
}

/** All at once: most of the time goes into making their databases. */
async function inEach(layers: readonly Layers[], work: (side: PlannerSide) => Promise<void>): Promise<void> {
  await Promise.all(
    layers.map(async (layer) => {
      const side = await plannerSide(layer);
      try {
        await side.load(world);
        await work(side);
      } finally {
        await side.close();
      }
    }),
  );
}

const nodes = (field: string): string => `{ permits(first: 9) { nodes { documentNo ${field} } } }`;
const cells = (answer: { data: Record<string, unknown> }, field: string): unknown[] =>
  (answer.data['permits'] as { nodes: Record<string, unknown>[] }).nodes.map((node) => node[field]);

test('purposes are codes of the list, each on clauses that exist', () => {
  for (const { clauses } of Object.values(purposes)) for (const id of clauses) expect([id, clauseOf(id)?.id]).toEqual([id, id]);
  expect(['CASE_HANDLING', 'case_handling', '', 'toString', null].map(isPurpose)).toEqual([true, false, false, false, false]);
});

test('personal data: masked, in full for a purpose with a case number, never for another purpose (design §3)', async () => {
  await inEveryLayer(new BoundaryPolicy(boundaries, day), async (side) => {
    const shown = async (declared: Declared): Promise<unknown[]> => cells(await ask(side, 'HEPING_APPROVAL', nodes('legalRepresentative'), declared), 'legalRepresentative');
    expect(await shown({})).toEqual(['王**', '欧**']);
    expect(await shown({ purpose: 'CASE_HANDLING' })).toEqual(['王**', '欧**']);
    expect(await shown({ caseNo: '津和〔2026〕1号' })).toEqual(['王**', '欧**']);
    expect(await shown({ purpose: 'AUDIT', caseNo: '1' })).toEqual(['王**', '欧**']);
    expect(await shown({ purpose: 'CASE_HANDLING', caseNo: '1' })).toEqual(['王某', '欧阳某']);
  });
});

test('a group for a purpose alone is denied without it, and the denial names the purposes', async () => {
  const policy = policyWith('supervising', { PERSONAL: forPurpose(['SUPERVISION'], full) });
  await inEveryLayer(policy, async (side) => {
    const without = await ask(side, 'HEPING_HRSS', nodes('legalRepresentative'), { purpose: 'SUPERVISION' });
    expect(cells(without, 'legalRepresentative')).toEqual([null, null]);
    expect(without.errors?.[0]?.extensions).toMatchObject({ code: 'BOUNDARY_DENIED', coordinate: 'Permit.legalRepresentative', basis: { missing: ['PURPOSE', 'CASE'] } });
    expect(JSON.stringify(without.errors)).toContain('SUPERVISION（事中事后监管');
    // P01 by the supervising relation; P02 is seen by another one, which grants it to nobody (leak L-28).
    const declared = await ask(side, 'HEPING_HRSS', nodes('legalRepresentative'), { purpose: 'SUPERVISION', caseNo: '1' });
    expect(cells(declared, 'legalRepresentative')).toEqual([null, '欧阳某']);
  });
});

test('a sensitive group may not be shown in full or as a digest without a purpose', () => {
  for (const right of [full, digest, forPurpose(['AUDIT'], masked('familyName'), full), after('decidedOn', full)]) {
    expect(() => policyWith('supervising', { PERSONAL: right })).toThrow(/sensitive group PERSONAL without a purpose/);
  }
  for (const right of [masked('familyName'), forPurpose(['AUDIT'], full), forPurpose(['AUDIT'], full, masked('lastFour'))]) {
    expect(policyWith('supervising', { PERSONAL: right }).version).toHaveLength(12);
  }
  expect(() => policyWith('supervising', { UNHEARD_OF: full })).toThrow(/no group UNHEARD_OF/);
});

test('after a date and until a date: cells follow the hub’s day, on both sides of it', async () => {
  await inEveryLayer(policyWith('deciding', { DECISION_RECORD: after('decidedOn', full) }), async (side) => {
    const shown = async (today: string): Promise<unknown[]> => cells(await ask(side, 'HEPING_APPROVAL', nodes('content'), { today }), 'content');
    expect(await shown('2026-11-21')).toEqual([null, null]);
    expect(await shown('2026-11-22')).toEqual([null, '劳务派遣']);
    expect(await shown('2026-11-23')).toEqual(['劳务派遣', '劳务派遣']);
  });
  await inEveryLayer(policyWith('deciding', { PERSONAL: forPurpose(['AUDIT'], until('decidedOn', full), masked('lastFour')) }), async (side) => {
    const shown = async (today: string, purpose: Viewer['purpose']): Promise<unknown[]> =>
      cells(await ask(side, 'HEPING_APPROVAL', nodes('legalRepresentative'), { today, purpose, caseNo: '1' }), 'legalRepresentative');
    expect(await shown('2026-11-21', 'AUDIT')).toEqual(['王某', '欧阳某']);
    expect(await shown('2026-11-22', 'AUDIT')).toEqual(['王某', '****']);
    expect(await shown('2026-11-21', null)).toEqual(['****', '****']);
  });
});

test('rows by date: a relation may show them from a date of the record on', async () => {
  const policy = new BoundaryPolicy(
    declarations((record) => ({
      ...record,
      relations: record.relations.map((one) => (one.relation === 'deciding' ? { ...one, where: { ...one.where, decidedOn: reached } } : one)),
    })),
    day,
  );
  expect(policy.terms).toContain('today');
  // Row conditions of a record are those of its lists too, so in the database the list needs the column: actions have none.
  const side = await plannerSide({ plans: policy, database: 'bare' });
  try {
    await side.load(world);
    // B falls to the district's own relation, which shows the basic facts only.
    expect(cells(await ask(side, 'HEPING_APPROVAL', nodes('content')), 'content')).toEqual([null, '劳务派遣']);
    expect(cells(await ask(side, 'HEPING_APPROVAL', nodes('content'), { today: '2026-11-23' }), 'content')).toEqual(['劳务派遣', '劳务派遣']);
  } finally {
    await side.close();
  }
  const sql = (condition: 'reached' | 'open'): string =>
    conditionsSql({ where: [{ property: 'handledOn', day: condition }], purposes: ['AUDIT'] }, () => 'r.handled_on', settingTerm);
  expect([sql('reached'), sql('open')]).toEqual([
    `r.handled_on::date <= current_setting('hub.today', true)::date AND current_setting('hub.purpose', true) = 'AUDIT'`,
    `(r.handled_on IS NULL OR r.handled_on::date > current_setting('hub.today', true)::date) AND current_setting('hub.purpose', true) = 'AUDIT'`,
  ]);
});

test('a digest is equal for equal cells of one agency, another agency’s differs, and it never shows the cell', async () => {
  const policy = policyWith('guiding', { DECISION_RECORD: digest });
  const [one, other] = [policyWith('guiding', { DECISION_RECORD: full }), policy];
  expect([one.terms.has('digestKey'), other.terms.has('digestKey')]).toEqual([false, true]);
  expect(() => boundarySql(policy, hubTables(), operationViews)).toThrow(/only texts are masked or digested/); // the revision is a number
  const texts = policyWith('guiding', { PERSONAL: forPurpose(['AUDIT'], digest) });
  await inEveryLayer(texts, async (side) => {
    const shown = async (declared: Declared & { digestKey?: string }): Promise<unknown[]> =>
      cells(await ask(side, 'MUNI_HRSS', nodes('legalRepresentative'), { purpose: 'AUDIT', caseNo: '1', ...declared }), 'legalRepresentative');
    const [wang, ouyang] = await shown({});
    expect([wang, ouyang]).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/), expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
    expect(wang).not.toBe(ouyang);
    expect(await shown({})).toEqual([wang, ouyang]);
    const elsewhere = await shown({ digestKey: 'key of another agency' });
    expect(elsewhere.filter((digest) => digest === wang || digest === ouyang)).toEqual([]);
  });
});

const agreement: Agreement = {
  id: 'T1', zh: '测试协议', en: 'agreement of the test', party: 'MUNI_PUBLIC_SECURITY', type: 'Permit', groups: ['PERMIT_BASIC'], rows: { item: ['P01'] },
  purposes: ['JOINT_SANCTION'], from: '2026-01-01', until: '2026-12-31',
};

describe('by agreement (B-54, YZ-2.9.2b)', () => {
  const { party } = agreement;
  const agreed = agreement;
  const policy = new BoundaryPolicy(boundaries, day, [agreed]);

  test('without an agreement a partner bureau is plainly denied, and the denial says what is missing', async () => {
    const side = await plannerSide();
    try {
      const answer = await ask(side, party, nodes('item'), { purpose: 'JOINT_SANCTION', caseNo: '1' });
      expect(answer).toMatchObject({ data: { permits: null }, errors: [{ extensions: { code: 'BOUNDARY_DENIED', basis: { missing: ['AGREEMENT'], rows: ['B-54', 'B-55'] } } }] });
    } finally {
      await side.close();
    }
  });

  test('with one its party sees the agreed rows and groups, for the agreed purpose and case, and nothing else', async () => {
    const principal = 'PARTNER_BUREAU_T1';
    expect(policy.principals).toContain(principal);
    const layers: readonly Layers[] = [{ plans: policy, database: policy }, { plans: policy, database: 'bare' }, { plans: new BlindPolicy(policy), rules: policy, database: policy }];
    await inEach(layers, async (side) => {
      const seen = await ask(side, party, nodes('holder { name } content'), { principal, purpose: 'JOINT_SANCTION', caseNo: '1' });
      expect(seen.data).toEqual({ permits: { nodes: [{ documentNo: 'A', holder: { name: '虚构劳务' }, content: null }] } });
      expect(seen.errors?.map(({ extensions }) => extensions)).toMatchObject([{ coordinate: 'Permit.content' }]);
      for (const declared of [{}, { purpose: 'JOINT_SANCTION' }, { purpose: 'AUDIT', caseNo: '1' }] as const) {
        expect(await ask(side, party, nodes('item'), { principal, ...declared })).toMatchObject({ data: { permits: null }, errors: [{ extensions: { basis: { missing: expect.arrayContaining(['PURPOSE']) as unknown, purposes: ['JOINT_SANCTION'] } } }] });
      }
      // Another bureau of the same kind is not its party.
      expect((await ask(side, 'MUNI_AUDIT', nodes('item'), { purpose: 'JOINT_SANCTION', caseNo: '1' })).data).toEqual({ permits: null });
    });
  });

  test('an agreement holds from its first day to its last', () => {
    expect(['2025-12-31', '2026-01-01', '2026-12-31', '2027-01-01'].map((on) => agreementsOf(party, on, [agreed]).length)).toEqual([0, 1, 1, 0]);
    expect(new BoundaryPolicy(boundaries, '2027-01-01', [agreed]).principals).not.toContain('PARTNER_BUREAU_T1');
    expect(agreementsOf('HEPING_HRSS', day, [agreed])).toEqual([]);
  });

  test('an agreement beyond what the type offers, with an unknown bureau or against a prohibition stops the start', () => {
    const start = (change: Partial<Agreement>) => () => new BoundaryPolicy(boundaries, day, [{ ...agreed, ...change }]);
    expect(start({ groups: ['PERMIT_BASIC', 'PERSONAL'] })).toThrow(/T1 goes beyond what Permit offers \(PERSONAL\)/);
    expect(start({ rows: { item: ['P01'], jurisdiction: ['US'] } })).toThrow(/goes beyond what Permit offers \(jurisdiction\)/);
    expect(start({ party: 'NOBODY' })).toThrow(/unknown agency NOBODY/);
    // B-16: foreigners' permits, named or not.
    expect(start({ rows: { item: ['P01', 'P07'] } })).toThrow(/breaks the prohibition of B-16/);
    expect(start({ rows: {} })).toThrow(/breaks the prohibition of B-16/);
  });
});

test('a declared relation against a prohibition stops the start (B-16)', () => {
  const withP07 = (record: RecordBoundary): Boundary => ({
    ...record,
    relations: record.relations.map((one) => (one.relation === 'labourRelations' ? { ...one, where: { ...one.where, item: oneOf('P05', 'P07') } } : one)),
  });
  expect(() => new BoundaryPolicy(boundaries.map((one) => (one.form === 'record' ? withP07(one) : one)))).toThrow(/labourRelations breaks the prohibition of B-16/);
});

test('outside the hub’s envelope a purpose in the database shows nothing: settings of agency and purpose are both needed', async () => {
  const side = await plannerSide();
  const viewer = { ...viewerOf(asker('HEPING_APPROVAL')), purpose: 'CASE_HANDLING', caseNo: '1' } as const;
  const client = new pg.Client(side.database.clientConfig(readerRole(viewer.principal)));
  await client.connect();
  try {
    await side.load(world);
    const [branch] = side.parts.policy.allBranches(viewer.principal, 'Permit');
    const table = side.parts.tables.get('Permit');
    if (!branch || !table) throw new Error('deciding');
    const read = async (): Promise<unknown[]> =>
      (await client.query<{ legal_representative: string }>(`SELECT * FROM ${branchView(viewer.principal, table, branch)} ORDER BY id`)).rows.map((row) => row.legal_representative);
    expect(await read()).toEqual([]);
    for (const [term, shown] of [['purpose', []], ['agency', ['欧阳某', '王某']]] as const) {
      await client.query('SELECT set_config($1, $2, false)', [settingOf(term), termValue(viewer, term)]);
      expect(await read()).toEqual(shown);
    }
    expect(own.agency).toEqual({ viewer: 'agency' });
  } finally {
    await client.end();
    await side.close();
  }
});
