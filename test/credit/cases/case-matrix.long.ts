import { agencies } from '../../../src/measures/agencies.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { CreditHub, caseNoOf, codesOf, granted } from '../credit-hub.js';

/**
 * Who sees which case, against the rule written here: the organ that answers for the entry, and the centre of its city.
 * Cases of others change nothing in what anybody is answered.
 */
const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

interface Filed {
  readonly caseNo: string;
  readonly entryNo: string;
  readonly organ: string;
  readonly centre: string;
}
const cases: Filed[] = [];

const organs = ['HEPING_HRSS', 'HEDONG_HRSS', 'MUNI_HRSS', 'HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_AIRPORT_APPROVAL', 'XM_HRSS', 'XM_SIMING_HRSS'];
const handling = ['MUNI_HRSS', 'DISTRICT_HRSS', 'DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL', 'XM_HRSS', 'XM_DISTRICT_HRSS', 'XM_UNIT', 'CREDIT_PLATFORM', 'XM_CREDIT_DIV'];

interface Viewer {
  readonly agency: string;
  readonly kind: string;
  readonly role?: string;
}
/** One agency of every kind, those that answer for cases, and roles that add nothing. */
const everyone: readonly Viewer[] = [
  ...new Map([...[...agencies].filter(({ validTo }) => validTo === null).map(({ kind, code }): [string, Viewer] => [kind, { agency: code, kind }])]).values(),
  ...[...agencies].filter(({ code }) => organs.includes(code)).map(({ kind, code }): Viewer => ({ agency: code, kind })),
  { agency: 'MUNI_HRSS', kind: 'MUNI_HRSS', role: 'AUDITOR' }, { agency: 'HEPING_HRSS', kind: 'DISTRICT_HRSS', role: 'ANALYST' },
];

/** Files a case about a new entry of an organ; every second one by the centre, and of every kind and state. */
async function add(organ: string, n: number): Promise<Filed> {
  const centre = organ.startsWith('XM_') ? 'XM_CREDIT_DIV' : 'CREDIT_PLATFORM';
  const entryNo = await hub.list(organ, { number: `m${n}`, subjectUscc: n % 2 === 0 ? codesOf.one : codesOf.other, district: null });
  const filer = n % 2 === 0 && n % 3 !== 0 ? centre : organ;
  const kind = n % 4 < 2 ? 'OBJECTION' : 'REPAIR';
  const caseNo = caseNoOf(await hub.file(filer, entryNo, kind, '2026-07-12', { number: `c${n}`, ...(kind === 'OBJECTION' ? { changes: [{ field: 'GROUND', value: 'OTHER' }] } : {}) }));
  if (n % 5 === 1) granted(await hub.handle(centre, caseNo, 'DECLINE', '2026-07-13'));
  if (n % 5 === 2) await hub.review(caseNo, '2026-07-13');
  return { caseNo, entryNo, organ, centre };
}

beforeAll(async () => {
  hub = await CreditHub.start({ clock });
  for (const [i, organ] of organs.entries()) cases.push(await add(organ, i), await add(organ, i + organs.length));
}, 60_000);
afterAll(() => hub.close());

const fields = `caseNo kind entryNo jurisdiction state filedOn grounds promiseGiven acceptanceDue organDue answerDue dueProvisional nextDue overdueFrom extendedOn acceptedOn reviewedOn closedOn
  centreOpinion organOpinion outcome responsibleOrgan { code } filedBy { code } changes { field oldValue newValue }`;
const filters = ['', 'kind: REPAIR', 'state: FILED', 'overdueOn: "2026-11-22"', 'dueBy: "2026-07-15"', 'responsibleOrgan: "HEPING_HRSS"', 'filedFrom: "2026-07-12"'];
const page = filters.map((filter, i) => `f${i}: creditCases(first: 100${filter === '' ? '' : `, filter: {${filter}}`}) { totalCount nodes { ${fields} } pageInfo { hasNextPage } }`).join(' ');

async function bodyAs({ agency, role }: Viewer, query: string): Promise<string> {
  const token = await hub.running.hub.issuer.issue(agency, role ?? null);
  const response = await fetch(hub.running.hub.url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query }) });
  return response.text();
}
const sees = ({ agency, role }: Viewer, { organ, centre }: Filed): boolean => role === undefined && (agency === organ || agency === centre);
const numbers = (body: string): string[] => [...body.matchAll(/"caseNo":"([^"]*)"/g)].map(([, number]) => number ?? '');

test.each(everyone.map((viewer) => [`${viewer.agency} ${viewer.role ?? ''}`.trim(), viewer] as const))('YZ-3.5b, B-38, B-40: %s sees the cases it has a part in, by every way, and no other', async (_name, viewer) => {
  const body = await bodyAs(viewer, `{ creditCases(first: 100) { totalCount nodes { ${fields} } } }`);
  if (viewer.role !== undefined || !handling.includes(viewer.kind)) {
    expect(body).toContain('BOUNDARY_DENIED');
    expect(JSON.parse(body)).toMatchObject({ data: { creditCases: null } });
    return;
  }
  const expected = cases.filter((one) => sees(viewer, one)).map(({ caseNo }) => caseNo).reverse();
  expect(numbers(body)).toEqual(expected);
  expect(JSON.parse(body)).toMatchObject({ data: { creditCases: { totalCount: expected.length } } });
  expect(body).not.toContain('errors');
  for (const one of cases) {
    const single = await bodyAs(viewer, `{ creditCase(caseNo: "${one.caseNo}") { caseNo } creditCases(first: 9, filter: {entryNo: "${one.entryNo}"}) { totalCount } }`);
    expect([one.caseNo, JSON.parse(single)]).toEqual([one.caseNo, { data: { creditCase: sees(viewer, one) ? { caseNo: one.caseNo } : null, creditCases: { totalCount: sees(viewer, one) ? 1 : 0 } }, extensions: expect.anything() as unknown }]);
  }
});

test('cases of others, filed, moved and ended, change nothing in what an agency is answered', async () => {
  const others: Readonly<Record<string, string>> = { HEPING_HRSS: 'HEDONG_HRSS', HEDONG_HRSS: 'XM_SIMING_HRSS', XM_CREDIT_DIV: 'HEPING_APPROVAL', CREDIT_PLATFORM: 'XM_HRSS', XM_HRSS: 'XM_SIMING_HRSS', HEPING_APPROVAL: 'MUNI_HRSS' };
  let n = 100;
  for (const [agency, organ] of Object.entries(others)) {
    const viewer = { agency, kind: '' };
    const before = await bodyAs(viewer, `{ ${page} }`);
    expect(before).not.toContain('errors');
    for (let i = 0; i < 3; i += 1) cases.push(await add(organ, (n += 1)));
    expect([agency, await bodyAs(viewer, `{ ${page} }`)]).toEqual([agency, before]);
  }
}, 60_000);

test('the grounds of a case reach nobody by the entry, its mark, its changes or an export of the lists', async () => {
  for (const agency of ['BLACKLIST_DB', 'JOINT_SANCTION_PLATFORM', 'HEXI_HRSS', 'XM_CITY_CREDIT']) {
    const body = await bodyAs({ agency, kind: '' }, '{ creditList(first: 100) { nodes { entryNo state openCase ground subjectName } } }');
    for (const { caseNo } of cases) expect(body).not.toContain(caseNo);
    expect(body).not.toContain('已履行全部义务');
  }
});
