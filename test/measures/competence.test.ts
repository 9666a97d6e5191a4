import fc from 'fast-check';
import { agencies, permitLocations } from '../../src/measures/agencies.js';
import {
  competence,
  CompetenceError,
  competenceReadings,
  everyApplicant,
  type Applicant,
} from '../../src/measures/competence.js';

const domestic: Applicant = { capital: 'DOMESTIC', affiliation: 'OTHER', superiorAuthority: false };
const dayOf2019 = '2019-05-14';
const p02 = (location: string, applicant: Partial<Applicant> = {}) =>
  competence('P02', location, { ...domestic, ...applicant }, dayOf2019);

describe('competence for P01 (labour dispatch)', () => {
  test('XT-3.1a the municipal bureau decides outside Binhai and the free-trade areas', () => {
    expect(competence('P01', '120101', domestic, dayOf2019)).toMatchObject({
      decidedBy: 'MUNI_HRSS',
      legalForm: 'OWN',
      legalAuthority: 'MUNI_HRSS',
      filedWith: [],
      basis: { decision: { clauses: ['XT-3.1a'] }, filing: null },
    });
  });

  test('XT-3.1b Binhai and each free-trade area decide within their own areas', () => {
    expect(competence('P01', '120116', domestic, dayOf2019).decidedBy).toBe('BINHAI_APPROVAL');
    expect(competence('P01', 'FTZ:DONGJIANG', domestic, dayOf2019).decidedBy).toBe('FTZ_DONGJIANG_APPROVAL');
    expect(competence('P01', 'FTZ:AIRPORT', domestic, dayOf2019).decidedBy).toBe('FTZ_AIRPORT_APPROVAL');
    expect(competence('P01', 'FTZ:CBD', domestic, dayOf2019)).toMatchObject({
      decidedBy: 'FTZ_CBD_APPROVAL',
      legalAuthority: 'FTZ_CBD_APPROVAL',
      basis: { decision: { clauses: ['XT-3.1b'], rulings: ['A-07'] } },
    });
  });

  test('XT-3.1c the district bureau supervises under municipal guidance, Binhai for the free-trade areas (A-07)', () => {
    expect(competence('P01', '120119', domestic, dayOf2019)).toMatchObject({
      supervisor: 'JIZHOU_HRSS',
      supervisorInferred: false,
      guidedBy: 'MUNI_HRSS',
    });
    expect(competence('P01', 'FTZ:AIRPORT', domestic, dayOf2019).supervisor).toBe('BINHAI_HRSS');
  });

  test('XT-4.1.1a Binhai decides from 2016-10-16, the municipal bureau before; the free-trade areas are not dated', () => {
    expect(competence('P01', '120116', domestic, '2016-10-15')).toMatchObject({
      decidedBy: 'MUNI_HRSS',
      supervisor: 'BINHAI_HRSS',
      basis: { decision: { clauses: ['XT-3.1a', 'XT-4.1.1a'] } },
    });
    expect(competence('P01', '120116', domestic, '2016-10-16').decidedBy).toBe('BINHAI_APPROVAL');
    expect(competence('P01', 'FTZ:DONGJIANG', domestic, '2016-10-15').decidedBy).toBe('FTZ_DONGJIANG_APPROVAL');
  });

  test('the applicant has no influence', () => {
    for (const location of permitLocations) {
      expect(new Set(competenceReadings('P01', location, dayOf2019).map((reading) => JSON.stringify({ ...reading, at: '' }))).size).toBe(1);
    }
  });
});

