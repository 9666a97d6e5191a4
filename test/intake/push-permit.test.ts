import type { HubDatabase } from '../../src/database/database.js';
import { pushPermit, type PushInput, type PushOutcome } from '../../src/intake/push-permit.js';
import { agencyOfCode } from '../../src/measures/agencies.js';
import { testDatabase } from '../support/test-database.js';
import { TestIntake, validRow } from './permit-file.js';

let database: HubDatabase;
let intake: TestIntake;

beforeEach(async () => {
  database = await testDatabase();
  intake = await TestIntake.begin(database);
});
afterEach(async () => {
  await intake.remove();
  await database.close();
});

const decision: PushInput = {
  sourceVersion: 1,
  documentNo: '津滨审许〔2019〕1号',
  item: 'P01',
  certificateName: '劳务派遣经营许可证',
  certificateNo: '12010001',
  holderName: '虚构劳务有限公司',
  holderKind: 'ORGANISATION',
  holderUscc: '91120116MA0HUB014T',
  legalRepresentative: '虚构人甲',
  state: 'VALID',
  decidedOn: '2019-05-14',
  validFrom: '2019-05-14',
  validTo: '2022-05-13',
  content: '劳务派遣',
};

function push(input: Partial<PushInput> = {}, agency = 'BINHAI_APPROVAL'): Promise<PushOutcome> {
  const record = agencyOfCode(agency);
  if (!record) throw new Error(agency);
  return pushPermit(database, intake.keyRing, intake.clock, record, { ...decision, ...input });
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  return (await database.pool().query<Record<string, unknown>>(sql)).rows;
}

const stored = () => query('SELECT revision, status, source_agency, source_version, valid_to::text, remarks FROM hub.permit');

