import { agencyOfCode, isActiveOn, permitLocations, TIANJIN } from '../../src/measures/agencies.js';
import {
  competence,
  CompetenceError,
  competenceFor,
  competenceReadings,
  ELSEWHERE,
  everyApplicant,
  type Applicant,
  type Basis,
  type Competence,
  type CompetenceSettings,
} from '../../src/measures/competence.js';
import { applicantsOf } from '../../src/measures/competence/applicant.js';
import { permitItemCodes, permitItems, type PermitItem } from '../../src/measures/permit-items.js';

const anybody: Applicant = { capital: 'DOMESTIC', affiliation: 'OTHER', superiorAuthority: false };
const day = '2019-05-14';
/** Eve and day of every change, and far away from all of them. */
const everyEra = ['1990-01-01', '2016-10-15', '2016-10-16', '2019-05-14', '2020-04-14', '2020-04-15', '2099-12-31'];

/** Items that do not ask about the applicant answer for one of them; that the others change nothing is a test of its own. */
const telling = (item: PermitItem): readonly Applicant[] => (item === 'P02' || item === 'P05' ? applicantsOf(item) : [anybody]);

const everyAnswer: readonly (readonly [Competence, Applicant])[] = permitItemCodes.flatMap((item) =>
  telling(item).flatMap((applicant) =>
    permitLocations.flatMap((location) => everyEra.map((at) => [competence(item, location, applicant, at), applicant] as const)),
  ),
);

/** The answers for which a statement is not true, in short. */
function exceptions(statement: (answer: Competence, applicant: Applicant) => boolean): readonly string[] {
  return everyAnswer.filter(([answer, applicant]) => !statement(answer, applicant)).map(([{ item, location, at }]) => `${item} ${location} ${at}`);
}

const everyBasis = ({ basis, notices }: Competence): readonly Basis[] =>
  [basis.decision, basis.supervision, basis.guidance, ...notices.map((notice) => notice.basis)].filter((one) => one !== null);

describe('competence over every item, location, applicant and era', () => {
  test('XT-3.0 exactly one organ decides, and every organ named is a body of Tianjin that exists on the day', () => {
    expect(everyAnswer).toHaveLength(38 * 19 * 7);
    expect(
      exceptions(({ decidedBy, legalAuthority, supervisor, guidedBy, notices, at }) =>
        [decidedBy, legalAuthority, supervisor, guidedBy, ...notices.flatMap(({ by, to }) => [by, to])].every((code) => {
          const agency = code === null ? null : agencyOfCode(code);
          return code === null || (agency !== null && agency.jurisdiction === TIANJIN && isActiveOn(agency, at));
        }),
      ),
    ).toEqual([]);
  });

  test('every part of an answer rests on clauses, the decision on one of the item’s own', () => {
    expect(exceptions((answer) => everyBasis(answer).every(({ clauses, rulings }) => clauses.length > 0 && clauses.every((id) => /^(XT|CK)-/.test(id)) && rulings.every((id) => /^A-\d\d$/.test(id))))).toEqual([]);
    expect(exceptions((answer) => everyBasis(answer).every(({ clauses, rulings }) => new Set([...clauses, ...rulings]).size === clauses.length + rulings.length))).toEqual([]);
    expect(exceptions(({ item, basis }) => basis.decision.clauses.some((id) => permitItems[item].clauses.includes(id)))).toEqual([]);
  });

  test('A-09, A-12 authority lies with another body under entrustment and where it is held jointly, and only there', () => {
    expect(exceptions(({ legalForm, legalAuthority, decidedBy }) => (legalAuthority === decidedBy) === (legalForm === 'OWN' || legalForm === 'DELEGATED'))).toEqual([]);
  });

  test('nobody guides itself, and guidance has its clause', () => {
    expect(exceptions(({ guidedBy, supervisor, basis }) => (guidedBy === null) === (basis.guidance === null) && (guidedBy === null || guidedBy !== supervisor))).toEqual([]);
  });

  test('a free-trade area never decides outside itself, and a district bureau never outside its district', () => {
    expect(
      exceptions(({ decidedBy, location }, { principalOfficeDistrict }) => {
        const decider = agencyOfCode(decidedBy);
        if (decider?.kind === 'FTZ_APPROVAL') return decidedBy === `${location.replace(':', '_')}_APPROVAL`;
        return decider?.kind !== 'DISTRICT_APPROVAL' || decider.district === location || decider.district === principalOfficeDistrict;
      }),
    ).toEqual([]);
  });

  test('readings kept for an era agree with the answer of the day', () => {
    const settings: CompetenceSettings = {
      specialHoursInBinhai: [
        { from: null, decides: 'BINHAI_APPROVAL', document: null },
        { from: '2018-03-01', decides: 'MUNI_HRSS', document: '津滨政发〔2018〕1号' },
      ],
      reportsFromEveryDistrict: true,
    };
    const days = [...everyEra, '2018-02-28', '2018-03-01'];
    const wrong = permitItemCodes.flatMap((item) =>
      ['120101', '120116', 'FTZ:CBD'].flatMap((location) =>
        [[], [settings]].flatMap((set) =>
          days.filter((at) => {
            const kept = competenceReadings(item, location, at, ...set).map((reading) => ({ ...reading, at }));
            return JSON.stringify(kept) !== JSON.stringify(applicantsOf(item).map((applicant) => competence(item, location, applicant, at, ...set)));
          }),
        ),
      ),
    );
    expect(wrong).toEqual([]);
    expect(competenceReadings('P01', '120101', day)).toBe(competenceReadings('P01', '120101', '2019-05-15'));
  });

  test('only P02 and P05 ask about the applicant', () => {
    expect(permitItemCodes.map((item) => applicantsOf(item).length)).toEqual([12, 12, 12, 12, 18, 12, 12, 12, 12, 12]);
    expect(new Set(everyApplicant.map((applicant) => JSON.stringify(applicant))).size).toBe(12);
    expect(new Set(applicantsOf('P05').map((applicant) => JSON.stringify(applicant))).size).toBe(18);
    for (const item of permitItemCodes) {
      if (item === 'P02' || item === 'P05') continue;
      for (const location of permitLocations) {
        const answers = [...everyApplicant, ...applicantsOf('P05')].map((applicant) => JSON.stringify(competence(item, location, applicant, day)));
        expect(new Set(answers).size).toBe(1);
      }
    }
  });
});

