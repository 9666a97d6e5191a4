import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readHeader, recogniseHeader } from '../../src/intake/header.js';
import { fileProfiles, loadProfile, readProfile } from '../../src/intake/profile.js';

const valid = `
profile: own
title: own rows
jurisdiction: CN-TJ
numbering: { scheme: OWN }
holder: { by: code, kind: codes }
constants: { organ: BINHAI_APPROVAL, itemCode: P01 }
columns:
  - { field: documentNo, names: [No], required: true }
  - { field: holderName, names: [Name], required: true }
  - { field: creditCode, names: [Code], parse: code }
  - { field: decidedOn, names: [Day], parse: date, required: true }
  - { field: status, names: [State], default: ok }
decisions:
  ok: { outcome: GRANTED, status: VALID }
`;

const validLists = `
profile: own
holds: list-entries
title: own register
register:
  organ: US_OFLC
  number: [subjectName, town]
  subject: { scheme: OWN, fields: [subjectName, town] }
  sources: { separator: ';', form: '^list' }
  notes:
    - { says: REVOKED, match: 'taken back' }
constants: { list: BLACK, ground: G, legalBasis: L, documentNo: D, reason: R, subjectKind: ORGANISATION }
columns:
  - { field: subjectName, names: [Name], required: true }
  - { field: town, names: [Town] }
  - { field: validFrom, names: [From], parse: date, required: true }
  - { field: validTo, names: [To], parse: date }
  - { field: sources, names: [Lists], required: true }
`;

const fault = (change: (text: string) => string, text = valid): string => {
  try {
    readProfile(change(text), 'own.yaml');
  } catch (error) {
    return String(error);
  }
  return 'no fault';
};

