import {
  agencies,
  agencyOfCode,
  agencyOfName,
  districtOf,
  districts,
  isPermitLocation,
  ownLocationOf,
  permitLocations,
} from '../../src/measures/agencies.js';

describe('agencies', () => {
  test('are the municipal bureau, two bureaus per district, the free-trade areas and the foreign register', () => {
    expect(districts).toHaveLength(16);
    expect(agencies).toHaveLength(1 + 16 * 2 + 3 + 1);
    expect(new Set(agencies.map(({ code }) => code)).size).toBe(agencies.length);
    expect(new Set(agencies.map(({ nameZh }) => nameZh)).size).toBe(agencies.length);
    expect(agencyOfCode('BINHAI_APPROVAL')).toMatchObject({ kind: 'BINHAI_APPROVAL', district: '120116' });
    expect(agencyOfCode('BINHAI_HRSS')).toMatchObject({ kind: 'DISTRICT_HRSS', district: '120116' });
    expect(agencyOfCode('HEPING_APPROVAL')).toMatchObject({ kind: 'DISTRICT_APPROVAL', district: '120101' });
    expect(agencyOfCode('US_OFLC')).toMatchObject({ kind: 'FOREIGN_REGISTER', jurisdiction: 'US', district: null });
  });

  test('are found by exact name only', () => {
    expect(agencyOfName('天津市人力资源和社会保障局')?.code).toBe('MUNI_HRSS');
    expect(agencyOfName('天津市人力资源和社会保障')).toBeNull();
    expect(agencyOfName('constructor')).toBeNull();
  });

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
    expect(isPermitLocation('120107')).toBe(false);
  });
});
