import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadCompetenceSettings } from '../../src/competence/settings.js';
import { agencies } from '../../src/measures/agencies.js';
import { HubUnderTest } from '../boundary/hub-under-test.js';
import { Random } from '../boundary/random.js';
import { randomPermit, randomSubject, type PermitRow } from '../boundary/world.js';

interface Reply {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

let side: HubUnderTest;
beforeAll(async () => {
  side = await HubUnderTest.start();
});
afterAll(() => side.close());

async function ask(query: string, agency = 'HEPING_HRSS', role: string | null = null): Promise<Reply> {
  const answer = await side.ask(await side.token({ agency, role }), { query });
  return JSON.parse(answer.body) as Reply;
}

describe('Query.competence', () => {
  const parts = `item { code nameZh } decidedBy { code } legalForm legalAuthority { code } competenceBasis decisionBasis { clauses rulings }
    supervisor { code } supervisorInferred supervisorMayPenalise supervisionBasis { clauses rulings } guidedBy { code } guidanceBasis { clauses }
    notices { kind by { code } to { code } on basis { clauses rulings } }`;

  test('XT-3.2b, XT-3.2c, XT-3.2f answers who decides, in whose authority, who supervises, guides and is told, each with its basis', async () => {
    const { data, errors } = await ask(`{ competence(item: P02, location: "120116", at: "2019-06-01",
      applicant: { capital: DOMESTIC, affiliation: OTHER, superiorAuthority: false, isCrossRegionChain: null }) { ${parts} } }`);
    expect(errors).toBeUndefined();
    expect(data['competence']).toEqual({
      item: { code: 'P02', nameZh: '人力资源服务许可' },
      decidedBy: { code: 'BINHAI_APPROVAL' },
      legalForm: 'ENTRUSTED',
      legalAuthority: { code: 'MUNI_HRSS' },
      competenceBasis: 'MEASURES',
      decisionBasis: { clauses: ['XT-3.2b'], rulings: ['A-08', 'A-09'] },
      supervisor: { code: 'BINHAI_HRSS' },
      supervisorInferred: false,
      supervisorMayPenalise: false,
      supervisionBasis: { clauses: ['XT-3.2f'], rulings: ['A-08'] },
      guidedBy: { code: 'MUNI_HRSS' },
      guidanceBasis: { clauses: ['XT-3.2f', 'XT-5.2.1'] },
      notices: [{ kind: 'FILING', by: { code: 'BINHAI_APPROVAL' }, to: { code: 'MUNI_HRSS' }, on: ['GRANT'], basis: { clauses: ['XT-3.2c'], rulings: ['A-58'] } }],
    });
  });

  test('A-13 what the measures do not name is null, with the ruling', async () => {
    const { data } = await ask(`{ competence(item: P09, location: "FTZ:CBD", at: "2019-06-01") { ${parts} } }`);
    expect(data['competence']).toMatchObject({ supervisor: null, guidedBy: null, guidanceBasis: null, notices: [], supervisionBasis: { rulings: ['A-13'] } });
  });

  test('XT-3.5b, A-11 a chain is asked for its principal office, and a missing fact is an error with clause and next step', async () => {
    const open = await ask('{ competence(item: P05, location: "120101", at: "2019-06-01") { decidedBy { code } } viewer { principal } }');
    expect(open.data).toEqual({ competence: null, viewer: { principal: 'DISTRICT_HRSS' } });
    expect(open.errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^权限取决于申请人情况.*Competence depends on the applicant/) as unknown,
        extensions: {
          code: 'COMPETENCE_APPLICANT_INCOMPLETE',
          clauses: ['XT-3.5b', 'A-11'],
          nextStep: '补充 isCrossRegionChain、principalOfficeDistrict · Give isCrossRegionChain, principalOfficeDistrict.',
        },
      }),
    ]);
    const stated = await ask(`{ competence(item: P05, location: "120101", at: "2019-06-01",
      applicant: { isCrossRegionChain: true, principalOfficeDistrict: "120104" }) { decidedBy { code nameZh validTo } supervisor { code } supervisorMayPenalise } }`);
    expect(stated.data['competence']).toEqual({
      decidedBy: { code: 'NANKAI_APPROVAL', nameZh: '天津市南开区行政审批局', validTo: null },
      supervisor: { code: 'HEPING_HRSS' },
      supervisorMayPenalise: true,
    });
  });

  test('A-69 a place of Xiamen is refused by its rulings', async () => {
    const { errors } = await ask('{ competence(item: P01, location: "350203", at: "2019-06-01") { decidedBy { code } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'COMPETENCE_LOCATION_UNKNOWN', clauses: ['A-07', 'A-69'] });
  });

  test('is open to every viewer, whatever its role', async () => {
    for (const [agency, role] of [['XM_HRSS', null], ['GOV_PORTAL', null], ['MUNI_HRSS', 'ANALYST']] as const) {
      const { data, errors } = await ask('{ competence(item: P07, location: "120101", at: "2020-04-15") { decidedBy { code } legalAuthority { code } } }', agency, role);
      expect([errors, data['competence']]).toEqual([undefined, { decidedBy: { code: 'MUNI_STB' }, legalAuthority: { code: 'BIZ_AUTHORITY' } }]);
    }
  });
});

