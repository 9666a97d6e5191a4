import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { documentId, TrustedDocuments } from '../../src/limits/trusted-documents.js';
import { defaultLimits, settingsOf } from '../../src/limits/settings.js';
import { jsonLog, textLog } from '../../src/log.js';
import { Hub } from '../../src/server/hub.js';
import { readExamples } from '../../src/server/page/examples.js';
import { readAnswer } from '../boundary/graphql-answer.js';
import { testDatabase } from '../support/test-database.js';

/** Trusted documents: named by id, known from the start, and for an agency that is far enough the only ones. */

const trusted = '{ viewer { principal } }';
const other = '{ viewer { role } }';
const held = { log: 'HEPING_HRSS', enforce: 'HEDONG_HRSS', require: 'MUNI_HRSS' } as const;

describe('what an agency may send', () => {
  const lines: string[] = [];
  const steps = new Map(Object.entries(held).map(([documents, agency]) => [agency as string, { ...defaultLimits, documents: documents as keyof typeof held }]));
  const documents = new TrustedDocuments([trusted], settingsOf({ ...defaultLimits, documents: 'log' }, steps), jsonLog('info', (line) => void lines.push(line)));
  const outcome = (agency: string, text: string | null, id: string | null, apq = false): unknown => {
    const resolved = documents.resolve(agency, { text, id, apq });
    return resolved !== null && typeof resolved === 'object' ? resolved.code : resolved;
  };

  test.each([
    ['trusted text', trusted, null, false, [trusted, trusted, 'DOCUMENT_ID_REQUIRED']],
    ['other text', other, null, false, [other, 'DOCUMENT_NOT_TRUSTED', 'DOCUMENT_ID_REQUIRED']],
    ['id', null, documentId(trusted), false, [trusted, trusted, trusted]],
    ['id with prefix', null, `sha256:${documentId(trusted)}`, false, [trusted, trusted, trusted]],
    ['id beside its text', trusted, documentId(trusted), false, [trusted, trusted, trusted]],
    ['id of another text', other, documentId(trusted), false, Array(3).fill('DOCUMENT_UNKNOWN')],
    ['unknown id', null, documentId(other), false, Array(3).fill('DOCUMENT_UNKNOWN')],
    ['unknown id beside its text', other, documentId(other), false, Array(3).fill('DOCUMENT_UNKNOWN')],
    ['automatic: unknown', null, documentId(other), true, Array(3).fill('PERSISTED_QUERY_NOT_FOUND')],
    ['automatic: unknown with its text', other, documentId(other), true, [other, 'DOCUMENT_NOT_TRUSTED', 'DOCUMENT_ID_REQUIRED']],
    ['automatic: not its text', other, documentId(trusted), true, Array(3).fill('DOCUMENT_UNKNOWN')],
    ['no document', null, null, false, [null, null, null]],
  ])('%s: under log, enforce, require', (_name, text, id, apq, expected) => {
    expect(Object.values(held).map((agency) => outcome(agency, text, id, apq))).toEqual(expected);
  });

  test('under log an ad-hoc document is named once an agency, by its hash alone', () => {
    lines.length = 0;
    new TrustedDocuments([trusted], settingsOf(defaultLimits, new Map()), jsonLog('info', (line) => void lines.push(line))).resolve('BINHAI_HRSS', { text: other, id: null, apq: false });
    expect(lines).toEqual([]);
    for (let i = 0; i < 3; i += 1) for (const agency of ['BINHAI_HRSS', 'BINHAI_APPROVAL']) outcome(agency, '{ viewer { account } }', null);
    outcome('BINHAI_HRSS', trusted, null);
    expect(lines.map((line) => JSON.parse(line) as Record<string, unknown>)).toMatchObject(
      ['BINHAI_HRSS', 'BINHAI_APPROVAL'].map((agency) => ({ event: 'ad-hoc-document', agency, document: documentId('{ viewer { account } }') })),
    );
    expect(lines.join('')).not.toContain('account');
  });
});

