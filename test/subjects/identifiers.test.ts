import { isCreditCode } from '../../src/subjects/identifiers/credit-code.js';
import { normaliseCode } from '../../src/subjects/identifiers/normalise.js';
import { isOrganisationCode } from '../../src/subjects/identifiers/organisation-code.js';

describe('unified social credit code, GB 32100', () => {
  test.each([
    '91350100M000100Y43', // printed in the standard
    '91120116758106933N',
    '91350200769265577B',
    '91350200MA2XWKFT29',
    '11230500001755309F',
    '11120116MB1A000286',
    '12120000MB1A0001XP', // inner check character X
    '51120104MJ060003XM',
    '52350203MJ0A00041P',
    '31120000MD0A00074F',
    '91120116MA0HUB014T',
    '91120118MA0HUB022J',
    '92120222MA0HUB0308', // a county code of before 2000: the division inside is history
    '93120225MA0HUB049D',
    '91350205MA0HUB0579',
    '92350212MA0HUB0655',
  ])('%s is valid', (code) => expect(isCreditCode(code)).toBe(true));

  test.each([
    ['91350200MA2xWKFT29', '91350200MA2XWKFT29'],
    ['９１１２０１１６７５８１０６９３３Ｎ', '91120116758106933N'],
    [' 91120116 758106933N ', '91120116758106933N'],
    ['91120116\u200B758106933N', '91120116758106933N'],
  ])('%s is normalised first', (text, code) => {
    expect(normaliseCode(text)).toBe(code);
    expect(isCreditCode(normaliseCode(text))).toBe(true);
  });

  test.each([
    ['91120116758106933M', 'check character'],
    ['91120116MA0HUB010E', 'right outside, wrong organisation code inside (GB 11714)'],
    ['911201167581O6933N', 'letter O'],
    ['9112011675810693', '16 characters'],
    ['9112011675810693N', '17 characters'],
    ['00000000000000000X', 'placeholder'],
    ['无', 'placeholder'],
    ['120116000000014', 'registration number'],
    ['', 'empty'],
  ])('%s is invalid: %s', (code) => expect(isCreditCode(code)).toBe(false));
});

describe('organisation code, GB 11714', () => {
  test.each(['D2143569X', 'D2143569-X', '758106933', 'M000100Y4', 'MA0HUB014', 'MB1A0001X'])('%s is valid', (code) =>
    expect(isOrganisationCode(code)).toBe(true),
  );
  test.each(['758106934', 'D21435690', '75810693'])('%s is invalid', (code) => expect(isOrganisationCode(code)).toBe(false));
});
