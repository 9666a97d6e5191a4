import { permitLocations } from '../../src/measures/agencies.js';
import { competence, defaultCompetenceSettings, type Applicant, type Competence, type CompetenceSettings } from '../../src/measures/competence.js';

const anybody: Applicant = { capital: 'DOMESTIC', affiliation: 'OTHER', superiorAuthority: false };
const heping = '120101';
const binhai = '120116';
const areas = ['FTZ:DONGJIANG', 'FTZ:AIRPORT', 'FTZ:CBD'];
const day = '2019-05-14';

function of(item: string, location: string, applicant: Partial<Applicant> = {}, at = day, settings?: CompetenceSettings): Competence {
  return competence(item, location, { ...anybody, ...applicant }, at, ...(settings ? [settings] : []));
}

const bureauOf = (area: string): string => `${area.replace(':', '_')}_APPROVAL`;

/** Who is told what on which action, by which clause: `FILING BINHAI_APPROVAL → MUNI_HRSS on GRANT by XT-3.2c A-58`. */
const told = ({ notices }: Competence): readonly string[] =>
  notices.map(({ kind, by, to, on, basis }) => `${kind} ${by} → ${to}${on.length > 0 ? ` on ${on.join(' ')}` : ''} by ${[...basis.clauses, ...basis.rulings].join(' ')}`);

const decision = ({ basis }: Competence): readonly string[] => [...basis.decision.clauses, ...basis.decision.rulings];
const supervision = ({ basis }: Competence): readonly string[] => [...basis.supervision.clauses, ...basis.supervision.rulings];
const guidance = ({ basis }: Competence): readonly string[] | null => basis.guidance && [...basis.guidance.clauses, ...basis.guidance.rulings];

/** Items in which the bureau of the district supervises, with the clause that says so and the one on guidance. */
describe.each([
  ['P01', 'XT-3.1c', ['XT-3.1c', 'XT-5.1.1a'], ['A-63']],
  ['P03', 'XT-3.3b', ['XT-3.3b', 'XT-5.2.1'], []],
  ['P04', 'XT-3.4c', ['XT-3.4c', 'XT-5.2.1'], []],
  ['P05', 'XT-3.5e', ['XT-5.3.1'], []],
  ['P06', 'XT-3.6b', ['XT-3.6b', 'XT-5.3.1'], []],
  ['P08', 'XT-3.8d', ['XT-3.8d', 'XT-5.2.1'], []],
  ['P10', 'XT-3.10d', ['XT-3.10d', 'XT-5.2.1'], []],
])('supervision of %s', (item, clause, guidanceClauses, rulings) => {
  test(`${clause} the bureau of the district supervises, guided by the municipal bureau`, () => {
    const found = of(item, '120119');
    expect(found).toMatchObject({ supervisor: 'JIZHOU_HRSS', supervisorInferred: false, guidedBy: 'MUNI_HRSS' });
    expect(supervision(found)).toEqual([clause, ...rulings]);
    expect(guidance(found)).toEqual(guidanceClauses);
  });

  test('A-07 Binhai’s bureau supervises in Binhai and in the free-trade areas', () => {
    expect(of(item, binhai).supervisor).toBe('BINHAI_HRSS');
    expect(supervision(of(item, binhai))).not.toContain('A-07');
    for (const area of areas) {
      expect(of(item, area)).toMatchObject({ supervisor: 'BINHAI_HRSS', supervisorInferred: false, guidedBy: 'MUNI_HRSS' });
      expect(supervision(of(item, area))).toEqual([clause, ...rulings, 'A-07']);
    }
  });

  test('XT-3.5e penalties are named for P05 alone', () => {
    expect(of(item, heping).supervisorMayPenalise).toBe(item === 'P05');
  });
});

