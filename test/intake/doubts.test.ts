import type { HubDatabase } from '../../src/database/database.js';
import { acceptDoubt, refuseDoubt } from '../../src/intake/accept-doubt.js';
import { listDoubts, openDoubt } from '../../src/intake/doubts.js';
import type { IntakeTools } from '../../src/intake/intake.js';
import { testDatabase } from '../support/test-database.js';
import { municipalRow, TestIntake, validRow, type Cells } from './permit-file.js';

let database: HubDatabase;
let intake: TestIntake;
let tools: IntakeTools;

beforeEach(async () => {
  database = await testDatabase();
  intake = await TestIntake.begin(database);
  tools = { database, keyRing: intake.keyRing, clock: intake.clock };
});
afterEach(async () => {
  await intake.remove();
  await database.close();
});

async function query(sql: string): Promise<Record<string, unknown>[]> {
  return (await database.pool().query<Record<string, unknown>>(sql)).rows;
}

const doubts = () => listDoubts(database.pool(), { state: null, limit: 100 });
const states = async () => (await doubts()).map(({ state }) => state);
const onlyDoubt = async () => (await doubts())[0]?.reference ?? '';

/** XT-4.1.1a: Binhai does not decide before 2016-10-16. */
const incompetent: Cells = { ...validRow, decidedOn: '2016/10/15' };
const other = { creditCode: '91120118MA0HUB022J', documentNo: '津滨审许〔2019〕2号' };

describe('a doubtful row', () => {
  test('waits in the work list with its clause and is not stored, nor is its holder; the row is sealed', async () => {
    const ledger = await intake.takeRows([incompetent, { ...municipalRow, documentNo: '津人社许〔2019〕7号' }]);
    expect(ledger).toMatchObject({ read: 2, checked: 1, matched: 1, stored: 1, doubtful: 1, heldAtCheck: { rejected: 0, doubtful: 1 } });
    expect(await doubts()).toMatchObject([
      { state: 'OPEN', batch: ledger.batch, line: '2', documentNo: validRow['documentNo'], findings: [{ code: 'NOT_COMPETENT' }] },
    ]);
    const [doubt] = await doubts();
    expect(doubt?.findings[0]?.clauses).toContain('XT-4.1.1a');
    expect(await query('SELECT uscc FROM hub.subject')).toEqual([{ uscc: municipalRow['creditCode'] }]);
    const everything = JSON.stringify(await query('SELECT d.*, w.* FROM hub.import_doubt d JOIN hub.import_bad_row w ON w.doubt_id = d.id'));
    expect(everything).not.toContain(validRow['holderName']);
    expect((await openDoubt(database.pool(), intake.keyRing, doubt?.reference ?? '')).record).toMatchObject({ permit: { holder: { name: validRow['holderName'] } } });
  });

  test('is the same doubt when it comes again', async () => {
    await intake.takeRows([incompetent]);
    const before = await doubts();
    expect(await intake.takeRows([incompetent])).toMatchObject({ doubtful: 1, firstTakenAt: '2020-06-01T00:00:00.000Z' });
    expect(await doubts()).toEqual(before);
  });

  test('is stored by the same engine when accepted, with who and why; then it is a duplicate', async () => {
    await intake.takeRows([incompetent]);
    const decision = { reference: await onlyDoubt(), by: '王五', note: '核对无误' };
    intake.clock.set('2020-06-02T00:00:00Z');
    const ledger = await acceptDoubt(tools, decision);
    expect(ledger).toMatchObject({ read: 1, stored: 1, doubtful: 0, rejected: 0 });
    expect(await doubts()).toMatchObject([{ state: 'ACCEPTED', settledBy: '王五', note: '核对无误', settledAt: '2020-06-02T00:00:00.000Z' }]);
    expect(await query('SELECT document_no, basic_batch FROM hub.permit')).toEqual([{ document_no: validRow['documentNo'], basic_batch: ledger.batch }]);
    expect(await query('SELECT action FROM hub.permit_action')).toEqual([{ action: 'GRANT' }]);
    expect(await intake.takeRows([incompetent])).toMatchObject({ duplicate: 1, doubtful: 0 });
    await expect(acceptDoubt(tools, decision)).rejects.toMatchObject({ code: 'IMPORT_DOUBT_SETTLED' });
    await expect(acceptDoubt(tools, { ...decision, reference: 'x' })).rejects.toMatchObject({ code: 'IMPORT_DOUBT_UNKNOWN' });
    expect(await query('SELECT FROM hub.permit')).toHaveLength(1);
  });

  test('is rejected when it comes again after it was refused', async () => {
    await intake.takeRows([incompetent]);
    await refuseDoubt(tools, { reference: await onlyDoubt(), by: '王五', note: '机关填错' });
    expect(await states()).toEqual(['REFUSED']);
    const again = await intake.takeRows([incompetent]);
    expect(again).toMatchObject({ rejected: 1, doubtful: 0, rejections: [{ code: 'REFUSED_BEFORE' }] });
  });

  test('is superseded when a later row of its document is stored, and does not come back', async () => {
    await intake.takeRows([incompetent]);
    expect(await intake.takeRows([validRow])).toMatchObject({ stored: 1 });
    expect(await doubts()).toMatchObject([{ state: 'SUPERSEDED' }]);
    expect(await intake.takeRows([incompetent])).toMatchObject({ duplicate: 1, doubtful: 0 });
    expect(await query('SELECT decided_on::text FROM hub.permit')).toEqual([{ decided_on: '2019-05-14' }]);
  });
});

