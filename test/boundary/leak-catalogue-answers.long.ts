import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { jsonLog } from '../../src/log.js';
import { Hub } from '../../src/server/hub.js';
import { boundaries } from '../../src/server/schema.js';
import { testDatabase } from '../support/test-database.js';
import { catalogueWorld, permitRow, withCells, without } from './fixed-world.js';
import { denialsOf, pluck, readAnswer } from './graphql-answer.js';
import { asker } from './hub-under-test.js';
import { plannerSide } from './planner-sides.js';
import { TwoHubs } from './two-hubs.js';
import { WorldLoader, type World } from './world.js';

/** Leaks L-18 … L-28 of the catalogue (reference/anchors.md §3): caches, failures, forms of answers, logs, volume. */

const supervisor = asker('HEPING_HRSS');
const neighbour = asker('HEDONG_HRSS');
const decider = asker('HEPING_APPROVAL');
const outsider = asker('US_OFLC');
let hubs: TwoHubs;

beforeAll(async () => {
  hubs = await TwoHubs.start();
});
afterAll(() => hubs.close());

test('L-18 shared caches: plan, statement, scope note and token of one caller never serve another, warm or cold', async () => {
  await hubs.load(catalogueWorld);
  const query = '{ permits(first: 9) { nodes { documentNo content } } subject(uscc: "USCC-1") { name } } # L-18';
  const everyone = [supervisor, decider, neighbour, asker('MUNI_HRSS'), outsider, asker('HEPING_HRSS', 'ANALYST'), asker('MUNI_HRSS', 'AUDITOR')];
  // The first hub is warmed by all in turn, twice; the other meets each caller as if it had never seen a request.
  const warm = new Map<string, string>();
  for (let round = 0; round < 2; round += 1) {
    for (const who of everyone) {
      const key = JSON.stringify(who);
      const { body } = await hubs.one.ask(await hubs.token(who), { query });
      expect(warm.get(key) ?? body).toBe(body);
      warm.set(key, body);
    }
  }
  for (const [i, who] of [...everyone].reverse().entries()) {
    const { body } = await hubs.other.ask(await hubs.token(who), { query: query.replace('# L-18', `# ${i}`) });
    expect(body).toBe(warm.get(JSON.stringify(who)));
  }
  expect(new Set([...warm.values()].map((body) => JSON.stringify(readAnswer(body).data))).size).toBe(5); // outsiders and roles get nothing
});

test('L-19 contextual cache: a list of mixed rows is decided row by row', async () => {
  await hubs.load(catalogueWorld, withCells(catalogueWorld, 2, { content: '别的', legal_representative: null, revision: 9 }));
  const answer = await hubs.ask(decider, '{ permits(first: 9) { nodes { documentNo content legalRepresentative revision holder { identityMask } } } }');
  expect(pluck(answer.data, 'permits.nodes')).toEqual([
    { documentNo: '文1', content: '内容1', legalRepresentative: '王**', revision: 1, holder: { identityMask: null } },
    { documentNo: '文2', content: null, legalRepresentative: null, revision: null, holder: { identityMask: null } },
    { documentNo: '文3', content: '内容3', legalRepresentative: '王**', revision: 1, holder: { identityMask: '**************1234' } },
    { documentNo: '文4', content: '内容4', legalRepresentative: '王**', revision: 1, holder: { identityMask: null } },
  ]);
});

test('L-20 fail open: rules that throw, answer late or answer anything but true deny every coordinate', async () => {
  const broken = (decide: () => unknown): BoundaryPolicy => Object.assign(new BoundaryPolicy(boundaries), { decide });
  const faults: readonly (() => unknown)[] = [
    () => { throw new Error('no decision'); }, () => ({ allowed: 'yes' }), () => ({ allowed: 1 }), () => ({}), () => ({ allowed: Promise.reject(new Error('late')) }),
  ];
  for (const fault of faults) {
    const side = await plannerSide({ rules: broken(fault) });
    try {
      await side.load(catalogueWorld);
      const answer = readAnswer((await side.ask(asker('MUNI_HRSS'), { query: '{ permits(first: 9) { nodes { documentNo } } viewer2: subjects(first: 1) { nodes { id } } }' }, 'any')).body);
      expect([answer.data, denialsOf(answer)]).toEqual([{ permits: null, viewer2: null }, ['permits Query.permits', 'viewer2 Query.subjects']]);
    } finally {
      await side.close();
    }
  }
});