describe('Query.permitItems and Query.permitItem', () => {
  test('XT-3.0, A-37 the ten items, under the names of the day', async () => {
    const { data } = await ask('{ now: permitItems { code nameZh catalogueCode } then: permitItems(at: "2019-05-13") { nameZh } }');
    expect(data['now']).toHaveLength(10);
    expect(data['now']).toContainEqual({ code: 'P02', nameZh: '人力资源服务许可', catalogueCode: 'XK-02' });
    expect(data['then']).toContainEqual({ nameZh: '人力资源服务机构资格认定' });
  });

  test('A-14 an item with its names, actions and clauses', async () => {
    const { data } = await ask('{ permitItem(code: P10) { nameZh nameEn names { zh from basis { clauses } } certificates actions { listed accepted basis { clauses rulings } } basis { clauses rulings } } }');
    expect(data['permitItem']).toEqual({
      nameZh: '职业培训机构设立许可',
      nameEn: 'Vocational training body',
      names: [{ zh: '职业培训机构设立许可', from: null, basis: { clauses: ['XT-3.0'] } }],
      certificates: [],
      actions: { listed: ['ESTABLISH', 'ADD_ITEM', 'CHANGE', 'REVOKE'], accepted: ['CANCELLATION'], basis: { clauses: ['XT-3.10b'], rulings: ['A-14'] } },
      basis: { clauses: ['XT-3.10a', 'XT-3.10b', 'XT-3.10c', 'XT-3.10d'], rulings: [] },
    });
  });
});