/** Items that Binhai and the free-trade areas decide for their own areas. */
describe.each([
  ['P01', 'XT-3.1b', 'XT-3.1a', 'MUNI_HRSS', []],
  ['P04', 'XT-3.4b', 'XT-3.4a', 'MUNI_HRSS', []],
  ['P07', 'XT-3.7b', 'XT-3.7a', 'MUNI_FEB', ['A-12']],
  ['P08', 'XT-3.8b', 'XT-3.8a', 'MUNI_HRSS', []],
  ['P09', 'XT-3.9b', 'XT-3.9a', 'MUNI_HRSS', []],
])('decision of %s', (item, own, rest, municipal, rulings) => {
  test(`${own}, A-07 each free-trade area and Binhai decide for their own area, in their own authority`, () => {
    for (const area of areas) {
      expect(of(item, area)).toMatchObject({ decidedBy: bureauOf(area), legalForm: 'OWN', legalAuthority: bureauOf(area), competenceBasis: 'MEASURES' });
      expect(decision(of(item, area))).toEqual([own, 'A-07']);
    }
    expect(of(item, binhai)).toMatchObject({ decidedBy: 'BINHAI_APPROVAL', legalForm: 'OWN', legalAuthority: 'BINHAI_APPROVAL' });
    expect(decision(of(item, binhai))).toEqual(expect.arrayContaining([own, 'A-07']));
  });

  test(`${rest} the rest is decided by ${municipal}`, () => {
    for (const location of permitLocations.filter((one) => one !== binhai && !areas.includes(one))) {
      expect(of(item, location)).toMatchObject({ decidedBy: municipal, legalForm: 'OWN', legalAuthority: municipal });
    }
    expect(decision(of(item, heping))).toEqual([rest, ...rulings]);
  });
});

describe('P01 labour dispatch', () => {
  const delivery = 'on GRANT BRANCH_FILING CHANGE RENEWAL CANCELLATION REVOCATION by XT-5.1.2c A-02 A-07 A-70';
  const report = 'REPORT BINHAI_HRSS → MUNI_HRSS by XT-5.1.1b XT-5.1.1c A-06';

  test('XT-4.1.1a Binhai decides from 2016-10-16, the municipal bureau before; the free-trade areas are not dated', () => {
    const before = of('P01', binhai, {}, '2016-10-15');
    expect(before).toMatchObject({ decidedBy: 'MUNI_HRSS', legalForm: 'OWN', legalAuthority: 'MUNI_HRSS', supervisor: 'BINHAI_HRSS', notices: [] });
    expect(decision(before)).toEqual(['XT-3.1a', 'XT-4.1.1a']);
    expect(of('P01', binhai, {}, '2016-10-16').decidedBy).toBe('BINHAI_APPROVAL');
    expect(decision(of('P01', binhai))).toEqual(['XT-3.1b', 'XT-4.1.1a', 'A-07']);
    expect(of('P01', 'FTZ:DONGJIANG', {}, '2016-10-15').decidedBy).toBe('FTZ_DONGJIANG_APPROVAL');
  });

  test('XT-5.1.2c, A-07, A-70 what Binhai and the areas do is sent to Binhai’s human-resources bureau', () => {
    expect(told(of('P01', binhai))[0]).toBe(`DELIVERY BINHAI_APPROVAL → BINHAI_HRSS ${delivery}`);
    for (const area of areas) expect(told(of('P01', area))[0]).toBe(`DELIVERY ${bureauOf(area)} → BINHAI_HRSS ${delivery}`);
  });

  test('XT-5.1.1b, XT-5.1.1c, A-06 Binhai reports for itself and the areas; other districts only where that is set', () => {
    expect(told(of('P01', binhai)).slice(1)).toEqual([report]);
    expect(told(of('P01', 'FTZ:CBD')).slice(1)).toEqual([`${report} A-07`]);
    expect(told(of('P01', heping))).toEqual([]);
    const everywhere = { ...defaultCompetenceSettings, reportsFromEveryDistrict: true };
    expect(told(of('P01', heping, {}, day, everywhere))).toEqual(['REPORT HEPING_HRSS → MUNI_HRSS by XT-5.1.1b XT-5.1.1c A-06']);
    expect(told(of('P01', binhai, {}, day, everywhere)).slice(1)).toEqual([report]);
  });
});