describe('questions that cannot be answered', () => {
  test.each([
    ['P11', '120101', day, 'COMPETENCE_ITEM_UNKNOWN', 'XT-3.0', 'P01'],
    ['constructor', '120101', day, 'COMPETENCE_ITEM_UNKNOWN', 'XT-3.0', 'P01'],
    ['P01', '120107', day, 'COMPETENCE_LOCATION_UNKNOWN', 'A-07', 'FTZ:CBD'],
    ['P01', '350203', day, 'COMPETENCE_LOCATION_UNKNOWN', 'A-69', 'FTZ:CBD'],
    ['P01', 'FTZ:NOWHERE', day, 'COMPETENCE_LOCATION_UNKNOWN', 'A-07', 'FTZ:CBD'],
    ['P02', '120101', '2019-02-29', 'COMPETENCE_DATE_INVALID', 'XT-4.1.1a', 'YYYY-MM-DD'],
  ])('%s at %s on %s is refused as %s', (item, location, at, code, clause, nextStep) => {
    const expected = expect.objectContaining({
      name: 'CompetenceError',
      code,
      clauses: expect.arrayContaining([clause]) as unknown,
      nextStep: expect.stringContaining(nextStep) as unknown,
      message: expect.stringMatching(/^\p{Script=Han}.*[a-z]\.$/u) as unknown,
    }) as Error;
    expect(() => competence(item, location, anybody, at)).toThrow(expected);
    expect(() => competenceReadings(item, location, at)).toThrow(expected);
    expect(() => competenceFor(item, location, {}, at)).toThrow(CompetenceError);
  });

  test.each([undefined, '', '1201', '120107', '120221', '121999', 'elsewhere', '１２０１０１'])('A-11 a chain with its principal office in %j is refused', (office) => {
    const chain: Applicant = { ...anybody, isCrossRegionChain: true, ...(office === undefined ? {} : { principalOfficeDistrict: office }) };
    expect(() => competence('P05', '120101', chain, day)).toThrow(
      expect.objectContaining({
        code: 'COMPETENCE_APPLICANT_INVALID',
        clauses: ['XT-3.5b', 'A-11'],
        nextStep: expect.stringContaining('principalOfficeDistrict') as unknown,
        message: expect.stringContaining('principal office') as unknown,
      }) as Error,
    );
  });
});

