import fc from 'fast-check';
import { districts } from '../../src/measures/agencies.js';
import { divisionAt, divisions, divisionsOf, successorOf } from '../../src/measures/divisions.js';
import { form2Row, industry } from '../../src/measures/industry.js';
import { clauseOf } from '../../src/measures/clauses.js';

describe('divisions', () => {
  it('are today the 16 districts of Tianjin that have bureaux, and the 6 of Xiamen', () => {
    expect(divisionsOf('TIANJIN', '2026-11-22').map(({ code, nameZh }) => `${code} ${nameZh}`)).toEqual(districts.map(({ code, zh }) => `${code} ${zh}`));
    expect(divisionsOf('XIAMEN', '2026-11-22').map(({ nameZh }) => nameZh)).toEqual(['思明区', '海沧区', '湖里区', '集美区', '同安区', '翔安区']);
    expect(divisionsOf(null, null)).toHaveLength(16 + 8 + 6 + 4);
  });

  it('read a reused code by its day: 350205 was 杏林区 and is 海沧区', () => {
    expect(divisionAt('350205', '2003-12-31')?.nameZh).toBe('杏林区');
    expect(divisionAt('350205', '2004-01-01')?.nameZh).toBe('海沧区');
    const xinglin = divisionAt('350205', '2000-06-01');
    expect(xinglin && successorOf(xinglin)).toMatchObject({ nameZh: '海沧区', until: null });
  });

  it('lead from a code of the past to the district of today', () => {
    const tanggu = divisionAt('120107', '2009-12-31');
    expect(tanggu && successorOf(tanggu)).toMatchObject({ code: '120116', nameZh: '滨海新区' });
    expect(divisionAt('120107', '2010-01-01')).toBeNull();
    expect(divisionAt('120222', '1999-01-01')).toMatchObject({ nameZh: '武清县' });
    expect(divisionAt('120114', '1999-01-01')).toBeNull();
    expect(divisionAt('999999', '2020-01-01')).toBeNull();
  });

  it('never give a code two meanings on one day, and every one of the past has a successor in its city', () => {
    const years = fc.integer({ min: 1980, max: 2030 });
    fc.assert(
      fc.property(fc.constantFrom(...divisions()), years, ({ code }, year) => {
        const at = `${year}-07-01`;
        expect(divisionsOf(null, at).filter((division) => division.code === code).length).toBeLessThanOrEqual(1);
      }),
    );
    for (const division of divisions()) {
      expect(successorOf(division)).toMatchObject({ city: division.city, until: null });
      expect(division.until === null).toBe(division.now === null);
    }
  });
});

describe('industries and the rows of Form 2', () => {
  it('XT-A2.4 the rows are those printed, and each of 2 to 21 takes exactly one section', () => {
    const printed = clauseOf('XT-A2.4')?.rule['rows'];
    expect(Object.fromEntries(industry().rows.map(({ row, labelZh }) => [row, labelZh]))).toEqual(printed);
    expect(industry().sections.map(({ row }) => row).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
  });

  it('divide the two-digit codes 01 to 97 among the sections without a gap', () => {
    const codes = industry().sections.flatMap(({ first, last }) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i),
    );
    expect(codes).toEqual(Array.from({ length: 97 }, (_, i) => i + 1));
  });

  it('XT-A2.4 the division decides where it is listed by itself, else the section', () => {
    expect(form2Row('L7263')).toMatchObject({ row: 13, by: 'SECTION', doubtful: false, reason: null });
    expect(form2Row('F')).toMatchObject({ row: 9, labelZh: '八、批发和零售业', by: 'SECTION' });
    expect(form2Row('S94')).toMatchObject({ row: 18, by: 'SPLIT', doubtful: false });
    expect(form2Row('S91')).toMatchObject({ row: 20, by: 'SECTION' });
    expect(form2Row('N79')).toMatchObject({ row: 15, by: 'SPLIT', doubtful: true });
  });

  it('XT-A2.4 a filer chooses another row with a reason only', () => {
    const choice = form2Row('C43', { row: 16, reason: '以修理为主' });
    expect(choice).toMatchObject({ row: 16, labelZh: '十五、居民服务和其他服务业', by: 'FILER', reason: '以修理为主', doubtful: true });
    expect(choice.mappingVersion).toBe(industry().version);
    for (const row of [0, 1, 22]) expect(() => form2Row('C43', { row, reason: 'x' })).toThrow(RangeError);
    expect(() => form2Row('C43', { row: 16, reason: ' ' })).toThrow(RangeError);
  });

  it('refuses what is no code', () => {
    for (const code of ['', 'Z', 'l72', 'L73', 'A00', 'L7', 'L72635', '72']) expect(() => form2Row(code)).toThrow(RangeError);
  });
});
