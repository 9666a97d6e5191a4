import pg from 'pg';
import { othersReadsViewers, ownReadsViewers } from '../../src/access/log/access-log-query.js';
import { fillRegister } from '../../src/access/log/access-register.js';
import { readerRole } from '../../src/boundary/view-names.js';
import { databaseUrl } from '../../src/database/database-settings.js';
import { boundaryPolicy } from '../../src/server/schema.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { RunningHub } from '../feed/running-hub.js';

/** B-56: the access log for the owner of the data, for the auditor, and for each bureau its own part of it. */

interface Read {
  readonly agency: { readonly code: string };
  readonly subjects: readonly string[];
  readonly [field: string]: unknown;
}
interface Page {
  readonly nodes: readonly Read[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
}
interface Reply {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
}

let running: RunningHub;
let owner: pg.Client;
beforeAll(async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
  owner = new pg.Client({ connectionString: databaseUrl(running.database.settings) });
  await owner.connect();
  const [first, second] = [await addSubject(owner, '甲'), await addSubject(owner, '乙')];
  await addPermits(owner, [{ documentNo: 'D1', holderId: first }, { documentNo: 'D2', holderId: second }, { documentNo: 'D3', holderId: second, district: '120103', decidedBy: 'HEXI_APPROVAL' }]);
});
afterAll(async () => {
  await owner.end();
  await running.close();
});
beforeEach(async () => {
  await fillRegister(running.database);
  await owner.query('TRUNCATE hub.access_read, hub.access_subject');
});