test('L-21 a duty without its service: no start without the log of evidence, no answer once it cannot be written', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-l21-'));
  const database = await testDatabase();
  try {
    await database.pool().query('ALTER TABLE hub.access_entry RENAME TO access_entry_gone');
    await expect(Hub.start(database, { dataFolder: folder, port: 0 })).rejects.toThrow();
    await database.pool().query('ALTER TABLE hub.access_entry_gone RENAME TO access_entry');
    const hub = await Hub.start(database, { dataFolder: folder, port: 0, log: jsonLog('error', () => undefined) });
    try {
      await database.pool().query('REVOKE INSERT ON hub.access_entry FROM concordat_writer');
      const response = await fetch(hub.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${await hub.issuer.issue('HEPING_HRSS', null)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { principal } }' }),
      });
      expect([response.status, readAnswer(await response.text()).data ?? null]).toEqual([500, null]);
    } finally {
      await hub.close();
    }
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('L-21 both lanes leave the same evidence: document, plan, coordinates, rows and case, whichever lane answered', async () => {
  await hubs.load(catalogueWorld);
  const query = 'query Twice { permits(first: 9) { nodes { documentNo } } permitDuplicate(holderUscc: "USCC-1", item: P01, pendingCase: "L21-CASE") { exists } }';
  for (const lane of ['apollo', 'any'] as const) expect((await hubs.one.ask(await hubs.token(decider), { query }, lane)).status).toBe(200);
  const { rows } = await hubs.one.database.pool().query<{ entry: string }>(`SELECT entry::jsonb - '{received,started,executed,recorded,answered}'::text[] AS entry FROM hub.access_entry WHERE entry::text LIKE '%L21-CASE%'`);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toEqual(rows[1]);
  expect(rows[0]?.entry).toMatchObject({ operation: 'Twice', document: expect.stringMatching(/^[0-9a-f]{64}$/) as string, plan: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
});

test('L-21 purpose and case: a sensitive cell is shown in full for a fitting purpose with a case, and for nothing less; what is unfit is refused, not ignored', async () => {
  await hubs.load(catalogueWorld);
  const query = '{ permit(documentNo: "文1") { legalRepresentative } }';
  const shown = async (headers: Readonly<Record<string, string>>): Promise<unknown> => pluck((await hubs.ask(decider, query, headers)).data, 'permit.legalRepresentative');
  const [purpose, caseNo] = ['x-concordat-purpose', 'x-concordat-case'];
  expect(await shown({ [purpose]: 'CASE_HANDLING', [caseNo]: '1' })).toBe('王1');
  for (const less of [{}, { [purpose]: 'CASE_HANDLING' }, { [caseNo]: '1' }, { [purpose]: 'AUDIT', [caseNo]: '1' }]) expect([less, await shown(less)]).toEqual([less, '王**']);
  for (const [headers, code] of [
    [{ [purpose]: 'CURIOSITY', [caseNo]: '1' }, 'PURPOSE_UNKNOWN'], [{ [purpose]: 'toString', [caseNo]: '1' }, 'PURPOSE_UNKNOWN'], [{ [purpose]: 'CASE_HANDLING', [caseNo]: '%20' }, 'CASE_INVALID'],
  ] as const) {
    const refused = await hubs.ask(decider, query, headers);
    expect([refused.data ?? null, refused.errors[0]?.extensions.code]).toEqual([null, code]);
  }
  // Whoever has no right gets none by any purpose.
  const none = await hubs.ask(supervisor, query, { [purpose]: 'CASE_HANDLING', [caseNo]: '1' });
  expect([none.data, denialsOf(none)]).toEqual([{ permit: { legalRepresentative: null } }, ['permit.legalRepresentative Permit.legalRepresentative']]);
});

test('L-22 form of an answer: hidden looks like unknown, partly denied has the form of fully denied, and nothing is suggested', async () => {
  await hubs.load(catalogueWorld, without(catalogueWorld, 5));
  const forms = new Set<string>();
  for (const documentNo of ['文5', '文4', 'unknown', '']) {
    const answer = await hubs.ask(supervisor, { query: 'query ($no: ID!) { permit(documentNo: $no) { documentNo content } }', variables: { no: documentNo } });
    forms.add(JSON.stringify(answer));
  }
  expect(forms.size).toBe(1);
  const [full, part] = [
    await hubs.ask(supervisor, '{ a: certificateStock(item: P01) { used } b: certificateStock(item: P01) { used } }'),
    await hubs.ask(supervisor, '{ a: certificateStock(item: P01) { used } permit(documentNo: "文1") { documentNo content } }'),
  ];
  expect([Object.keys(full), full.data]).toEqual([Object.keys(part), { a: null, b: null }]);
  expect(Object.keys(part.errors[0] ?? {})).toEqual(Object.keys(full.errors[0] ?? {}));
  expect(Object.keys(part.errors[0]?.extensions ?? {})).toEqual(Object.keys(full.errors[0]?.extensions ?? {}));
  for (const query of ['{ permit(documentNo: "1") { contnt } }', '{ permitz(first: 1) { nodes { id } } }', '{ permits(first: 1, filtr: {}) { nodes { id } } }', '{ permits(first: 1, filter: {itme: P01}) { nodes { id } } }', '{ node(id: "1") { ... on Permitt { id } } }']) {
    const { errors } = await hubs.ask(supervisor, query);
    expect(errors.length).toBeGreaterThan(0);
    for (const { message } of errors) expect(message).not.toMatch(/did you mean/i);
  }
});

test('L-23 introspection: it tells a viewer class what it may use of the published schema, no data, and nothing to strangers', async () => {
  await hubs.load(catalogueWorld, without(catalogueWorld, 1, 2, 3));
  const shown = new Map<string, string>();
  for (const [name, who] of Object.entries({ supervisor, decider, outsider, analyst: asker('MUNI_HRSS', 'ANALYST') })) {
    shown.set(name, JSON.stringify(await hubs.ask(who, `${getIntrospectionQuery()} # all`)));
  }
  for (const text of shown.values()) expect(text).not.toMatch(/文1|主体1|王1|内容1/);
  const tells = (name: string, word: string): boolean => shown.get(name)?.includes(`"name":"${word}"`) ?? false;
  expect(['supervisor', 'decider', 'outsider', 'analyst'].map((name) => ['content', 'permits', 'PermitFilter', 'clauses'].map((word) => tells(name, word)))).toEqual([
    [false, true, true, true], [true, true, true, true], [false, false, false, true], [false, false, false, true],
  ]);
  const stranger = await fetch(hubs.one.hub.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: getIntrospectionQuery() }) });
  expect([stranger.status, (await stranger.text()).includes('__schema')]).toEqual([401, false]);
});

