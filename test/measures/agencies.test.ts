import {
  agencies,
  agencyOfCode,
  agencyOfName,
  bodyOn,
  CHINA,
  districtOf,
  districts,
  isActiveOn,
  isAgencyKind,
  isPermitLocation,
  ownLocationOf,
  permitLocations,
  roles,
  TIANJIN,
  XIAMEN,
  xiamenDistricts,
} from '../../src/measures/agencies.js';
import { vocabularyCodes } from './vocabulary.js';

const codesIn = (jurisdiction: string): string[] => agencies.filter((agency) => agency.jurisdiction === jurisdiction).map(({ code }) => code);

describe('the register of agencies', () => {
  test('accounts for every code of the vocabulary, as an agency, a kind or a role, and as one of the last two only once', () => {
    const roleCodes = new Set(roles.map(({ code }) => code));
    const unaccounted = vocabularyCodes.filter((code) => !agencyOfCode(code) && !isAgencyKind(code) && !roleCodes.has(code));
    expect(unaccounted).toEqual([]);
    expect(roleCodes.size).toBe(roles.length);
    for (const role of roles) {
      expect(vocabularyCodes).toContain(role.code);
      expect([role.code, agencyOfCode(role.code), isAgencyKind(role.code)]).toEqual([role.code, null, false]);
      expect(role.zh).toMatch(/\p{Script=Han}/u);
      expect(role.en).toMatch(/^[a-z]/);
    }
  });

  test('holds every body once, under a kind of its own or one it shares', () => {
    expect(new Set(agencies.map(({ code }) => code)).size).toBe(agencies.length);
    expect(new Set(agencies.map(({ nameZh }) => nameZh)).size).toBe(agencies.length);
    for (const agency of agencies) {
      expect(isAgencyKind(agency.kind)).toBe(true);
      expect(agencyOfCode(agency.code)).toBe(agency);
      expect(agencyOfName(agency.nameZh)).toBe(agency);
      expect(agency.nameEn).toMatch(/^[A-Z]/);
      if (agency.partOf !== null) expect(agencyOfCode(agency.partOf)?.jurisdiction).toBe(agency.jurisdiction);
      if (agency.successor !== null) expect(agencyOfCode(agency.successor)?.validFrom).not.toBeNull();
      if (agency.kind === agency.code) expect(agencies.filter(({ kind }) => kind === agency.kind)).toHaveLength(1);
    }
  });

  test('Tianjin: the municipal bureau, two bureaus per district, the free-trade areas, divisions, authorities, platforms', () => {
    expect(districts).toHaveLength(16);
    expect(codesIn(TIANJIN)).toHaveLength(1 + 16 * 2 + 3 + 7 + 5 + 10 + 7);
    expect(agencyOfCode('BINHAI_APPROVAL')).toMatchObject({ kind: 'BINHAI_APPROVAL', district: '120116', nameZh: '天津市滨海新区行政审批局' });
    expect(agencyOfCode('BINHAI_HRSS')).toMatchObject({ kind: 'DISTRICT_HRSS', district: '120116' });
    expect(agencyOfCode('HEPING_APPROVAL')).toMatchObject({ kind: 'DISTRICT_APPROVAL', district: '120101', nameZh: '天津市和平区行政审批局' });
    expect(agencyOfCode('HEPING_HRSS')).toMatchObject({ nameZh: '天津市和平区人力资源和社会保障局', partOf: null });
    expect(agencyOfCode('FTZ_CBD_APPROVAL')).toMatchObject({ kind: 'FTZ_APPROVAL', district: '120116' });
    expect(agencyOfCode('BINHAI_FEB')).toMatchObject({ district: '120116' });
    expect(agencyOfCode('BINHAI_GOV')).toMatchObject({ district: '120116' });
    expect(agencies.filter(({ partOf }) => partOf === 'MUNI_HRSS')).toHaveLength(7);
    expect(agencies.filter(({ kind }) => kind === 'PARTNER_BUREAU')).toHaveLength(5);
  });

  test('the state and other states', () => {
    expect(codesIn(CHINA)).toEqual(['STATE_FEB', 'STATE_FEB_SYSTEM', 'MOHRSS']);
    expect(codesIn('US')).toEqual(['US_OFLC']);
    expect(agencyOfCode('US_OFLC')).toMatchObject({ kind: 'FOREIGN_REGISTER', district: null });
  });

  test('A-69, A-51 Xiamen: its bureau, three divisions, the platform and a bureau per district', () => {
    expect(codesIn(XIAMEN)).toHaveLength(5 + 6);
    expect(xiamenDistricts.map(({ code }) => code)).toEqual(['350203', '350205', '350206', '350211', '350212', '350213']);
    expect(agencyOfCode('XM_SIMING_HRSS')).toMatchObject({ kind: 'XM_DISTRICT_HRSS', district: '350203', nameZh: '厦门市思明区人力资源和社会保障局' });
    expect(agencies.filter(({ partOf }) => partOf === 'XM_HRSS').map(({ code }) => code)).toEqual(['XM_CREDIT_DIV', 'XM_INFO_DIV', 'XM_LAW_DIV']);
  });

  test('the labour relations division is one body under two codes', () => {
    expect(agencyOfCode('LABOUR_RELATIONS_DIV')).toBe(agencyOfCode('MUNI_LR_DIV'));
    expect(agencyOfCode('LABOUR_RELATIONS_DIV')?.nameZh).toBe('天津市人力资源和社会保障局劳动关系处');
  });

  test('agencies are found by exact name and code only', () => {
    expect(agencyOfName('天津市人力资源和社会保障局')?.code).toBe('MUNI_HRSS');
    for (const text of ['天津市人力资源和社会保障', '', 'constructor']) expect(agencyOfName(text)).toBeNull();
    for (const text of ['', 'constructor', '__proto__', 'muni_hrss']) expect(agencyOfCode(text)).toBeNull();
    for (const text of ['ANALYST', 'BINHAI_HRSS', '', 'constructor']) expect(isAgencyKind(text)).toBe(false);
  });

  test('A-57 the foreign experts bureau ends on 2020-04-14, its seat goes to the science and technology bureau', () => {
    const bureau = agencyOfCode('MUNI_FEB');
    const successor = agencyOfCode('MUNI_STB');
    const authority = agencyOfCode('BIZ_AUTHORITY');
    if (!bureau || !successor || !authority) throw new Error('the register names all three');
    expect([isActiveOn(bureau, '2020-04-14'), isActiveOn(bureau, '2020-04-15')]).toEqual([true, false]);
    expect([isActiveOn(bureau, '1990-01-01'), isActiveOn(successor, '2090-01-01')]).toEqual([true, true]);
    for (const later of [successor, authority]) expect([isActiveOn(later, '2020-04-14'), isActiveOn(later, '2020-04-15')]).toEqual([false, true]);
    expect([bodyOn('MUNI_FEB', '2020-04-14'), bodyOn('MUNI_FEB', '2020-04-15')]).toEqual(['MUNI_FEB', 'MUNI_STB']);
    expect([bodyOn('MUNI_HRSS', '2020-04-15'), bodyOn('NOBODY', '2020-04-15')]).toEqual(['MUNI_HRSS', 'NOBODY']);
    const dated = agencies.filter(({ validFrom, validTo }) => validFrom !== null || validTo !== null);
    expect(dated.map(({ code }) => code)).toEqual(['MUNI_FEB', 'MUNI_STB', 'BIZ_AUTHORITY']);
  });
});

describe('places', () => {
  test('XT-3.1b Binhai and each free-trade area stand for their own area, no other agency does', () => {
    const standing = agencies.flatMap((agency) => ownLocationOf(agency) ?? []);
    expect(standing.sort()).toEqual(['120116', 'FTZ:AIRPORT', 'FTZ:CBD', 'FTZ:DONGJIANG']);
  });

  test('A-07 a free-trade area belongs to Binhai', () => {
    expect(permitLocations).toHaveLength(19);
    for (const location of permitLocations) {
      expect(isPermitLocation(location)).toBe(true);
      expect(districtOf(location)).toBe(location.startsWith('FTZ:') ? '120116' : location);
    }
    for (const text of ['120107', '350203', 'FTZ:', 'FTZ:NOWHERE', '']) expect(isPermitLocation(text)).toBe(false);
  });
});