async function ask(query: string, agency: string, more: { readonly role?: string; readonly headers?: Record<string, string>; readonly variables?: object } = {}): Promise<Reply> {
  const response = await fetch(running.hub.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await running.hub.issuer.issue(agency, more.role ?? null)}`, 'content-type': 'application/json', ...more.headers },
    body: JSON.stringify({ query, variables: more.variables }),
  });
  return (await response.json()) as Reply;
}

const everything = `recordedAt receivedAt startedAt executedAt agency { code } account role purpose caseNo documentHash operation plan coordinates outcome
  status records subjects resultDigest boundary entry`;
const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** The log as a viewer is shown it, after the register has taken what is durable. */
async function reads(agency: string, filter: object | null = null, more: { readonly role?: string; readonly first?: number; readonly after?: string; readonly last?: number; readonly before?: string } = {}): Promise<Page> {
  await fillRegister(running.database);
  const { data, errors } = await ask(
    `query Log($first: Int, $after: String, $last: Int, $before: String, $filter: AccessLogFilter) { accessLog(first: $first, after: $after, last: $last, before: $before, filter: $filter) { nodes { ${everything} } ${pageInfo} } }`,
    agency,
    { ...more, variables: { ...(more.last === undefined ? { first: more.first ?? 50, after: more.after } : { last: more.last, before: more.before }), filter } },
  );
  expect(errors).toBeUndefined();
  return data?.['accessLog'] as Page;
}

const permit = (documentNo: string): string => `query One { permit(documentNo: "${documentNo}") { status holder { id name } } }`;

async function subjectOf(documentNo: string): Promise<string> {
  const { data } = await ask(permit(documentNo), 'MUNI_HRSS');
  return (data as { permit: { holder: { id: string } } }).permit.holder.id;
}

test('XM-3.5.8 SX-3.2.4.2 who looked at this company: agency, account, time, purpose, case and what was read, and no value', async () => {
  const subject = await subjectOf('D1');
  await fillRegister(running.database);
  await owner.query('TRUNCATE hub.access_read, hub.access_subject');
  const before = Date.now();
  await ask(permit('D1'), 'HEPING_HRSS', { headers: { 'x-concordat-purpose': 'SUPERVISION', 'x-concordat-case': 'JC-2026-7' } });
  await ask(permit('D2'), 'HEPING_HRSS');
  const { nodes } = await reads('MUNI_HRSS', { subject });
  const text: unknown = expect.any(String);
  const like = (form: RegExp): unknown => expect.stringMatching(form);
  const coordinates: unknown = expect.arrayContaining(['Permit.status', 'Query.permit', 'Subject.name']);
  expect(nodes).toEqual([
    {
      recordedAt: text, receivedAt: text, startedAt: text, executedAt: text,
      agency: { code: 'HEPING_HRSS' }, account: 'heping_hrss-local', role: null, purpose: 'SUPERVISION', caseNo: 'JC-2026-7',
      documentHash: like(/^[0-9a-f]{64}$/), operation: 'One', plan: like(/^[0-9a-f]{64}$/),
      coordinates,
      outcome: 'ANSWERED', status: 200, records: 1, subjects: [subject], resultDigest: like(/^[\w-]{43}$/),
      boundary: text, entry: like(/^1:\d+$/),
    },
  ]);
  const [read] = nodes;
  const times = ['receivedAt', 'startedAt', 'executedAt', 'recordedAt'].map((name) => Date.parse(String(read?.[name])));
  const inOrder = [before, ...times, Date.now()];
  expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
  expect(JSON.stringify(nodes)).not.toMatch(/"D1"|甲/);
});

test('B-56, A-69 the auditor sees every read, the municipal bureau those of its city, another bureau its own, and its entries without their positions', async () => {
  for (const agency of ['HEPING_HRSS', 'HEXI_HRSS', 'HEPING_APPROVAL']) await ask(permit('D1'), agency);
  await ask('{ creditList { totalCount } }', 'XM_SIMING_HRSS');
  const seen = async (agency: string, role?: string): Promise<string[]> =>
    (await reads(agency, null, role === undefined ? {} : { role })).nodes.map((node) => node.agency.code);
  expect(await seen('MUNI_HRSS')).toEqual(['HEPING_APPROVAL', 'HEXI_HRSS', 'HEPING_HRSS']);
  expect(await seen('HEPING_HRSS', 'AUDITOR')).toEqual(expect.arrayContaining(['XM_SIMING_HRSS', 'HEPING_APPROVAL', 'HEXI_HRSS', 'HEPING_HRSS', 'MUNI_HRSS']));
  expect(new Set(await seen('HEPING_HRSS'))).toEqual(new Set(['HEPING_HRSS']));
  expect(await seen('HEXI_HRSS')).toEqual(['HEXI_HRSS']);
  expect(await seen('XM_SIMING_HRSS')).toEqual(['XM_SIMING_HRSS']);
  const own = await reads('HEPING_HRSS');
  expect(own.nodes.map(({ entry }) => entry)).toEqual(own.nodes.map(() => null));
  // Asking for another bureau's finds nothing; and who was not shown whose permit it is has not looked at the company.
  expect((await reads('HEPING_HRSS', { agency: 'HEXI_HRSS' })).nodes).toEqual([]);
  const subject = await subjectOf('D1');
  expect((await reads('HEPING_HRSS', { subject })).nodes.map((node) => node.agency.code)).toEqual(['HEPING_HRSS']);
  expect((await reads('HEXI_HRSS', { subject })).nodes).toEqual([]);
});

test('B-56 who is shown nothing sees no log: a foreign register, a public viewer, a role without rows', async () => {
  for (const [agency, role] of [['US_OFLC', undefined], ['HEPING_HRSS', 'ANALYST'], ['HEPING_HRSS', 'PUBLIC']] as const) {
    const { data, errors } = await ask('{ accessLog(first: 1) { nodes { account } } }', agency, role === undefined ? {} : { role });
    expect(data).toEqual({ accessLog: null });
    expect(errors?.[0]?.extensions['code']).toBe('BOUNDARY_DENIED');
  }
});

test('every kind of agency that is shown anything may read its own log', () => {
  const policy = boundaryPolicy();
  const kinds = new Set(policy.principals.filter((principal) => principal !== 'PUBLIC'));
  for (const kind of ['MUNI_HRSS', ...ownReadsViewers]) kinds.delete(kind);
  expect([...kinds]).toEqual([]);
  expect(othersReadsViewers).toEqual(['AUDITOR', 'MUNI_HRSS']);
});

test('pages newest first, each read once; a cursor serves its agency alone', async () => {
  for (let i = 0; i < 7; i += 1) await ask(permit(i % 2 === 0 ? 'D1' : 'D2'), 'HEPING_HRSS');
  const subject = await subjectOf('D1');
  for (const [filter, count] of [[{ agency: 'HEPING_HRSS' }, 7], [{ agency: 'HEPING_HRSS', subject }, 4]] as const) {
    const all: unknown[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await reads('MUNI_HRSS', filter, { first: 3, ...(after === undefined ? {} : { after }) });
      all.push(...page.nodes.map(({ entry }) => entry));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== undefined);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor ?? '';
    }
    const positions = all.map((entry) => Number(String(entry).split(':')[1]));
    expect(positions.length).toBe(count);
    // From the other end: the same reads, page by page towards the newest.
    const back: unknown[] = [];
    let before: string | undefined;
    for (;;) {
      const page = await reads('MUNI_HRSS', filter, { last: 3, ...(before === undefined ? {} : { before }) });
      back.unshift(...page.nodes.map(({ entry }) => entry));
      expect(page.pageInfo.hasNextPage).toBe(before !== undefined);
      if (!page.pageInfo.hasPreviousPage) break;
      before = page.pageInfo.startCursor ?? '';
    }
    expect(back).toEqual(all);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => b - a));
  }
  const { pageInfo: info } = await reads('HEPING_HRSS', null, { first: 2 });
  const { errors } = await ask('query ($after: String) { accessLog(first: 2, after: $after) { nodes { account } } }', 'HEXI_HRSS', { variables: { after: info.endCursor } });
  expect(errors?.[0]?.extensions['code']).toBe('BAD_CURSOR');
});

test('filters hold together, each on its own field', async () => {
  await ask(permit('D1'), 'HEPING_HRSS', { headers: { 'x-concordat-purpose': 'SUPERVISION', 'x-concordat-case': 'C-1' } });
  const between = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await ask('{ permit(documentNo: "D1") { documentNo } certificateStock(item: P01) { used } }', 'HEPING_HRSS');
  await ask('{ nothing }', 'HEPING_HRSS');
  const outcomes = async (filter: object): Promise<unknown[]> => (await reads('HEPING_HRSS', filter, {})).nodes.filter(({ operation }) => operation !== 'Log').map(({ outcome }) => outcome);
  expect(await outcomes({})).toEqual(['REFUSED', 'PARTLY_DENIED', 'ANSWERED']);
  expect(await outcomes({ purpose: 'SUPERVISION' })).toEqual(['ANSWERED']);
  expect(await outcomes({ caseNo: 'C-1', purpose: 'SUPERVISION' })).toEqual(['ANSWERED']);
  expect(await outcomes({ caseNo: 'C-2' })).toEqual([]);
  expect(await outcomes({ outcome: 'PARTLY_DENIED' })).toEqual(['PARTLY_DENIED']);
  expect(await outcomes({ account: 'heping_hrss-local', to: between })).toEqual(['ANSWERED']);
  expect(await outcomes({ from: between })).toEqual(['REFUSED', 'PARTLY_DENIED']);
  expect(await outcomes({ coordinate: 'Permit.status' })).toEqual(['ANSWERED']);
  expect(await outcomes({ coordinate: 'Permit.stat' })).toEqual([]);
  expect(await outcomes({ subject: await subjectOf('D1'), to: between })).toEqual(['ANSWERED']);
  const { errors } = await ask('{ accessLog(first: 1, filter: { subject: "nonsense" }) { nodes { account } } }', 'HEPING_HRSS');
  expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  const wrong = await ask('{ accessLog(first: 1, filter: { from: "2026-11-22" }) { nodes { account } } }', 'HEPING_HRSS');
  expect(wrong.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('reading the log is itself logged, with the number of reads shown', async () => {
  await ask(permit('D1'), 'HEPING_HRSS');
  await reads('MUNI_HRSS', null, { first: 5 });
  const { nodes } = await reads('MUNI_HRSS', { agency: 'MUNI_HRSS', coordinate: 'Query.accessLog' });
  expect(nodes[0]).toMatchObject({ operation: 'Log', records: 1, outcome: 'ANSWERED', subjects: [] });
});

test('what a caller calls its case stops nobody: it is cut, and what no table can hold is left out', async () => {
  const variables = { no: `NUL\u0000 half \ud800 ${'x'.repeat(1_000)}` };
  await ask('query ($no: String!) { permitDuplicate(holderUscc: "U", item: P01, pendingCase: $no) { exists } }', 'HEPING_APPROVAL', { variables });
  await ask(permit('D1'), 'HEPING_APPROVAL');
  const { nodes } = await reads('MUNI_HRSS', { agency: 'HEPING_APPROVAL' });
  expect(nodes.map(({ caseNo }) => caseNo)).toEqual([null, `NUL\uFFFD half \uFFFD ${'x'.repeat(244)}…`]);
});

test('the database alone: a bureau’s reader finds its own reads, nothing without an agency, and no table', async () => {
  for (const [agency, no] of [['HEPING_HRSS', 'D1'], ['HEXI_HRSS', 'D3']] as const) await ask(permit(no), agency);
  await fillRegister(running.database);
  const reader = new pg.Client(running.database.clientConfig(readerRole('DISTRICT_HRSS')));
  await reader.connect();
  try {
    const agencies = async (view: string): Promise<string[]> => (await reader.query<{ agency: string }>(`SELECT DISTINCT agency FROM ${view}`)).rows.map(({ agency }) => agency);
    for (const view of ['shared.access_read__district_hrss', 'shared.access_subject__district_hrss']) {
      await reader.query(`SET hub.agency = 'HEXI_HRSS'`);
      expect(await agencies(view)).toEqual(['HEXI_HRSS']);
      await reader.query('RESET hub.agency');
      expect(await agencies(view)).toEqual([]);
    }
    for (const table of ['hub.access_read', 'hub.access_subject', 'hub.access_entry', 'hub_log.access_read_default', 'shared.access_read__muni_hrss']) {
      await expect(reader.query(`SELECT * FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
    }
  } finally {
    await reader.end();
  }
});