test('L-24 logs: no protected value, no variable and no token stands in log lines, access entries or error messages', async () => {
  const secrets = ['机密内容', '王机密', '机密公司', '津密文书', 'SECRET-USCC', 'SECRET-CASE-VALUE'];
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-l24-'));
  const database = await testDatabase();
  const lines: string[] = [];
  const hub = await Hub.start(database, { dataFolder: folder, port: 0, log: jsonLog('debug', (line) => void lines.push(line)) });
  const loader = await WorldLoader.open(database);
  try {
    await loader.load({
      subjects: [{ id: 1, kind: 'ORGANISATION', name: '机密公司', uscc: 'SECRET-USCC' }],
      permits: [permitRow(1, { document_no: '津密文书', content: '机密内容', legal_representative: '王机密' })],
      actions: [],
    });
    const token = await hub.issuer.issue('HEPING_APPROVAL', null);
    const errors: string[] = [];
    const read = '{ permits(first: 9) { nodes { documentNo content legalRepresentative holder { name uscc } } } }';
    for (const [query, variables] of [
      [read, {}],
      ['query ($u: String!) { subject(uscc: $u) { name } }', { u: 'SECRET-USCC' }],
      ['query ($d: ID!) { permit(documentNo: $d) { nothing } }', { d: '津密文书' }],
      ['query ($d: Int!) { permits(first: $d) { nodes { id } } }', { d: 'SECRET-CASE-VALUE' }],
      ['{ permits(first: 1, after: "SECRET-CASE-VALUE") { nodes { id } } }', {}],
      ['{ permitDuplicate(holderUscc: "SECRET-USCC", item: P01, pendingCase: "1") { exists number } }', {}],
    ] as const) {
      const response = await fetch(`${hub.url}?note=SECRET-CASE-VALUE`, {
        method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }),
      });
      const answer = readAnswer(await response.text());
      if (query === read) expect(pluck(answer.data, 'permits.nodes.content')).toEqual(['机密内容']);
      // A message may repeat what its caller just sent, never what is stored: the caller's own values are looked for in the logs.
      errors.push(...answer.errors.map(({ message }) => message));
    }
    await new Promise((resolve) => setTimeout(resolve, 50)); // the line of a request is written when its socket closes
    const { rows } = await database.pool().query<{ entry: string }>(
      `SELECT entry::text FROM hub.access_entry UNION ALL SELECT to_jsonb(p)::text FROM hub.access_plan p`,
    );
    const evidence = rows.map(({ entry }) => entry).join('\n');
    expect([rows.length > 6, lines.length >= 6]).toEqual([true, true]);
    for (const secret of [...secrets, token]) expect([secret, lines.join('').includes(secret), evidence.includes(secret)]).toEqual([secret, false, false]);
    for (const secret of secrets.slice(0, 3)) expect([secret, errors.join('\n').includes(secret)]).toEqual([secret, false]);
  } finally {
    loader.close();
    await hub.close();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('L-25 differencing: who sees no rows is told cells of one frozen, protected cube; no argument cuts finer, and a yes-or-no answer names its case in the evidence', async () => {
  // Two enterprises in all, and one: the publications are alike, and a later change moves neither. The attacker of test/statistics asks the rest.
  const cell = (...holders: readonly number[]): World => ({ ...catalogueWorld, permits: [...catalogueWorld.permits, ...holders.map((holder, i) => permitRow(20 + i, { item: 'P06', holder_id: holder, document_no: `集${i}` }))] });
  await hubs.load(cell(1), catalogueWorld);
  const analyst = asker('HEPING_HRSS', 'ANALYST');
  const published = '{ publishedStatistics(groupBy: [ITEM, YEAR]) { asOf cells { item year holders count actions } hasMore } all: publishedStatistics { cells { count } } }';
  const told = await hubs.ask(analyst, published);
  expect(told.data).toMatchObject({ publishedStatistics: { cells: [], hasMore: false } });
  await hubs.load(cell(1, 2), cell(1, 2));
  expect(await hubs.ask(analyst, published)).toEqual(told);
  const finer = ['where: {district: ["120101"]}', 'groupBy: [DISTRICT]', 'groupBy: [MONTH]', 'where: {holder: "USCC-1"}', 'where: {decidedOn: {gte: "2025-01-01"}}', 'where: {not: {item: [P05]}}', 'filter: {documentNo: "文1"}', 'asOf: "2026-01-31"'];
  for (const argument of finer) {
    expect([argument, (await hubs.ask(analyst, `{ publishedStatistics(${argument}) { cells { count } } }`)).errors[0]?.extensions.code]).toEqual([argument, 'GRAPHQL_VALIDATION_FAILED']);
  }
  for (const figure of ['min', 'max', 'average', 'actions { max }']) {
    expect((await hubs.ask(analyst, `{ publishedStatistics { cells { ${figure} } } }`)).errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  }
  await hubs.load(catalogueWorld);
  for (const query of ['{ certificateStock(item: P01, district: "120101") { used } }', '{ certificateStock(item: P02) { used } }', '{ certificateStock { used } }']) {
    expect((await hubs.ask(asker('MUNI_HRSS'), query)).data ?? { certificateStock: null }).toEqual({ certificateStock: null });
  }
  await hubs.ask(decider, '{ permitDuplicate(holderUscc: "USCC-2", item: P01, pendingCase: "L25-CASE") { exists } }');
  const { rows } = await hubs.one.database.pool().query<{ entry: string }>(`SELECT entry::text FROM hub.access_entry WHERE entry::text LIKE '%L25-CASE%'`);
  expect(rows.length).toBe(2); // one for each lane
});

test('L-26 guessing by volume: guesses tell nothing and are paid for, many at once and overlong documents are refused', async () => {
  await hubs.load(catalogueWorld, without(catalogueWorld, 5, 6));
  const guesses = Array.from({ length: 50 }, (_, i) => `g${i}: permit(documentNo: "文${i}") { documentNo }`).join(' ');
  const answer = await hubs.ask(supervisor, `{ ${guesses} }`);
  // A question costs one object whether it finds any; the budget that pays for it: limits/budgets.test.
  expect(pluck(answer.extensions, 'cost')).toEqual({ requested: 100, actual: 53, limit: 50_000 });
  expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toHaveLength(3);
  const { rows } = await hubs.one.database.pool().query<{ records: string }>(`SELECT entry::jsonb ->> 'records' AS records FROM hub.access_entry ORDER BY chain, position DESC LIMIT 1`);
  expect(rows[0]?.records).toBe('3');
  expect((await hubs.ask(supervisor, `{ ${guesses} one: permit(documentNo: "文1") { id } }`)).errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'rootFields' });
  const token = await hubs.token(supervisor);
  const post = async (body: string): Promise<string | undefined> => {
    const response = await fetch(hubs.one.hub.url, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body });
    return readAnswer(await response.text()).errors[0]?.extensions.code;
  };
  expect(await post(JSON.stringify([{ query: '{ viewer { principal } }' }, { query: '{ viewer { principal } }' }]))).toBe('BAD_REQUEST');
  const many = Array.from({ length: 1_000 }, (_, i) => `g${i}: permit(documentNo: "${i}") { id }`).join(' ');
  expect(await post(JSON.stringify({ query: `{ ${many} }` }))).toBe('DOCUMENT_TOO_LONG');
});