describe('a profile', () => {
  test('of the project is read, each one', async () => {
    expect((await fileProfiles()).map(({ profile }) => profile)).toEqual(['credit-list', 'national-permit-2015', 'national-permit-2018', 'us-h2-debarments', 'us-oflc-h2a', 'us-oflc-h2b']);
    expect((await loadProfile('push')).profile).toBe('push');
  });

  test('is read from any path', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'concordat-profile-'));
    await writeFile(path.join(folder, 'own.yaml'), valid);
    expect(await loadProfile(path.join(folder, 'own.yaml'))).toMatchObject({ profile: 'own', emptyMarks: [], columns: [{ max: 4000 }, {}, {}, {}, {}] });
    await expect(loadProfile(path.join(folder, 'other.yaml'))).rejects.toMatchObject({ code: 'IMPORT_PROFILE_UNKNOWN' });
    await rm(folder, { recursive: true });
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['a parser that does not exist', (text) => text.replace('parse: date', 'parse: day'), /columns\[3\]\.parse: .*expected one of text, /],
    ['a key misspelt', (text) => text.replace('names: [Code]', 'name: [Code]'), /columns\[2\]\.names: .*expected array[\s\S]*columns\[2\]\.name: .*no such key/],
    ['a text for a number', (text) => text.replace('parse: date,', 'parse: date, max: many,'), /columns\[3\]\.max: .*expected number/],
    ['a field twice', (text) => text.replace('field: creditCode', 'field: holderName'), /columns\[2\]\.field: .*two columns/],
    ['a field that nothing knows or uses', (text) => text.replace('field: creditCode', 'field: credit'), /columns\[2\]\.field: .*did you mean creditCode/],
    ['no document number', (text) => text.replace(/.*documentNo.*\n/, ''), /columns: .*documentNo is missing/],
    ['a document number that may be empty', (text) => text.replace('names: [No], required: true', 'names: [No]'), /columns\[0\]\.required: .*must be required: true/],
    ['nobody who decided', (text) => text.replace('organ: BINHAI_APPROVAL, ', ''), /columns: .*who decided: give one of organ, organName/],
    ['an agency that is not registered', (text) => text.replace('BINHAI_APPROVAL', 'BINHAI'), /constants\.organ: .*hub agencies/],
    ['no kind of holder', (text) => text.replace(', kind: codes', ''), /holder\.kind: .*subjectKind/],
    ['a kind of holder that does not exist', (text) => text.replace('constants: { ', 'constants: { subjectKind: COMPANY, '), /constants\.subjectKind: .*ORGANISATION/],
    ['a condition on no field', (text) => text.replace('parse: code }', 'parse: code, requiredWhen: { kind: filled } }'), /columns\[2\]\.requiredWhen: .*the field kind/],
    ['a condition of another form', (text) => text.replace('parse: code }', 'parse: code, requiredWhen: { status: yes } }'), /columns\[2\]\.requiredWhen\.status: .*filled, empty or a list/],
    ['a text of no field', (text) => `${text}texts: { content: '{job}' }\n`, /texts\.content: .*the field job/],
    ['no decision', (text) => text.replace(/decisions:\n.*\n/, 'decisions: {}\n'), /decisions: .*at least one value/],
    ['a value that is a decision and is none', (text) => `${text}applications: { ok: RECEIVED }\n`, /applications\.ok: .*decision as well/],
    ['an outcome that does not exist', (text) => text.replace('GRANTED', 'GIVEN'), /decisions\.ok\.outcome: .*GRANTED, REFUSED/],
    ['broken YAML', (text) => text.replace('[No]', '[No'), /line 9, column \d+: .*YAML/],
    ['nothing', () => '', /\(root\): .*expected object/],
  ])('with %s is refused with the place and what is expected there', (_, change, told) => {
    const message = fault(change);
    expect(message).toContain('[IMPORT_PROFILE_INVALID]');
    expect(message).toContain('docs/recipes/import-your-own-file.md');
    expect(message).toMatch(told);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['a field that entries do not have', (text) => text.replace('field: validTo', 'field: certificateNo'), /columns\[3\]\.field: .*no field certificateNo/],
    ['no list', (text) => text.replace('list: BLACK, ', ''), /columns: .*the field list is missing/],
    ['no sources', (text) => text.replace(/.*Lists.*\n/, ''), /columns: .*the field sources is missing/],
    ['no number, of a list without register', (text) => text.replace(/register:\n(?: {2}.*\n)+/, ''), /columns: .*the field number is missing/],
    ['a naming by no field', (text) => text.replaceAll('town]', 'place]'), /register\.number\[1\]: .*place[\s\S]*register\.subject\.fields\[1\]: .*place/],
    ['a register of the city', (text) => text.replace('US_OFLC', 'MUNI_HRSS'), /register\.organ: .*another jurisdiction/],
    ['a broken pattern', (text) => text.replace('taken back', '(taken back'), /register\.notes\[0\]\.match: .*regular expression/],
    ['a meaning that does not exist', (text) => text.replace('REVOKED', 'GONE'), /register\.notes\[0\]\.says: .*REVOKED, PERMANENT/],
    ['another kind of rows', (text) => text.replace('list-entries', 'entries'), /holds: .*expected one of permits, list-entries/],
  ])('of lists with %s is refused with the place', (_, change, told) => expect(fault(change, validLists)).toMatch(told));

  test('without fault is not refused', () => expect([fault((text) => text), fault((text) => text, validLists)]).toEqual(['no fault', 'no fault']));
});

describe('the layout is recognised by the header', () => {
  const names = async (name: string, pick: (names: readonly string[]) => string | undefined) =>
    [...new Set((await loadProfile(name)).columns.filter(({ inHeader }) => inHeader).map(({ names: all }) => pick(all) ?? ''))];

  test.each(['national-permit-2018', 'national-permit-2015', 'us-oflc-h2a', 'us-oflc-h2b', 'credit-list', 'us-h2-debarments'])('%s, by names and by codes', async (name) => {
    expect((await recogniseHeader(await names(name, (all) => all[0]))).profile.profile).toBe(name);
    expect((await recogniseHeader(await names(name, (all) => all.at(-1)))).profile.profile).toBe(name);
  });

  test('and refused when several fit, or none', async () => {
    const both = [...new Set([...(await names('us-oflc-h2a', (all) => all[0])), ...(await names('us-oflc-h2b', (all) => all[0]))])];
    await expect(recogniseHeader(both)).rejects.toMatchObject({ code: 'IMPORT_PROFILE_AMBIGUOUS' });
    expect(readHeader(both, await loadProfile('us-oflc-h2a')).profile.profile).toBe('us-oflc-h2a');
    await expect(recogniseHeader(['CASE_NO', 'DECISION_DATE', 'CASE_STATUS', 'EMPLOYER_NAME'])).rejects.toThrow(/us-oflc-h2a.*EMPLOYER_STATE/);
  });
});