describe('a pushed decision', () => {
  test('XT-5.1.2c is stored with its provenance, as a batch of one row whose ledger adds up', async () => {
    const outcome = await push();
    expect(outcome).toMatchObject({ fate: 'STORED', findings: [], doubt: null, storedAt: new Date('2020-06-01T00:00:00Z') });
    const [batch] = await query('SELECT reference, profile, ledger FROM hub.import_batch');
    expect(batch).toMatchObject({ reference: outcome.batch, profile: 'push', ledger: { read: 1, checked: 1, matched: 1, stored: 1 } });
    expect(await query(`SELECT decided_by, source_agency, source_version, received_at, basic_updated_at, basic_batch FROM hub.permit`)).toEqual([
      {
        decided_by: 'BINHAI_APPROVAL', source_agency: 'BINHAI_APPROVAL', source_version: '1', basic_batch: outcome.batch,
        received_at: new Date('2020-06-01T00:00:00Z'), basic_updated_at: new Date('2020-06-01T00:00:00Z'),
      },
    ]);
  });

  test('again is a duplicate that tells the earlier time and changes nothing', async () => {
    await push();
    const events = await query('SELECT count(*) FROM hub.feed_event');
    intake.clock.set('2020-07-01T00:00:00Z');
    expect(await push()).toMatchObject({ fate: 'DUPLICATE', storedAt: new Date('2020-06-01T00:00:00Z') });
    expect(await query('SELECT count(*) FROM hub.feed_event')).toEqual(events);
  });

  test('of a newer version updates; a withheld cell does not show in the provenance of PERMIT_BASIC (A-58)', async () => {
    const first = await push();
    intake.clock.set('2020-07-01T00:00:00Z');
    expect(await push({ sourceVersion: 2, remarks: '内部' })).toMatchObject({ fate: 'UPDATED' });
    expect(await query('SELECT updated_at, basic_updated_at, basic_batch FROM hub.permit')).toEqual([
      { updated_at: new Date('2020-07-01T00:00:00Z'), basic_updated_at: new Date('2020-06-01T00:00:00Z'), basic_batch: first.batch },
    ]);
    const third = await push({ sourceVersion: 3, validTo: '2023-05-13' });
    expect(third).toMatchObject({ fate: 'UPDATED' });
    expect(await query('SELECT basic_updated_at, basic_batch FROM hub.permit')).toEqual([
      { basic_updated_at: new Date('2020-07-01T00:00:00Z'), basic_batch: third.batch },
    ]);
    // A field that is not sent keeps what is stored.
    expect(await stored()).toMatchObject([{ revision: 3, source_version: '3', valid_to: '2023-05-13', remarks: '内部' }]);
  });

  test('of a stale version is refused with the current one, as is the same version with other content', async () => {
    await push({ sourceVersion: 5 });
    await expect(push({ sourceVersion: 4, validTo: '2023-05-13' })).rejects.toMatchObject({ code: 'PUSH_STALE', currentVersion: 5 });
    await expect(push({ sourceVersion: 4 })).rejects.toMatchObject({ code: 'PUSH_STALE', currentVersion: 5 });
    await expect(push({ sourceVersion: 5, validTo: '2023-05-13' })).rejects.toMatchObject({ code: 'PUSH_VERSION_CONFLICT', currentVersion: 5 });
    expect(await push({ sourceVersion: 6 })).toMatchObject({ fate: 'DUPLICATE' });
    await expect(push({ sourceVersion: 5 })).rejects.toMatchObject({ code: 'PUSH_STALE', currentVersion: 6 });
    expect(await stored()).toMatchObject([{ revision: 1, source_version: '6', valid_to: '2022-05-13' }]);
  });

  test('is rejected by the same checks as a row of a file, as an answer', async () => {
    const outcome = await push({ holderUscc: '91120116MA0HUB010E', certificateNo: '12' });
    expect(outcome).toMatchObject({ fate: 'REJECTED', storedAt: null });
    expect(outcome.findings.map(({ field, code }) => [field, code]).sort()).toEqual([
      ['certificateNo', 'CERTIFICATE_NO_FORMAT'],
      ['holderUscc', 'CREDIT_CODE_INVALID'],
    ]);
    expect(await push({ validTo: '2020-05-31', validFrom: '2019-05-14' })).toMatchObject({ fate: 'REJECTED', findings: [{ code: 'DATE_EXPIRED' }] });
    expect(await stored()).toEqual([]);
  });

  test('CANCEL_KNOWN: the end of an unknown permit is refused; a known one gets the action, once, and no later revival', async () => {
    const end = { state: 'CANCELLED', endedOn: '2020-05-20' };
    expect(await push(end)).toMatchObject({ fate: 'REJECTED', findings: [{ code: 'CANCEL_UNKNOWN' }] });
    await push();
    expect(await push({ ...end, sourceVersion: 2 })).toMatchObject({ fate: 'UPDATED' });
    expect(await push({ ...end, sourceVersion: 2 })).toMatchObject({ fate: 'DUPLICATE' });
    expect(await query('SELECT action, acted_on::text FROM hub.permit_action ORDER BY id')).toEqual([
      { action: 'GRANT', acted_on: '2019-05-14' },
      { action: 'CANCELLATION', acted_on: '2020-05-20' },
    ]);
    expect(await push({ sourceVersion: 3 })).toMatchObject({ fate: 'DOUBTFUL', findings: [{ code: 'STATE_ENDED' }] });
  });

  test('of a bureau without competence is doubtful, as an answer with its reference (XT-3.1a)', async () => {
    const outcome = await push({ location: '120101', certificateNo: null, certificateName: null }, 'HEPING_APPROVAL');
    expect(outcome).toMatchObject({ fate: 'DOUBTFUL', findings: [{ code: 'NOT_COMPETENT' }] });
    expect(await query('SELECT reference, state FROM hub.import_doubt')).toEqual([{ reference: outcome.doubt, state: 'OPEN' }]);
  });

  test('under a number that another bureau’s decision has is doubtful and tells nothing of it', async () => {
    await push();
    const other = await push({ certificateNo: null, certificateName: null, location: '120116', sourceVersion: 1 }, 'FTZ_CBD_APPROVAL');
    expect(other.fate).toBe('DOUBTFUL');
    expect(other.findings.map(({ code }) => code)).toEqual(['SOURCES_DISAGREE']);
  });

  test('agrees with a file: the same row is a duplicate, a file that says otherwise is doubtful', async () => {
    await push();
    const row = { ...validRow };
    expect(await intake.takeRows([{ ...row, documentTitle: '' }])).toMatchObject({ rejected: 1 });
    const ledger = await intake.takeRows([{ ...row, validTo: '2024/05/13' }]);
    expect(ledger).toMatchObject({ doubtful: 1, doubts: [{ code: 'SOURCES_DISAGREE' }] });
  });
});