describe('P02 human-resources service agency', () => {
  const entrusted = { decidedBy: 'BINHAI_APPROVAL', legalForm: 'ENTRUSTED', legalAuthority: 'MUNI_HRSS' };

  test('XT-3.2a, A-08 the municipal bureau decides the rest: other districts, foreign capital, units under a superior authority', () => {
    const municipal = { decidedBy: 'MUNI_HRSS', legalForm: 'OWN', legalAuthority: 'MUNI_HRSS', notices: [] };
    expect(of('P02', heping)).toMatchObject(municipal);
    expect(of('P02', heping, { affiliation: 'DISTRICT_OWNED' })).toMatchObject(municipal);
    expect(of('P02', binhai, { capital: 'FOREIGN' })).toMatchObject(municipal);
    expect(of('P02', binhai, { capital: 'FOREIGN', affiliation: 'BINHAI_OWNED' })).toMatchObject(municipal);
    expect(of('P02', 'FTZ:CBD', { capital: 'FOREIGN' })).toMatchObject(municipal);
    expect(of('P02', binhai, { superiorAuthority: true })).toMatchObject(municipal);
    expect(decision(of('P02', heping))).toEqual(['XT-3.2a', 'A-08']);
  });

  test('XT-3.2b, A-08, A-09 Binhai decides under entrustment: its own units anywhere, and domestic units there without superior authority', () => {
    expect(of('P02', binhai)).toMatchObject(entrusted);
    expect(of('P02', binhai, { affiliation: 'DISTRICT_OWNED', superiorAuthority: true })).toMatchObject(entrusted);
    expect(of('P02', binhai, { affiliation: 'BINHAI_OWNED', superiorAuthority: true })).toMatchObject(entrusted);
    expect(of('P02', heping, { affiliation: 'BINHAI_OWNED' })).toMatchObject({ ...entrusted, supervisor: 'BINHAI_HRSS' });
    for (const found of [of('P02', binhai), of('P02', heping, { affiliation: 'BINHAI_OWNED' })]) expect(decision(found)).toEqual(['XT-3.2b', 'A-08', 'A-09']);
  });

  test('XT-3.2c, A-58 what Binhai decides is filed with the municipal bureau', () => {
    const filed = ['FILING BINHAI_APPROVAL → MUNI_HRSS on GRANT by XT-3.2c A-58'];
    expect(told(of('P02', binhai))).toEqual(filed);
    expect(told(of('P02', heping, { affiliation: 'BINHAI_OWNED' }))).toEqual(filed);
    expect(told(of('P02', heping))).toEqual([]);
  });

  test('XT-3.2d, A-08 a free-trade area decides for domestic units, whatever their superior authority and owner', () => {
    for (const superiorAuthority of [true, false]) {
      for (const affiliation of ['OTHER', 'BINHAI_OWNED', 'DISTRICT_OWNED'] as const) {
        const found = of('P02', 'FTZ:DONGJIANG', { superiorAuthority, affiliation });
        expect(found).toMatchObject({ decidedBy: 'FTZ_DONGJIANG_APPROVAL', legalForm: 'OWN', legalAuthority: 'FTZ_DONGJIANG_APPROVAL' });
        expect(decision(found)).toEqual(['XT-3.2d', 'A-07', 'A-08']);
      }
    }
  });

  test('XT-3.2e, A-58 what a free-trade area decides is filed with the municipal bureau', () => {
    expect(told(of('P02', 'FTZ:AIRPORT'))).toEqual(['FILING FTZ_AIRPORT_APPROVAL → MUNI_HRSS on GRANT by XT-3.2e A-58']);
  });

  test('XT-3.2f the district supervises its own agencies and those without superior authority', () => {
    const guided = { supervisorInferred: false, guidedBy: 'MUNI_HRSS', supervisorMayPenalise: false };
    expect(of('P02', heping)).toMatchObject({ ...guided, supervisor: 'HEPING_HRSS' });
    expect(of('P02', heping, { affiliation: 'DISTRICT_OWNED', superiorAuthority: true })).toMatchObject({ ...guided, supervisor: 'HEPING_HRSS' });
    expect(of('P02', binhai, { affiliation: 'DISTRICT_OWNED', superiorAuthority: true })).toMatchObject({ ...guided, supervisor: 'BINHAI_HRSS' });
    expect(of('P02', heping, { affiliation: 'BINHAI_OWNED', superiorAuthority: true })).toMatchObject({ ...guided, supervisor: 'BINHAI_HRSS' });
    expect(of('P02', 'FTZ:CBD')).toMatchObject({ ...guided, supervisor: 'BINHAI_HRSS' });
    for (const found of [of('P02', heping), of('P02', heping, { affiliation: 'DISTRICT_OWNED' }), of('P02', heping, { affiliation: 'BINHAI_OWNED' })]) {
      expect(supervision(found)).toEqual(['XT-3.2f', 'A-08']);
      expect(guidance(found)).toEqual(['XT-3.2f', 'XT-5.2.1']);
    }
    expect(supervision(of('P02', 'FTZ:CBD'))).toEqual(['XT-3.2f', 'A-08', 'A-07']);
  });

  test('A-08 where XT-3.2f names no supervisor it is the municipal bureau, by inference', () => {
    for (const location of [heping, binhai, 'FTZ:CBD']) {
      const found = of('P02', location, { superiorAuthority: true });
      expect(found).toMatchObject({ supervisor: 'MUNI_HRSS', supervisorInferred: true, guidedBy: null });
      expect(supervision(found)).toEqual(['XT-3.2f', 'A-08']);
    }
  });
});