describe('on the wire', () => {
  let folder: string;
  let hub: Hub;
  let close: () => Promise<void>;
  const local = 'query OwnList($n: Int!) { permits(first: $n) { nodes { documentNo } } }';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-trusted-'));
    await mkdir(path.join(folder, 'operations'));
    await writeFile(path.join(folder, 'operations', 'own.graphql'), `# as: HEPING_HRSS\n# variables: {"n": 5}\n${local}\n`);
    await writeFile(path.join(folder, 'limits.yaml'), 'agencies:\n  HEDONG_HRSS: { documents: enforce }\n  MUNI_HRSS: { documents: require }\n');
    const database = await testDatabase();
    hub = await Hub.start(database, { dataFolder: folder, port: 0 });
    close = async () => {
      await hub.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    };
  });
  afterAll(() => close());

  const send = async (agency: string, body: unknown, lane = 'any', url = hub.url): Promise<{ readonly status: number; readonly body: string }> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${await hub.issuer.issue(agency, null)}`, 'content-type': 'application/json', 'x-concordat-lane': lane },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.text() };
  };

  test('every form names the same document, in both lanes and by GET', async () => {
    const id = documentId(local);
    const variables = { n: 3 };
    const whole = await send('HEPING_HRSS', { query: local, variables }, 'apollo');
    expect(whole.status).toBe(200);
    for (const lane of ['any', 'apollo']) {
      for (const named of [{ documentId: `sha256:${id}` }, { id }, { extensions: { persistedQuery: { version: 1, sha256Hash: id } } }]) {
        expect(await send('MUNI_HRSS', { ...named, variables }, lane)).toEqual({ status: 200, body: (await send('MUNI_HRSS', { id, variables })).body });
        expect(await send('HEPING_HRSS', { ...named, variables }, lane)).toEqual(whole);
      }
    }
    const asked = new URLSearchParams({ documentId: id, variables: JSON.stringify(variables) });
    const headers = { authorization: `Bearer ${await hub.issuer.issue('HEPING_HRSS', null)}`, 'apollo-require-preflight': '1' };
    const got = await fetch(`${hub.url}?${asked.toString()}`, { headers });
    expect([got.status, await got.text()]).toEqual([200, whole.body]);
  });

  test('an agency that is held to the list is refused anything else, alike in both lanes and the stream, in the evidence', async () => {
    for (const url of [hub.url, `${hub.url}/stream`]) {
      for (const lane of ['any', 'apollo']) {
        const adHoc = await send('HEDONG_HRSS', { query: other }, lane, url);
        expect([adHoc.status, readAnswer(adHoc.body).errors[0]?.extensions.code]).toEqual([403, 'DOCUMENT_NOT_TRUSTED']);
        const text = await send('MUNI_HRSS', { query: local, variables: { n: 1 } }, lane, url);
        expect([text.status, readAnswer(text.body).errors[0]?.extensions.code]).toEqual([403, 'DOCUMENT_ID_REQUIRED']);
      }
    }
    expect((await send('HEDONG_HRSS', { query: local, variables: { n: 1 } })).status).toBe(200);
    expect((await send('HEDONG_HRSS', { id: documentId('{ nothing }') })).body).toContain('DOCUMENT_UNKNOWN');
  });

  test('every operation of the hub is answered by its id alone', async () => {
    for (const { as, document, name } of readExamples()) {
      const known = await send(as === 'MUNI_HRSS' ? 'MUNI_HRSS' : as, { id: documentId(document), variables: {} });
      expect([name, readAnswer(known.body).errors.filter(({ extensions }) => extensions.code.startsWith('DOCUMENT'))]).toEqual([name, []]);
    }
  });

  test.each([
    ['is not GraphQL', 'query {'],
    ['does not fit the schema', 'query A { nothing }'],
    ['has no name', '{ viewer { role } }'],
    ['has two operations', 'query A { viewer { role } } query B { viewer { role } }'],
    ['costs too much', `# as: HEPING_HRSS\nquery A { ${Array.from({ length: 30 }, (_, i) => `p${i}: permits(first: 100) { nodes { actions { action } } }`).join(' ')} }`],
    ['cannot be planned', '# as: HEPING_HRSS\nquery A { permits(first: 1000) { nodes { id } } }'],
  ])('a document that %s stops the start, by name', async (_name, text) => {
    const broken = await mkdtemp(path.join(tmpdir(), 'concordat-broken-'));
    await mkdir(path.join(broken, 'operations'));
    await writeFile(path.join(broken, 'operations', 'broken.graphql'), text);
    const database = await testDatabase();
    try {
      const started = Hub.start(database, { dataFolder: broken, port: 0, log: textLog('error', () => undefined) });
      await expect(started).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('broken.graphql') as unknown });
    } finally {
      await database.close();
      await rm(broken, { recursive: true, force: true });
    }
  });
});
