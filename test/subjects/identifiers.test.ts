import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import { z } from 'zod';
import { readCitizenNumber } from '../../src/subjects/identifiers/citizen-number.js';
import { creditCodeCheck, innerOrganisationCode, isCreditCode } from '../../src/subjects/identifiers/credit-code.js';
import { isFiller, normaliseCode, normaliseIdentifier } from '../../src/subjects/identifiers/normalise.js';
import { isOrganisationCode, organisationCodeCheck } from '../../src/subjects/identifiers/organisation-code.js';
import { isRegistrationNumber } from '../../src/subjects/identifiers/registration-number.js';
import { maskIdentifier, readIdentityDocument, readOpenIdentifier } from '../../src/subjects/identifiers/schemes.js';

const wrong = z.array(z.object({ v: z.string(), why: z.string() }));
const vectors = z
  .object({
    uscc: z.object({
      valid: z.array(z.object({ v: z.string() })),
      validAfterNormalising: z.array(z.object({ v: z.string(), becomes: z.string() })),
      invalid: wrong,
    }),
    orgCode: z.object({ valid: z.array(z.string()), invalid: wrong }),
    citizenNo: z.object({ valid: z.array(z.object({ v: z.string(), born: z.string(), sex: z.enum(['F', 'M']) })), invalid: wrong }),
    regNo: z.object({ valid: z.array(z.string()), invalid: wrong }),
  })
  .parse(parse(readFileSync(new URL('../../../test/fixtures/code-vectors.yaml', import.meta.url), 'utf8')));

const today = '2020-06-01';
const digits = '0123456789';
const creditAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A valid code with one character replaced by another one of `characters`. */
function changed(valid: fc.Arbitrary<string>, characters: string): fc.Arbitrary<string> {
  return fc
    .tuple(valid, fc.nat(17), fc.constantFrom(...Array.from(characters)))
    .map(([code, at, character]) => [code, code.slice(0, at % code.length) + character + code.slice((at % code.length) + 1)])
    .filter(([code, other]) => code !== other)
    .map(([, other = '']) => other);
}

const digitsOf = (length: number) => fc.string({ unit: fc.constantFrom(...Array.from(digits)), minLength: length, maxLength: length });

const organisationCode = fc
  .string({ unit: fc.constantFrom(...Array.from(creditAlphabet)), minLength: 8, maxLength: 8 })
  .map((body) => body + organisationCodeCheck(body));
const creditCode = fc
  .tuple(fc.constantFrom('91', '92', '93', '11', '52'), digitsOf(6), organisationCode)
  .map((parts) => parts.join(''))
  .map((body) => body + creditCodeCheck(body));

describe('unified social credit code, GB 32100', () => {
  test.each(vectors.uscc.valid)('$v is valid', ({ v }) => expect(isCreditCode(v)).toBe(true));
  test.each(vectors.uscc.invalid)('$v is invalid: $why', ({ v }) => expect(isCreditCode(normaliseIdentifier(v) ?? '')).toBe(false));
  test.each(vectors.uscc.validAfterNormalising)('$v becomes $becomes', ({ v, becomes }) => {
    expect(normaliseIdentifier(v)).toBe(becomes);
    expect(isCreditCode(becomes)).toBe(true);
  });

  test('any single other character is refused, in every position', () => {
    fc.assert(fc.property(changed(creditCode, creditAlphabet), (code) => !isCreditCode(code)), { numRuns: 2000 });
    fc.assert(fc.property(changed(creditCode, 'IOSVZ无-a Ａ'), (code) => !isCreditCode(code)));
  });

  test('the division in it is any six digits: history, never tested', () => {
    fc.assert(fc.property(creditCode, (code) => isCreditCode(code) && isOrganisationCode(innerOrganisationCode(code))));
  });
});

describe('organisation code, GB 11714', () => {
  test.each(vectors.orgCode.valid)('%s is valid', (code) => expect(isOrganisationCode(code)).toBe(true));
  test.each(vectors.orgCode.invalid)('$v is invalid: $why', ({ v }) => expect(isOrganisationCode(v)).toBe(false));

  test('may be printed with a hyphen, and is compared without it', () => {
    expect(readOpenIdentifier('ORGANISATION_CODE', ' d2143569-x ')).toEqual({ scheme: 'ORGANISATION_CODE', value: 'D2143569X' });
    expect(readOpenIdentifier('ORGANISATION_CODE', '758106934')).toBeUndefined();
  });

  test('any single other digit is refused (letters that differ by 11 are beyond modulus 11)', () => {
    const numeric = digitsOf(8).map((body) => body + organisationCodeCheck(body));
    fc.assert(fc.property(changed(numeric, digits), (code) => !isOrganisationCode(code)), { numRuns: 1000 });
  });
});