/** Items of the bureau of the district, which in the free-trade areas is Binhai's: their clauses name no area. */
describe.each([
  ['P03', 'DELEGATED', ['XT-3.3a', 'A-09']],
  ['P06', 'OWN', ['XT-3.6a']],
  ['P10', 'OWN', ['XT-3.10a', 'XT-3.10b', 'A-14']],
])('decision of %s', (item, legalForm, basis) => {
  test(`${basis.join(', ')} the approval bureau of the district decides, and it is its own authority`, () => {
    expect(of(item, heping)).toMatchObject({ decidedBy: 'HEPING_APPROVAL', legalForm, legalAuthority: 'HEPING_APPROVAL', competenceBasis: 'MEASURES' });
    expect(of(item, binhai)).toMatchObject({ decidedBy: 'BINHAI_APPROVAL', legalForm, legalAuthority: 'BINHAI_APPROVAL' });
    expect(decision(of(item, heping))).toEqual(basis);
    expect(decision(of(item, binhai))).toEqual(basis);
    for (const area of areas) {
      expect(of(item, area).decidedBy).toBe('BINHAI_APPROVAL');
      expect(decision(of(item, area))).toEqual([...basis, 'A-07']);
    }
  });
});

test('P03 and P04 are told to nobody: no clause asks for it', () => {
  for (const item of ['P03', 'P04']) for (const location of permitLocations) expect(told(of(item, location))).toEqual([]);
});