describe('Query.agencies and Query.agency', () => {
  test('pages through the whole register', async () => {
    const codes: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await ask(`{ agencies(first: 40, after: ${JSON.stringify(after)}) { edges { cursor node { code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`);
      const page = data['agencies'] as {
        readonly edges: readonly { readonly cursor: string; readonly node: { readonly code: string } }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string; readonly endCursor: string };
      };
      codes.push(...page.edges.map(({ node }) => node.code));
      expect(page.pageInfo).toMatchObject({ hasPreviousPage: after !== null, startCursor: page.edges[0]?.cursor, endCursor: page.edges.at(-1)?.cursor });
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(codes).toEqual(agencies.map(({ code }) => code));
  });

  test('A-57 filters by kind, jurisdiction, district and day', async () => {
    const { data } = await ask(`{
      partners: agencies(first: 10, filter: { kind: "PARTNER_BUREAU" }) { nodes { code } }
      xiamen: agencies(last: 1, filter: { jurisdiction: "CN-FJ-350200" }) { nodes { code } }
      binhai: agencies(first: 100, filter: { district: "120116", kind: "FTZ_APPROVAL" }) { nodes { code } }
      before: agencies(first: 100, filter: { at: "2020-04-14", kind: "MUNI_FEB" }) { nodes { code validTo successor } }
      after: agencies(first: 100, filter: { at: "2020-04-15", kind: "MUNI_FEB" }) { nodes { code } }
    }`);
    expect(data['partners']).toMatchObject({ nodes: { length: 5 } });
    expect(data['xiamen']).toEqual({ nodes: [{ code: 'XM_XIANGAN_HRSS' }] });
    expect(data['binhai']).toMatchObject({ nodes: { length: 3 } });
    expect(data['before']).toEqual({ nodes: [{ code: 'MUNI_FEB', validTo: '2020-04-14', successor: 'MUNI_STB' }] });
    expect(data['after']).toEqual({ nodes: [] });
  });

  test('one by its code; a page needs a size', async () => {
    const { data, errors } = await ask('{ one: agency(code: "LABOUR_RELATIONS_DIV") { code partOf } none: agency(code: "NOBODY") { code } bad: agencies { nodes { code } } }');
    expect(data).toEqual({ one: { code: 'MUNI_LR_DIV', partOf: 'MUNI_HRSS' }, none: null, bad: null });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_PAGE_SIZE']);
  });

  test('the register in the database is the one of the measures', async () => {
    const { rows } = await side.database.pool().query<{ readonly row: string }>(
      `SELECT concat_ws('|', code, kind, jurisdiction, coalesce(district, '-'), name_zh, name_en, coalesce(valid_from::text, '-'),
                        coalesce(valid_to::text, '-'), coalesce(successor, '-'), coalesce(part_of, '-')) AS row FROM hub.agency`,
    );
    const expected = agencies.map(({ code, kind, jurisdiction, district, nameZh, nameEn, validFrom, validTo, successor, partOf }) =>
      [code, kind, jurisdiction, district ?? '-', nameZh, nameEn, validFrom ?? '-', validTo ?? '-', successor ?? '-', partOf ?? '-'].join('|'),
    );
    expect(rows.map(({ row }) => row).sort()).toEqual(expected.sort());
  });
});

describe('Query.certificateStock (XT-4.1.2c, A-03, B-22)', () => {
  const query = '{ certificateStock(item: P01) { used capacity share warning } }';

  /** One permit per number, the rest of the row at random. */
  function permits(rows: readonly Partial<PermitRow>[]): PermitRow[] {
    const random = new Random(7);
    return rows.map((row, index) => ({ ...randomPermit(random, index + 1, 1, `N${index + 1}`, 1), jurisdiction: 'CN-TJ', item: 'P01', ...row }));
  }

  test('counts the numbers of all issuers together, each once and for good', async () => {
    const rows = permits([
      { decided_by: 'BINHAI_APPROVAL', certificate_no: '12010000' },
      { decided_by: 'FTZ_DONGJIANG_APPROVAL', certificate_no: '12010001', status: 'CANCELLED' },
      { decided_by: 'FTZ_DONGJIANG_APPROVAL', certificate_no: '12010001' },
      { decided_by: 'MUNI_HRSS', certificate_no: '12010002' },
      { decided_by: 'MUNI_HRSS', certificate_no: '津人社派A号' },
      { decided_by: 'BINHAI_APPROVAL', certificate_no: null },
      { decided_by: 'BINHAI_APPROVAL', certificate_no: '12010003', item: 'P02' },
      { decided_by: 'BINHAI_APPROVAL', certificate_no: '12010004', jurisdiction: 'US' },
    ]);
    await side.loader.load({ subjects: [randomSubject(new Random(1), 1, null)], permits: rows, actions: [] });
    for (const agency of ['MUNI_HRSS', 'BINHAI_APPROVAL', 'FTZ_CBD_APPROVAL']) {
      expect(await ask(query, agency)).toMatchObject({ data: { certificateStock: { used: 3, capacity: 10_000, share: 0.0003, warning: false } } });
    }
  });

  test('A-03 warns from 9,000 numbers on', async () => {
    const numbered = (count: number): PermitRow[] => permits(Array.from({ length: count }, (_, index) => ({ certificate_no: `1201${String(index).padStart(4, '0')}` })));
    for (const [count, warning] of [[8_999, false], [9_000, true]] as const) {
      await side.loader.load({ subjects: [randomSubject(new Random(1), 1, null)], permits: numbered(count), actions: [] });
      expect(await ask(query, 'BINHAI_APPROVAL')).toMatchObject({ data: { certificateStock: { used: count, warning } } });
    }
  });

  test('is for the issuers and the supplier only, and for P01 only', async () => {
    for (const [agency, role] of [['BINHAI_HRSS', null], ['HEPING_APPROVAL', null], ['MUNI_HRSS', 'ANALYST']] as const) {
      const { data, errors } = await ask(query, agency, role);
      expect([data, errors?.[0]?.extensions['code']]).toEqual([{ certificateStock: null }, 'BOUNDARY_DENIED']);
    }
    const { errors } = await ask('{ certificateStock(item: P02) { used } }', 'MUNI_HRSS');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', clauses: ['XT-4.1.2c'] });
  });
});