describe('against what is stored a row is doubtful', () => {
  test('XT-4.1.2c, A-03 with a dispatch certificate number of another holder, in the hub or in the same file', async () => {
    const second = { ...validRow, ...other };
    const ledger = await intake.takeRows([validRow, second]);
    expect(ledger).toMatchObject({ checked: 2, matched: 1, stored: 1, doubtful: 1, heldAtMatch: { doubtful: 1 } });
    expect(ledger.doubts).toMatchObject([{ line: 3, code: 'CERTIFICATE_NO_USED' }]);
    expect(await intake.takeRows([{ ...second, documentNo: '津滨审许〔2019〕3号' }])).toMatchObject({ doubtful: 1 });
    expect(await query('SELECT uscc FROM hub.subject')).toEqual([{ uscc: validRow['creditCode'] }]);
    expect(await intake.takeRows([{ ...second, certificateNo: '12010002' }])).toMatchObject({ stored: 1 });
    expect(await states()).toEqual(['SUPERSEDED', 'OPEN']);
  });

  test('XT-4.1.2c but not with the number of its own holder: a renewal keeps it', async () => {
    expect(await intake.takeRows([validRow, { ...validRow, documentNo: '津滨审许〔2019〕4号' }])).toMatchObject({ stored: 2 });
  });

  test('when two sources disagree, not when they agree', async () => {
    await intake.takeRows([validRow]);
    const municipal = { ...validRow, sourceUnit: '天津市人力资源和社会保障局' };
    expect(await intake.takeRows([municipal])).toMatchObject({ duplicate: 1 });
    const ledger = await intake.takeRows([{ ...municipal, validTo: '2023/05/13' }]);
    expect(ledger).toMatchObject({ updated: 0, doubtful: 1, doubts: [{ code: 'SOURCES_DISAGREE' }] });
    expect(await query('SELECT source_agency, valid_to::text FROM hub.permit')).toEqual([{ source_agency: 'BINHAI_APPROVAL', valid_to: '2022-05-13' }]);
    await acceptDoubt(tools, { reference: await onlyDoubt(), by: '王五', note: null });
    expect(await query('SELECT source_agency, valid_to::text FROM hub.permit')).toEqual([{ source_agency: 'MUNI_HRSS', valid_to: '2023-05-13' }]);
  });

  test('A-70 when it calls a revoked permit valid; “无效” leaves the revocation as it is', async () => {
    await intake.takeRows([validRow]);
    await query(`UPDATE hub.permit SET status = 'REVOKED'`);
    expect(await intake.takeRows([validRow])).toMatchObject({ doubtful: 1, doubts: [{ code: 'STATE_ENDED' }] });
    expect(await intake.takeRows([{ ...validRow, status: '2' }])).toMatchObject({ duplicate: 1 });
    expect(await query('SELECT status FROM hub.permit')).toEqual([{ status: 'REVOKED' }]);
  });

  test('when its identity number is known under another name', async () => {
    const person = { ...validRow, subjectKind: '自然人', creditCode: '', holderIdKind: '身份证', holderIdNumber: '11010519491231002X', holderName: '虚构人乙' };
    await intake.takeRows([person]);
    const another = { ...person, holderName: '虚构人丙', documentNo: '津滨审许〔2019〕5号' };
    expect(await intake.takeRows([another])).toMatchObject({ doubtful: 1, doubts: [{ code: 'SUBJECT_AMBIGUOUS' }] });
    expect(await query('SELECT FROM hub.subject')).toHaveLength(1);
  });
});

test('A-03 the ledger warns when nine tenths of the certificate numbers are in use', async () => {
  const [permit] = await (async () => {
    await intake.takeRows([validRow]);
    return query('SELECT holder_id FROM hub.permit');
  })();
  await query(`INSERT INTO hub.permit (jurisdiction, item, identifier_scheme, document_no, certificate_no, holder_id, decided_by, legal_authority,
                 location, district, outcome, decided_on, updated_at)
               SELECT 'CN-TJ', 'P01', 'CN-XKWSH', 'N' || n, '1201' || lpad(n::text, 4, '0'), ${String(permit?.['holder_id'])}, 'BINHAI_APPROVAL',
                 'BINHAI_APPROVAL', '120116', '120116', 'GRANTED', '2019-01-01', now() FROM generate_series(2, 8999) n`);
  const quiet = await intake.takeRows([{ ...municipalRow, documentNo: '津人社许〔2019〕8号' }]);
  expect(quiet.warnings).toEqual([]);
  const loud = await intake.takeRows([{ ...validRow, documentNo: '津滨审许〔2019〕9号', certificateNo: '12019500' }]);
  expect(loud.warnings).toMatchObject([{ code: 'CERTIFICATE_SERIES_NEARLY_FULL', clauses: ['XT-4.1.2c', 'A-03'] }]);
});
