import { nationalFile, TestIntake, validRow } from '../intake/permit-file.js';
import { importFile } from '../../src/intake/import-file.js';
import { FixedClock } from '../../src/measures/clock.js';
import { sampleHub, type SampleHub } from '../support/sample-hub.js';

interface Answer {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
}

/** The example of GB 11643 and a made-up passport; nobody's. */
const [citizen, passport] = ['11010519491231002X', 'E98765432'];

let running: SampleHub;
let intake: TestIntake;
let permit = '';

async function ask(agency: string, query: string, headers: Readonly<Record<string, string>> = {}, extensions?: object): Promise<Answer & { readonly status: number }> {
  const response = await fetch(running.hub.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await running.hub.issuer.issue(agency, null)}`, ...headers },
    body: JSON.stringify({ query, ...(extensions ? { extensions } : {}) }),
  });
  return { status: response.status, ...((await response.json()) as Answer) };
}

const forCase = { 'x-concordat-purpose': 'CASE_HANDLING', 'x-concordat-case': encodeURIComponent('津和人社〔2026〕8号') };
const identities = (id: string): string => `{ personalIdentities(permit: ${JSON.stringify(id)}) { role scheme number } }`;

beforeAll(async () => {
  running = await sampleHub();
  intake = await TestIntake.begin(running.database);
  const row = {
    ...validRow, subjectKind: '自然人', creditCode: '', holderName: '虚构人甲', holderIdKind: '身份证', holderIdNumber: citizen,
    representativeIdKind: '护照号', representativeIdNumber: passport, documentNo: '津滨审许〔2019〕77号',
    certificateNo: '12017777',
  };
  const ledger = await importFile(running.database, { file: await intake.write(nationalFile([row])), clock: new FixedClock('2020-06-01T00:00:00Z'), keyRing: running.keyRing });
  expect([ledger.rejections, ledger.doubts]).toEqual([[], []]);
  const { data } = await ask('BINHAI_APPROVAL', '{ permits(first: 1, filter: {documentNo: "津滨审许〔2019〕77号"}) { nodes { id } } }');
  permit = (data?.['permits'] as { nodes: { id: string }[] }).nodes[0]?.id ?? '';
  expect(permit).not.toBe('');
});
afterAll(async () => {
  await intake.remove();
  await running.close();
});

test('XT-5.2.2a the deciding bureau reads identity numbers of one permit for a purpose and a case, which stand in the evidence', async () => {
  const expected = [
    { role: 'HOLDER', scheme: 'CITIZEN_NO', number: citizen },
    { role: 'LEGAL_REPRESENTATIVE', scheme: 'PASSPORT', number: passport },
  ];
  expect((await ask('BINHAI_APPROVAL', identities(permit), forCase)).data).toEqual({ personalIdentities: expected });
  const byExtensions = await ask('BINHAI_APPROVAL', identities(permit), {}, { purpose: 'SUPERVISION', caseNo: '案-1' });
  expect(byExtensions.data).toEqual({ personalIdentities: expected });
  const { rows } = await running.database.pool().query<{ entry: string }>('SELECT entry FROM hub.access_entry ORDER BY chain, position DESC LIMIT 2');
  expect(rows.map(({ entry }) => entry).join()).toMatch(/"purpose":"SUPERVISION","case":"案-1".*"purpose":"CASE_HANDLING","case":"津和人社〔2026〕8号"/);
  expect(rows.map(({ entry }) => entry).join()).not.toContain(citizen);
});

test.each([
  ['nothing declared', {}],
  ['no case number', { 'x-concordat-purpose': 'CASE_HANDLING' }],
  ['no purpose', { 'x-concordat-case': '1' }],
  ['a purpose of other work', { 'x-concordat-purpose': 'JOINT_SANCTION', 'x-concordat-case': '1' }],
])('with %s it is denied, and the denial says what would do', async (_what, headers) => {
  const answer = await ask('BINHAI_APPROVAL', identities(permit), headers);
  expect(answer).toMatchObject({ data: { personalIdentities: null }, errors: [{ extensions: { code: 'BOUNDARY_DENIED', coordinate: 'Query.personalIdentities', basis: { missing: expect.arrayContaining(['PURPOSE']) as string[] } } }] });
});

test('another bureau’s permit, an unknown id and a holder’s id answer alike; who decides nothing may not ask', async () => {
  const nothing = { data: { personalIdentities: [] } };
  expect(await ask('HEDONG_APPROVAL', identities(permit), forCase)).toMatchObject(nothing);
  for (const id of ['', 'x', `${permit}x`]) expect(await ask('BINHAI_APPROVAL', identities(id), forCase)).toMatchObject(nothing);
  const denied = await ask('HEPING_HRSS', identities(permit), forCase);
  expect(denied.errors?.[0]?.extensions).toMatchObject({ code: 'BOUNDARY_DENIED', coordinate: 'Query.personalIdentities' });
});

test.each([
  [{ 'x-concordat-purpose': 'CURIOSITY', 'x-concordat-case': '1' }, undefined, 'PURPOSE_UNKNOWN'],
  [{ 'x-concordat-purpose': 'AUDIT' }, { purpose: 'SUPERVISION' }, 'PURPOSE_UNKNOWN'],
  [{}, { purpose: 7 }, 'PURPOSE_UNKNOWN'],
  [{ 'x-concordat-case': '%E0%A4%A' }, undefined, 'CASE_INVALID'],
  [{ 'x-concordat-case': '' }, undefined, 'CASE_INVALID'],
  [{}, { caseNo: 'a\u0000b' }, 'CASE_INVALID'],
  [{}, { caseNo: 'x'.repeat(65) }, 'CASE_INVALID'],
  [{ 'x-concordat-case': '1' }, { caseNo: '2' }, 'CASE_INVALID'],
])('what cannot be recorded as declared is refused, not dropped: %j %j %s', async (headers, extensions, code) => {
  const answer = await ask('BINHAI_APPROVAL', '{ viewer { principal } }', headers, extensions);
  expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code } }] });
});
