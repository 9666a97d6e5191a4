import { agencies } from '../../src/measures/agencies.js';
import { certificateStock, isSeriesNumber, needsSeriesNumber } from '../../src/measures/certificate-number.js';
import { permitItemCodes } from '../../src/measures/permit-items.js';

describe('certificate numbers of labour dispatch (XT-4.1.2c, A-03)', () => {
  test.each(['12010000', '12010001', '12019999'])('XT-4.1.2c %s is a number of the series', (text) => {
    expect(isSeriesNumber(text)).toBe(true);
  });

  test.each(['1201000', '12020001', '1201０００１', '120100001', ' 12010001', '12010001\n', '1201000A', ''])('XT-4.1.2c %j is none', (text) => {
    expect(isSeriesNumber(text)).toBe(false);
  });

  test('A-03 binds certificates of P01 from Binhai and the free-trade areas, and no others', () => {
    const bound = agencies.flatMap(({ code, kind }) => permitItemCodes.filter((item) => needsSeriesNumber(item, kind)).map((item) => `${item} ${code}`));
    expect(bound.sort()).toEqual(['P01 BINHAI_APPROVAL', 'P01 FTZ_AIRPORT_APPROVAL', 'P01 FTZ_CBD_APPROVAL', 'P01 FTZ_DONGJIANG_APPROVAL']);
  });

  test('A-03 the series holds 10,000 numbers and warns from nine tenths on', () => {
    expect(certificateStock(0)).toEqual({ used: 0, capacity: 10_000, share: 0, warning: false });
    expect(certificateStock(8_999)).toMatchObject({ share: 0.8999, warning: false });
    expect(certificateStock(9_000)).toMatchObject({ share: 0.9, warning: true });
    expect(certificateStock(10_000)).toMatchObject({ share: 1, warning: true });
  });
});