describe('citizen number, GB 11643', () => {
  test.each(vectors.citizenNo.valid)('example of the standard: born $born, $sex', ({ v, born, sex }) => {
    expect(readCitizenNumber(v, today)).toEqual({ born, sex: sex === 'F' ? 'FEMALE' : 'MALE' });
  });
  test.each(vectors.citizenNo.invalid)('invalid: $why', ({ v }) => expect(readCitizenNumber(v, today)).toBeNull());

  test('a day after today is no date of birth, on the day itself it is one', () => {
    expect(readCitizenNumber('11010519491231002X', '1949-12-30')).toBeNull();
    expect(readCitizenNumber('11010519491231002X', '1949-12-31')).not.toBeNull();
  });

  test('any single other character is refused', () => {
    const examples = fc.constantFrom(...vectors.citizenNo.valid.map(({ v }) => v));
    fc.assert(fc.property(changed(examples, `${digits}X`), (number) => readCitizenNumber(number, today) === null), { numRuns: 1000 });
  });
});

describe('registration number, ISO 7064 MOD 11,10', () => {
  test.each(vectors.regNo.valid)('%s is valid', (number) => expect(isRegistrationNumber(number)).toBe(true));
  test.each(vectors.regNo.invalid)('$v is invalid: $why', ({ v }) => expect(isRegistrationNumber(v)).toBe(false));

  test('of ten numbers that differ in the last digit one is valid, and any single other digit is refused', () => {
    const valid = digitsOf(14).map((body) => {
      const all = Array.from(digits, (check) => body + check).filter(isRegistrationNumber);
      expect(all).toHaveLength(1);
      return all[0] ?? '';
    });
    fc.assert(fc.property(changed(valid, digits), (number) => !isRegistrationNumber(number)), { numRuns: 1000 });
  });
});

describe('normalising', () => {
  test.each(['', ' ', '无', '/', '／', '-', '－', 'null', 'NULL', '00000000000000000X', '000000000000000000', '\u200B'])('"%s" is nothing', (mark) => {
    expect(normaliseIdentifier(mark)).toBeNull();
  });

  test.each([
    ['91120116\u200B758106933N', '91120116758106933N'],
    ['\uFEFF91120116\u00A0758106933n', '91120116758106933N'],
    ['１２０１１６０００００００１４', '120116000000014'],
  ])('%s becomes %s', (text, code) => expect(normaliseIdentifier(text)).toBe(code));

  test('is idempotent', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => normaliseCode(normaliseCode(text)) === normaliseCode(text)));
  });

  test.each(['111111111111111', '99999999X', '123456789012345', 'XXXXXXXXX'])('%s is filler', (value) => expect(isFiller(value)).toBe(true));
  test.each([...vectors.regNo.valid, ...vectors.orgCode.valid])('%s is none', (value) => expect(isFiller(value)).toBe(false));
});

describe('identity documents', () => {
  test.each([
    ['身份证', '11010519491231002x', 'CITIZEN_NO', '11010519491231002X'],
    ['01', '440524188001010014', 'CITIZEN_NO', '440524188001010014'],
    ['护照号', 'e 12345678', 'PASSPORT', 'E12345678'],
    ['港澳居民来往内地通行证', 'H12345678', 'HONGKONG_MACAO_PERMIT', 'H12345678'],
    ['台湾居民来往大陆通行证', '12345678', 'TAIWAN_PERMIT', '12345678'],
    ['05', 'XYZ110000000001', 'PERMANENT_RESIDENCE', 'XYZ110000000001'],
    ['其他-军官证', '军字第0012345号', undefined, ''],
    ['其他-军官证', '0012345', 'OTHER_DOCUMENT', '军官证:0012345'],
    [null, '11010519491231002X', 'CITIZEN_NO', '11010519491231002X'],
    [null, 'E12345678', 'OTHER_DOCUMENT', 'E12345678'],
    ['身份证', '110105194912310021', undefined, ''],
    ['学生证', '12345678', undefined, ''],
    ['护照号', '见附件', undefined, ''],
  ])('%s %s', (kind, number, scheme, value) => {
    expect(readIdentityDocument(kind, number, today)).toEqual(scheme === undefined ? undefined : { scheme, value });
  });

  test('without a number are none', () => {
    expect(readIdentityDocument('身份证', null, today)).toBeNull();
    expect(readIdentityDocument('身份证', '无', today)).toBeNull();
  });

  test('show their last four characters, where as many stay hidden', () => {
    expect(maskIdentifier({ scheme: 'CITIZEN_NO', value: '11010519491231002X' })).toBe('**************002X');
    expect(maskIdentifier({ scheme: 'PASSPORT', value: 'E12345678' })).toBe('*****5678');
    expect(maskIdentifier({ scheme: 'OTHER_DOCUMENT', value: 'A123456' })).toBe('*******');
  });
});