describe('competence for what is known of the applicant', () => {
  test('items that do not ask answer without any fact, and leave aside what they are told', () => {
    for (const item of permitItemCodes) {
      if (item === 'P02' || item === 'P05') continue;
      const answer = competence(item, 'FTZ:CBD', anybody, day);
      expect(competenceFor(item, 'FTZ:CBD', {}, day)).toEqual(answer);
      expect(competenceFor(item, 'FTZ:CBD', { capital: 'FOREIGN', isCrossRegionChain: true, principalOfficeDistrict: 'none' }, day)).toEqual(answer);
    }
  });

  test('XT-3.2b, XT-3.2f P02 names the facts that are open, and only while they matter', () => {
    const ask = (known: Partial<Applicant>, location = '120116') => () => competenceFor('P02', location, known, day);
    expect(ask({})).toThrow(
      expect.objectContaining({
        code: 'COMPETENCE_APPLICANT_INCOMPLETE',
        clauses: ['XT-3.2b', 'XT-3.2f', 'A-08'],
        message: '权限取决于申请人情况，尚缺：capital、affiliation、superiorAuthority。 Competence depends on the applicant; not stated: capital, affiliation, superiorAuthority.',
        nextStep: '补充 capital、affiliation、superiorAuthority · Give capital, affiliation, superiorAuthority.',
      }) as Error,
    );
    expect(ask({ capital: 'DOMESTIC', affiliation: 'OTHER' })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('尚缺：superiorAuthority。') as unknown,
        nextStep: '补充 superiorAuthority · Give superiorAuthority.',
      }) as Error,
    );
    // A unit of Binhai is decided and supervised by Binhai, whatever stands above it.
    expect(ask({ capital: 'DOMESTIC', affiliation: 'BINHAI_OWNED' })()).toMatchObject({ decidedBy: 'BINHAI_APPROVAL', supervisor: 'BINHAI_HRSS' });
    expect(ask({ ...anybody })()).toEqual(competence('P02', '120116', anybody, day));
  });

  test('XT-3.5b, A-11 P05 asks whether the employer is a chain, and then for its principal office', () => {
    const ask = (known: Partial<Applicant>) => () => competenceFor('P05', '120101', known, day);
    expect(ask({})).toThrow(
      expect.objectContaining({
        code: 'COMPETENCE_APPLICANT_INCOMPLETE',
        clauses: ['XT-3.5b', 'A-11'],
        nextStep: '补充 isCrossRegionChain、principalOfficeDistrict · Give isCrossRegionChain, principalOfficeDistrict.',
      }) as Error,
    );
    expect(ask({ isCrossRegionChain: true })).toThrow(expect.objectContaining({ nextStep: '补充 principalOfficeDistrict · Give principalOfficeDistrict.' }) as Error);
    expect(ask({ isCrossRegionChain: true, principalOfficeDistrict: 'nowhere' })).toThrow(expect.objectContaining({ code: 'COMPETENCE_APPLICANT_INVALID' }) as Error);
    expect(ask({ isCrossRegionChain: false })().decidedBy).toBe('HEPING_APPROVAL');
    expect(ask({ isCrossRegionChain: false, principalOfficeDistrict: '120104' })().decidedBy).toBe('HEPING_APPROVAL');
    expect(ask({ isCrossRegionChain: true, principalOfficeDistrict: '120104' })().decidedBy).toBe('NANKAI_APPROVAL');
    expect(ask({ isCrossRegionChain: true, principalOfficeDistrict: '110105' })().decidedBy).toBe('HEPING_APPROVAL');
    expect(ask({ isCrossRegionChain: true, principalOfficeDistrict: ELSEWHERE })().decidedBy).toBe('HEPING_APPROVAL');
    // An unknown chain whose office would be the location's own bureau: both readings agree on who, not on the clause.
    expect(ask({ principalOfficeDistrict: '120101' })).toThrow(expect.objectContaining({ nextStep: '补充 isCrossRegionChain · Give isCrossRegionChain.' }) as Error);
  });
});