describe('competence.yaml of the data folder (A-06, A-10)', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-competence-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('without the file the defaults hold', () => {
    expect(loadCompetenceSettings(folder)).toEqual({ specialHoursInBinhai: [{ from: null, decides: 'BINHAI_APPROVAL', document: null }], reportsFromEveryDistrict: false });
  });

  test('a file replaces what it names; an empty one nothing', async () => {
    await writeFile(path.join(folder, 'competence.yaml'), 'reportsFromEveryDistrict: true\n');
    expect(loadCompetenceSettings(folder)).toMatchObject({ reportsFromEveryDistrict: true, specialHoursInBinhai: [{ decides: 'BINHAI_APPROVAL' }] });
    await writeFile(path.join(folder, 'competence.yaml'), '# nothing yet\n');
    expect(loadCompetenceSettings(folder)).toMatchObject({ reportsFromEveryDistrict: false });
  });

  test('routes stand in the order of their days; the document may be left out', async () => {
    await writeFile(path.join(folder, 'competence.yaml'), 'specialHoursInBinhai:\n- { from: null, decides: MUNI_HRSS }\n- { from: 2018-03-01, decides: BINHAI_APPROVAL, document: 津滨政发〔2018〕1号 }\n');
    expect(loadCompetenceSettings(folder).specialHoursInBinhai).toEqual([
      { from: null, decides: 'MUNI_HRSS', document: null },
      { from: '2018-03-01', decides: 'BINHAI_APPROVAL', document: '津滨政发〔2018〕1号' },
    ]);
  });

  test.each([
    'specialHoursInBinhai: []\n',
    'specialHoursInBinhai: [{ from: 2018-01-01, decides: BINHAI_APPROVAL }]\n',
    'specialHoursInBinhai: [{ from: null, decides: NOBODY }]\n',
    'specialHoursInBinhai: [{ from: null, decides: BINHAI_APPROVAL }, { from: 2018-02-30, decides: BINHAI_APPROVAL }]\n',
    'specialHoursInBinhai: [{ from: null, decides: BINHAI_APPROVAL }, { from: null, decides: MUNI_HRSS }]\n',
    'specialHoursInBinhai: [{ from: null, decides: BINHAI_APPROVAL }, { from: 2018-02-01, decides: MUNI_HRSS }, { from: 2018-02-01, decides: MUNI_HRSS }]\n',
    'reportsFromEveryDistrict: perhaps\n',
    'reports: true\n',
    'a: [\n',
  ])('%j stops the start', async (text) => {
    await writeFile(path.join(folder, 'competence.yaml'), text);
    expect(() => loadCompetenceSettings(folder)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });
});