describe('P05 special working hours', () => {
  const chain = (principalOfficeDistrict: string): Partial<Applicant> => ({ isCrossRegionChain: true, principalOfficeDistrict });

  test('XT-3.5a the bureau of the district decides for employers located there', () => {
    expect(of('P05', heping)).toMatchObject({ decidedBy: 'HEPING_APPROVAL', legalForm: 'OWN', legalAuthority: 'HEPING_APPROVAL', competenceBasis: 'MEASURES' });
    expect(decision(of('P05', heping))).toEqual(['XT-3.5a']);
  });

  test('XT-3.5b, A-11 a chain is decided where its principal office lies, wherever it works', () => {
    for (const location of [heping, binhai, 'FTZ:CBD']) {
      expect(of('P05', location, chain('120104'))).toMatchObject({ decidedBy: 'NANKAI_APPROVAL', legalForm: 'OWN', competenceBasis: 'MEASURES' });
      expect(decision(of('P05', location, chain('120104')))).toEqual(['XT-3.5b', 'A-11']);
    }
    expect(of('P05', heping, { isCrossRegionChain: false, principalOfficeDistrict: '120104' }).decidedBy).toBe('HEPING_APPROVAL');
  });

  test('XT-3.5e a chain is supervised where it works', () => {
    expect(of('P05', heping, chain('120104')).supervisor).toBe('HEPING_HRSS');
  });

  test('A-11 with a principal office outside Tianjin each local employer is decided by itself', () => {
    expect(of('P05', heping, chain('110105')).decidedBy).toBe('HEPING_APPROVAL');
    expect(decision(of('P05', heping, chain('110105')))).toEqual(['XT-3.5a', 'A-11']);
    expect(decision(of('P05', 'FTZ:CBD', chain('310115')))).toEqual(['XT-3.5d', 'A-07', 'A-11']);
    expect(decision(of('P05', binhai, chain('ELSEWHERE')))).toEqual(['XT-3.5c', 'A-10', 'A-11']);
    expect(told(of('P05', heping, chain('ELSEWHERE')))).toEqual(told(of('P05', heping)));
  });

  test('XT-3.5c, A-10 Binhai follows a document outside the measures: a routing table, Binhai’s bureau by default', () => {
    const external = { decidedBy: 'BINHAI_APPROVAL', legalForm: 'OWN', legalAuthority: 'BINHAI_APPROVAL', competenceBasis: 'EXTERNAL' };
    expect(of('P05', binhai)).toMatchObject(external);
    expect(decision(of('P05', binhai))).toEqual(['XT-3.5c', 'A-10']);
    expect(of('P05', heping, chain(binhai))).toMatchObject(external);
    expect(decision(of('P05', heping, chain(binhai)))).toEqual(['XT-3.5b', 'XT-3.5c', 'A-10', 'A-11']);

    const routed: CompetenceSettings = {
      ...defaultCompetenceSettings,
      specialHoursInBinhai: [
        { from: null, decides: 'MUNI_HRSS', document: null },
        { from: '2018-03-01', decides: 'BINHAI_APPROVAL', document: '津滨政发〔2018〕1号' },
        { from: '2020-01-01', decides: 'FTZ_CBD_APPROVAL', document: null },
      ],
    };
    const deciders = ['2018-02-28', '2018-03-01', '2019-12-31', '2020-01-01'].map((at) => of('P05', binhai, {}, at, routed).decidedBy);
    expect(deciders).toEqual(['MUNI_HRSS', 'BINHAI_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_CBD_APPROVAL']);
    expect(of('P05', 'FTZ:AIRPORT', {}, day, routed).decidedBy).toBe('FTZ_AIRPORT_APPROVAL');
  });

  test('XT-3.5d, A-07 each free-trade area decides for employers in it', () => {
    for (const area of areas) {
      expect(of('P05', area)).toMatchObject({ decidedBy: bureauOf(area), legalForm: 'OWN', legalAuthority: bureauOf(area), competenceBasis: 'MEASURES' });
      expect(decision(of('P05', area))).toEqual(['XT-3.5d', 'A-07']);
    }
  });

  test('XT-5.3.2b, XT-5.3.2c, A-20 who decides enters the permit and sends Form 2', () => {
    const entered = (organ: string): readonly string[] => [
      `ENTRY ${organ} → JINBAO on GRANT by XT-5.3.2b A-58`,
      `REPORT ${organ} → MUNI_LR_DIV by XT-5.3.2c XT-A2.8 A-20`,
    ];
    expect(told(of('P05', heping))).toEqual(entered('HEPING_APPROVAL'));
    expect(told(of('P05', binhai))).toEqual(entered('BINHAI_APPROVAL'));
    expect(told(of('P05', 'FTZ:CBD'))).toEqual(entered('FTZ_CBD_APPROVAL'));
    expect(told(of('P05', heping, chain('120104')))).toEqual(entered('NANKAI_APPROVAL'));
    expect(told(of('P05', heping, chain(binhai)))).toEqual(entered('BINHAI_APPROVAL'));
  });
});

test('P06 XT-5.3.2b, XT-5.3.2c, A-20 who reviews a contract enters it and sends Form 3', () => {
  expect(told(of('P06', heping))).toEqual([
    'ENTRY HEPING_APPROVAL → JINBAO on GRANT by XT-5.3.2b A-58',
    'REPORT HEPING_APPROVAL → MUNI_LR_DIV by XT-5.3.2c XT-A3.5a XT-A3.5b A-20',
  ]);
});

