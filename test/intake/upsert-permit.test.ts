import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HubDatabase } from '../../src/database/database.js';
import { Hub } from '../../src/server/hub.js';
import { FixedClock } from '../../src/measures/clock.js';
import { testDatabase } from '../support/test-database.js';

interface Answer {
  readonly data?: { readonly upsertPermit?: Record<string, unknown> | null };
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

const input = {
  sourceVersion: 1, documentNo: '津滨审许〔2019〕1号', item: 'P01', certificateName: '劳务派遣经营许可证', certificateNo: '12010001',
  holderName: '虚构劳务有限公司', holderKind: 'ORGANISATION', holderUscc: '91120116MA0HUB014T', legalRepresentative: '虚构人甲',
  state: 'VALID', decidedOn: '2019-05-14', validFrom: '2019-05-14', validTo: '2030-05-13', content: '劳务派遣',
};

let database: HubDatabase;
let hub: Hub;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-upsert-'));
  hub = await Hub.start(database, { dataFolder: folder, port: 0, clock: new FixedClock(new Date()) });
});
afterAll(async () => {
  await hub.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function upsert(agency: string, change: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const response = await fetch(hub.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await hub.issuer.issue(agency, null)}` },
    body: JSON.stringify({
      query: 'mutation($input: UpsertPermitInput!) { upsertPermit(input: $input) { fate batch storedAt doubt findings { field code reason clauses } } }',
      variables: { input: { ...input, ...change } },
    }),
  });
  return (await response.json()) as Answer;
}

test('XT-5.1.2c a deciding bureau delivers its decision, again without effect, and later versions', async () => {
  const first = await upsert('BINHAI_APPROVAL');
  expect(first.data?.upsertPermit).toMatchObject({ fate: 'STORED', doubt: null, findings: [] });
  expect((await upsert('BINHAI_APPROVAL')).data?.upsertPermit).toMatchObject({ fate: 'DUPLICATE', storedAt: first.data?.upsertPermit?.['storedAt'] });
  expect((await upsert('BINHAI_APPROVAL', { sourceVersion: 2, validTo: '2031-05-13' })).data?.upsertPermit).toMatchObject({ fate: 'UPDATED' });
  const stale = await upsert('BINHAI_APPROVAL');
  expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'PUSH_STALE', currentVersion: 2, nextStep: 'sourceVersion' });
});

test('a doubtful and a rejected decision are answers; the bureau’s own findings name its fields', async () => {
  const doubtful = await upsert('HEPING_APPROVAL', { documentNo: '津和审许〔2019〕1号', location: '120101', certificateName: null, certificateNo: null });
  expect(doubtful.data?.upsertPermit).toMatchObject({ fate: 'DOUBTFUL', findings: [{ code: 'NOT_COMPETENT' }] });
  const rejected = await upsert('BINHAI_APPROVAL', { documentNo: '津滨审许〔2019〕2号', holderUscc: '1' });
  expect(rejected.data?.upsertPermit).toMatchObject({ fate: 'REJECTED', findings: [{ field: 'holderUscc', code: 'CREDIT_CODE_INVALID' }] });
});

test('XT-3.1b nobody delivers the decisions of another bureau, and who decides nothing delivers nothing', async () => {
  const foreign = await upsert('BINHAI_APPROVAL', { decidedBy: 'MUNI_HRSS' });
  expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'PUSH_NOT_OWN' });
  const denied = await upsert('BINHAI_HRSS', { documentNo: '津滨审许〔2019〕3号' });
  expect(denied.errors?.[0]?.extensions).toMatchObject({ code: 'BOUNDARY_DENIED' });
  const { rows } = await database.pool().query('SELECT document_no FROM hub.permit');
  expect(rows).toEqual([{ document_no: input.documentNo }]);
});