test('L-27 errors of resolvers and the database: a code and a sentence, never a table, a value or a stack', async () => {
  await hubs.load(catalogueWorld);
  const pool = hubs.one.database.pool();
  const { rows } = await pool.query<{ role: string }>(`SELECT DISTINCT grantee AS role FROM information_schema.role_table_grants WHERE table_schema = 'hub' AND table_name = 'permit' AND grantee LIKE 'concordat\\_gate\\_district\\_approval%'`);
  expect(rows.length).toBeGreaterThan(2);
  const query = '{ permits(first: 9) { nodes { documentNo } } permitDuplicate(holderUscc: "USCC-1", item: P01, pendingCase: "1") { exists } }';
  for (const { role } of rows) await pool.query(`REVOKE SELECT ON hub.permit FROM ${role}`);
  try {
    for (const lane of ['any', 'apollo'] as const) {
      for (const one of [query, '{ permitDuplicate(holderUscc: "USCC-1", item: P01, pendingCase: "1") { exists } }']) {
        const { body } = await hubs.one.ask(await hubs.token(decider), { query: one }, lane);
        const { errors } = readAnswer(body);
        expect([...new Set(errors.map(({ extensions }) => extensions.code))]).toEqual(['INTERNAL_SERVER_ERROR']);
        expect(body).not.toMatch(/hub\.\w|shared|relation|permission|42501|\.js|stack|district_approval|USCC-1/i);
      }
    }
  } finally {
    for (const { role } of rows) await pool.query(`GRANT SELECT ON hub.permit TO ${role}`);
  }
  for (const documentNo of ['a\u0000b', '\\', "'; DROP TABLE hub.permit; --", '文'.repeat(5_000)]) {
    const answer = await hubs.ask(decider, { query: 'query ($no: ID!) { permit(documentNo: $no) { documentNo } }', variables: { no: documentNo } });
    expect(JSON.stringify(answer)).not.toMatch(/invalid byte|syntax|postgres|\.js/i);
  }
});

test('L-28 rows of several rules: a cell is granted by the rule of its own row, never by another the viewer also has', async () => {
  const world = { ...catalogueWorld, permits: [...catalogueWorld.permits, permitRow(7, { item: 'P02', decided_on: '2025-05-01' }), permitRow(8, { item: 'P02', decided_by: 'BINHAI_APPROVAL', decided_on: '2025-04-01' })] };
  await hubs.load(world, withCells(withCells(world, 8, { content: null, revision: 50 }), 2, { content: '别的' }));
  const answer = await hubs.ask(decider, '{ permits(first: 9, filter: {item: P02}) { nodes { documentNo content revision } } seven: permit(documentNo: "文7") { content } eight: permit(documentNo: "文8") { content } }');
  expect(answer.data).toEqual({
    permits: { nodes: [{ documentNo: '文2', content: null, revision: null }, { documentNo: '文7', content: '内容7', revision: 1 }, { documentNo: '文8', content: null, revision: null }] },
    seven: { content: '内容7' },
    eight: { content: null },
  });
  expect(denialsOf(answer)).toEqual([]);
});
