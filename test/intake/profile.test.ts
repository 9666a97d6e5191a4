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

const fault = (change: (text: string) => string): string => {
  try {
    readProfile(change(valid), 'own.yaml');
  } catch (error) {
    return String(error);
  }
  return 'no fault';
};

describe('a profile', () => {
  test('of the project is read, each one', async () => {
    expect((await fileProfiles()).map(({ profile }) => profile)).toEqual(['national-permit-2015', 'national-permit-2018', 'us-oflc-h2a', 'us-oflc-h2b']);
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

  test('without fault is not refused', () => expect(fault((text) => text)).toBe('no fault'));
});

describe('the layout is recognised by the header', () => {
  const names = async (name: string, pick: (names: readonly string[]) => string | undefined) =>
    [...new Set((await loadProfile(name)).columns.filter(({ inHeader }) => inHeader).map(({ names: all }) => pick(all) ?? ''))];

  test.each(['national-permit-2018', 'national-permit-2015', 'us-oflc-h2a', 'us-oflc-h2b'])('%s, by names and by codes', async (name) => {
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