describe('competence for P02 (human-resources service agency)', () => {
  test('XT-3.2a the municipal bureau decides the rest: other districts, foreign capital, units under a superior authority', () => {
    expect(p02('120101').decidedBy).toBe('MUNI_HRSS');
    expect(p02('120116', { capital: 'FOREIGN' }).decidedBy).toBe('MUNI_HRSS');
    expect(p02('FTZ:CBD', { capital: 'FOREIGN' }).decidedBy).toBe('MUNI_HRSS');
    expect(p02('120116', { superiorAuthority: true }).decidedBy).toBe('MUNI_HRSS');
  });

  test('XT-3.2b Binhai decides under entrustment: its own units anywhere, and domestic units there without superior authority', () => {
    const expected = { decidedBy: 'BINHAI_APPROVAL', legalForm: 'ENTRUSTED', legalAuthority: 'MUNI_HRSS' };
    expect(p02('120116')).toMatchObject(expected);
    expect(p02('120116', { affiliation: 'BINHAI_OWNED', superiorAuthority: true })).toMatchObject(expected);
    expect(p02('120101', { affiliation: 'BINHAI_OWNED' })).toMatchObject({ ...expected, supervisor: 'BINHAI_HRSS' });
  });

  test('XT-3.2c, XT-3.2e what Binhai and the free-trade areas decide is filed with the municipal bureau', () => {
    expect(p02('120116')).toMatchObject({ filedWith: ['MUNI_HRSS'], basis: { filing: { clauses: ['XT-3.2c'] } } });
    expect(p02('FTZ:AIRPORT')).toMatchObject({ filedWith: ['MUNI_HRSS'], basis: { filing: { clauses: ['XT-3.2e'] } } });
    expect(p02('120101')).toMatchObject({ filedWith: [], basis: { filing: null } });
  });

  test('XT-3.2d a free-trade area decides for domestic units, whatever their superior authority', () => {
    for (const superiorAuthority of [true, false]) {
      expect(p02('FTZ:DONGJIANG', { superiorAuthority })).toMatchObject({
        decidedBy: 'FTZ_DONGJIANG_APPROVAL',
        legalForm: 'OWN',
        legalAuthority: 'FTZ_DONGJIANG_APPROVAL',
      });
    }
  });

  test('XT-3.2f the district supervises its own agencies and those without superior authority; A-08 fills the gap', () => {
    expect(p02('120101')).toMatchObject({ supervisor: 'HEPING_HRSS', supervisorInferred: false, guidedBy: 'MUNI_HRSS' });
    expect(p02('120101', { affiliation: 'DISTRICT_OWNED', superiorAuthority: true }).supervisor).toBe('HEPING_HRSS');
    expect(p02('FTZ:CBD').supervisor).toBe('BINHAI_HRSS');
    expect(p02('120101', { superiorAuthority: true })).toMatchObject({
      supervisor: 'MUNI_HRSS',
      supervisorInferred: true,
      guidedBy: null,
      basis: { supervision: { rulings: ['A-08'] } },
    });
  });
});

describe('competence over all cases', () => {
  const days = fc.date({ min: new Date('1990-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  const agencyCodes = new Set(agencies.map(({ code }) => code));

  test('exactly one organ decides, each part rests on a clause, and every organ is registered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('P01', 'P02'),
        fc.constantFrom(...permitLocations),
        fc.constantFrom(...everyApplicant),
        days,
        (item, location, applicant, at) => {
          const found = competence(item, location, applicant, at);
          for (const code of [found.decidedBy, found.legalAuthority, found.supervisor, ...found.filedWith]) {
            expect(agencyCodes).toContain(code);
          }
          expect(found.basis.decision.clauses.length).toBeGreaterThan(0);
          expect(found.basis.supervision.clauses.length).toBeGreaterThan(0);
          expect(found.filedWith.length > 0).toBe(found.basis.filing !== null);
          expect(found.legalAuthority === found.decidedBy).toBe(found.legalForm === 'OWN');
          expect(found.supervisorInferred).toBe(found.supervisor === 'MUNI_HRSS');
          expect(found.guidedBy).toBe(found.supervisor === 'MUNI_HRSS' ? null : 'MUNI_HRSS');
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('readings kept for an era agree with the answer of the day', () => {
    fc.assert(
      fc.property(fc.constantFrom('P01', 'P02'), fc.constantFrom(...permitLocations), days, (item, location, at) => {
        expect(competenceReadings(item, location, at).map((reading) => ({ ...reading, at }))).toEqual(
          everyApplicant.map((applicant) => competence(item, location, applicant, at)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['P03', '120101', dayOf2019, 'COMPETENCE_ITEM_UNKNOWN'],
    ['P01', '120107', dayOf2019, 'COMPETENCE_LOCATION_UNKNOWN'],
    ['P01', 'FTZ:NOWHERE', dayOf2019, 'COMPETENCE_LOCATION_UNKNOWN'],
    ['P02', '120101', '2019-02-29', 'COMPETENCE_DATE_INVALID'],
  ])('%s at %s on %s is refused as %s', (item, location, at, code) => {
    const ask = () => competence(item, location, domestic, at);
    expect(ask).toThrow(CompetenceError);
    expect(ask).toThrow(expect.objectContaining({ code }) as Error);
  });
});