describe('P07 foreigner’s work permit', () => {
  test('XT-3.7a, CK-1a, A-12, A-57 the seat and its authority change on 2020-04-15', () => {
    const before = of('P07', heping, {}, '2020-04-14');
    expect(before).toMatchObject({ decidedBy: 'MUNI_FEB', legalForm: 'OWN', legalAuthority: 'MUNI_FEB' });
    expect(decision(before)).toEqual(['XT-3.7a', 'A-12']);
    const after = of('P07', heping, {}, '2020-04-15');
    expect(after).toMatchObject({ decidedBy: 'MUNI_STB', legalForm: 'JOINT', legalAuthority: 'BIZ_AUTHORITY' });
    expect(decision(after)).toEqual(['XT-3.7a', 'CK-1a', 'A-12', 'A-57']);
  });

  test('XT-3.7b, A-12 Binhai and the areas go on deciding in their own authority', () => {
    for (const at of ['2020-04-14', '2020-04-15']) {
      expect(of('P07', binhai, {}, at)).toMatchObject({ decidedBy: 'BINHAI_APPROVAL', legalForm: 'OWN', legalAuthority: 'BINHAI_APPROVAL' });
      expect(of('P07', 'FTZ:CBD', {}, at)).toMatchObject({ decidedBy: 'FTZ_CBD_APPROVAL', legalForm: 'OWN', legalAuthority: 'FTZ_CBD_APPROVAL' });
    }
  });

  test('XT-3.7c Binhai’s foreign experts bureau supervises Binhai and the areas, guided by the city’s authority of the day', () => {
    for (const location of [binhai, ...areas]) {
      expect(of('P07', location, {}, '2020-04-14')).toMatchObject({ supervisor: 'BINHAI_FEB', supervisorInferred: false, guidedBy: 'MUNI_FEB' });
      expect(of('P07', location, {}, '2020-04-15')).toMatchObject({ supervisor: 'BINHAI_FEB', supervisorInferred: false, guidedBy: 'MUNI_STB' });
      expect(guidance(of('P07', location))).toEqual(['XT-3.7c', 'A-57']);
    }
    expect(supervision(of('P07', binhai))).toEqual(['XT-3.7c']);
    expect(supervision(of('P07', 'FTZ:CBD'))).toEqual(['XT-3.7c', 'A-07']);
  });

  test('A-12, A-57 elsewhere the city’s authority of the day supervises, by inference', () => {
    const before = of('P07', heping, {}, '2020-04-14');
    expect(before).toMatchObject({ supervisor: 'MUNI_FEB', supervisorInferred: true, guidedBy: null });
    expect(supervision(before)).toEqual(['XT-3.7c', 'A-12']);
    const after = of('P07', heping, {}, '2020-04-15');
    expect(after).toMatchObject({ supervisor: 'BIZ_AUTHORITY', supervisorInferred: true, guidedBy: null });
    expect(supervision(after)).toEqual(['XT-3.7c', 'CK-1a', 'A-12', 'A-57']);
  });
});

test('P08 XT-3.8c, A-58 what Binhai and the areas decide is filed with the municipal bureau and Binhai’s', () => {
  const filed = (organ: string): readonly string[] => [
    `FILING ${organ} → MUNI_HRSS on GRANT by XT-3.8c A-58`,
    `FILING ${organ} → BINHAI_HRSS on GRANT by XT-3.8c A-58`,
  ];
  expect(told(of('P08', binhai))).toEqual(filed('BINHAI_APPROVAL'));
  expect(told(of('P08', 'FTZ:AIRPORT'))).toEqual(filed('FTZ_AIRPORT_APPROVAL'));
  expect(told(of('P08', heping))).toEqual([]);
});

test('P09 XT-3.9a, XT-3.9b, A-13 has no supervisor, no guidance and no filing, anywhere', () => {
  for (const location of permitLocations) {
    const found = of('P09', location);
    expect(found).toMatchObject({ supervisor: null, supervisorInferred: false, guidedBy: null, notices: [] });
    expect(supervision(found)).toEqual(['XT-3.9a', 'XT-3.9b', 'A-13']);
  }
});

test('P10 XT-3.10b, XT-3.10c, A-14, A-58 four actions are filed with the municipal bureau and the district’s; a cancellation is not', () => {
  const on = 'on ESTABLISH ADD_ITEM CHANGE REVOKE by XT-3.10c A-14 A-58';
  expect(told(of('P10', heping))).toEqual([`FILING HEPING_APPROVAL → MUNI_HRSS ${on}`, `FILING HEPING_APPROVAL → HEPING_HRSS ${on}`]);
  expect(told(of('P10', 'FTZ:CBD'))).toEqual([`FILING BINHAI_APPROVAL → MUNI_HRSS ${on}`, `FILING BINHAI_APPROVAL → BINHAI_HRSS ${on} A-07`]);
});
