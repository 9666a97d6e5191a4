import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';
import { headers, municipalRow, TestIntake, validRow, type Cells } from './permit-file.js';

let database: HubDatabase;
let intake: TestIntake;
let serial = 0;

beforeAll(async () => {
  database = await testDatabase();
  intake = await TestIntake.begin(database);
});
afterAll(async () => {
  await intake.remove();
  await database.close();
});

/** Imports one row under a document and certificate number of its own and returns its findings and what was stored. */
async function takeOne(row: Cells): Promise<{
  readonly fate: string;
  readonly findings: readonly string[];
  readonly reasons: string;
  readonly stored: Record<string, unknown> | null;
}> {
  serial += 1;
  const documentNo = row['documentNo'] === '' ? '' : `津许〔2019〕${serial}号`;
  const certificateNo = row['certificateNo'] === validRow['certificateNo'] ? `1201${String(serial).padStart(4, '0')}` : (row['certificateNo'] ?? '');
  const ledger = await intake.takeRows([{ ...row, documentNo, certificateNo }]);
  const { rows } = await database.pool().query<Record<string, unknown>>(
    `SELECT p.*, p.decided_on::text, p.valid_to::text, s.kind AS holder_kind, s.uscc, s.name, s.identifier
       FROM hub.permit p JOIN hub.subject s ON s.id = p.holder_id WHERE document_no = $1`,
    [documentNo],
  );
  expect(rows).toHaveLength(ledger.stored);
  const findings = [...ledger.rejections, ...ledger.doubts];
  return {
    fate: ledger.rejected > 0 ? 'rejected' : ledger.doubtful > 0 ? 'doubtful' : 'stored',
    findings: findings.map(({ field, code }) => `${field}: ${code}`),
    reasons: JSON.stringify(findings),
    stored: rows[0] ?? null,
  };
}

const header = (field: string): string => headers.get(field) ?? '';

describe('a row of the national layout is rejected', () => {
  const natural = { subjectKind: '自然人', creditCode: '', holderIdKind: '身份证', holderIdNumber: '11010519491231002X' };

  test.each<[string, string, Cells]>([
    ['REQUIRED', 'holderName', { holderName: '' }],
    ['REQUIRED', 'documentNo', { documentNo: '' }],
    ['REQUIRED', 'content', { content: '无' }],
    ['REQUIRED', 'organCode', { organCode: '/' }],
    ['REQUIRED', 'validTo', { validTo: 'NULL' }],
    ['REQUIRED', 'creditCode', { creditCode: '00000000000000000X' }],
    ['REQUIRED', 'legalRepresentative', { legalRepresentative: '-' }],
    ['REQUIRED', 'representativeIdNumber', { representativeIdKind: '身份证' }],
    ['REQUIRED', 'holderIdKind', { ...natural, holderIdKind: '' }],
    ['REQUIRED', 'holderIdNumber', { ...natural, holderIdNumber: '' }],
    ['NOT_ALLOWED', 'creditCode', { ...natural, creditCode: '91120116MA0HUB014T' }],
    ['NOT_ALLOWED', 'organisationCode', { ...natural, organisationCode: 'MA0HUB014' }],
    ['TOO_LONG', 'documentTitle', { documentTitle: '书'.repeat(65) }],
    ['TEXT_INVALID', 'remarks', { remarks: 'a\u0000b' }],
    ['DATE_INVALID', 'decidedOn', { decidedOn: '2019/02/29' }],
    ['DATE_AMBIGUOUS', 'validFrom', { validFrom: '5.6.2019' }],
    ['DATE_INVALID', 'decidedOn', { decidedOn: '长期' }],
    ['DATE_IN_FUTURE', 'decidedOn', { decidedOn: '2020/06/02' }],
    ['DATE_ORDER', 'validTo', { validTo: '2019/05/13' }],
    ['DATE_EXPIRED', 'validTo', { validFrom: '2018/01/01', validTo: '2019/05/13' }],
    ['KIND_PREFIX', 'creditCode', { creditCode: '92350212MA0HUB0655' }],
    ['KIND_PREFIX', 'creditCode', { subjectKind: '个体工商户' }],
    ['NAME_CHARS', 'holderName', { holderName: '虚构*劳务有限公司' }],
    ['NAME_CHARS', 'legalRepresentative', { legalRepresentative: '张**' }],
    ['MISPLACED', 'holderName', { holderName: '91120116MA0HUB014T' }],
    ['VALUE_UNKNOWN', 'subjectKind', { subjectKind: '其他' }],
    ['VALUE_UNKNOWN', 'permitKind', { permitKind: '一般' }],
    ['VALUE_UNKNOWN', 'status', { status: '3' }],
    ['VALUE_UNKNOWN', 'status', { status: 'constructor' }],
    ['CREDIT_CODE_INVALID', 'creditCode', { creditCode: '91120116MA0HUB010E' }],
    ['ITEM_UNKNOWN', 'certificateName', { certificateName: '营业执照' }],
    ['ITEM_UNKNOWN', 'itemCode', { itemCode: 'P11' }],
    ['ITEM_CONFLICT', 'itemCode', { itemCode: 'P02' }],
    ['ORGAN_UNKNOWN', 'organName', { organName: '滨海新区行政审批局' }],
    ['ORGAN_UNKNOWN', 'organName', { organName: '美国劳工部外国劳工认证办公室' }],
    ['LOCATION_MISSING', 'districtCode', { ...municipalRow, districtCode: '' }],
    ['LOCATION_UNKNOWN', 'districtCode', { ...municipalRow, districtCode: '120107' }],
    ['LOCATION_UNKNOWN', 'districtCode', { ...municipalRow, districtCode: 'FTZ:CBD' }],
  ])('%s for %s (%#)', async (code, field, cells) => {
    const { findings } = await takeOne({ ...validRow, ...cells });
    expect(findings).toEqual([`${header(field)}: ${code}`]);
  });

  test('COLUMN_SHIFTED when its cells stand one column off, instead of a finding on each', async () => {
    const fields = [...headers.keys()];
    const shifted = Object.fromEntries(fields.map((field, index) => [field, validRow[fields[index - 1] ?? ''] ?? '']));
    const ledger = await intake.takeRows([shifted]);
    expect(ledger.rejections.map(({ field, code }) => [field, code])).toEqual([['*', 'COLUMN_SHIFTED']]);
  });

  test('COLUMN_COUNT when it has another number of cells than the header', async () => {
    const ledger = await intake.take(await intake.write(`${[...headers.values()].join(',')}\na,b,c\n`));
    expect(ledger).toMatchObject({ read: 1, rejected: 1, rejections: [{ line: 2, code: 'COLUMN_COUNT' }] });
  });

  test.each<[string, string, Cells]>([
    ['XT-3.1a', 'a district bureau never decides P01', { organName: '天津市和平区行政审批局', districtCode: '120101', certificateNo: 'x' }],
    ['XT-3.1b', 'the municipal bureau does not decide P01 in Binhai', { organName: '天津市人力资源和社会保障局', districtCode: '120116' }],
    ['XT-4.1.1a', 'Binhai does not before 2016-10-16', { decidedOn: '2016-10-15' }],
    ['XT-3.1a', 'Binhai does not decide P01 in another district', { districtCode: '120101' }],
    ['XT-3.2a', 'a district bureau never decides P02', { ...municipalRow, organName: '天津市和平区行政审批局' }],
    ['XT-3.2a', 'an FTZ area does not decide P02 in another district', { ...municipalRow, organName: '中国（天津）自由贸易试验区天津东疆片区行政审批局' }],
  ])('as doubtful, NOT_COMPETENT by %s: %s', async (clause, _, cells) => {
    const { fate, findings, reasons } = await takeOne({ ...validRow, ...cells });
    expect(fate).toBe('doubtful');
    expect(findings).toEqual([`${header('organName')}: NOT_COMPETENT`]);
    expect(reasons).toContain(clause);
  });

  test.each(['1201000', '12020001', '1201０００１', '120100001', ' 12010001', ''])(
    'XT-4.1.2c, A-03 with certificate number "%s" of Binhai',
    async (certificateNo) => {
      const { findings } = await takeOne({ ...validRow, certificateNo });
      expect(findings).toEqual([`${header('certificateNo')}: CERTIFICATE_NO_FORMAT`]);
    },
  );

  test('with all its faults at once, in one round of correction', async () => {
    const { findings } = await takeOne({ ...validRow, creditCode: '1', status: '9', validFrom: 'x' });
    expect(findings).toHaveLength(3);
  });

  test('without repeating a cell, whatever it holds', async () => {
    const secret = '440524188001010014';
    const everywhere = Object.fromEntries([...headers.keys()].map((field) => [field, secret]));
    serial += 1;
    const ledger = await intake.takeRows([everywhere]);
    expect(ledger).toMatchObject({ rejected: 1, sealedIdentityNumbers: 0 });
    const { rows } = await database.pool().query<{ text: string }>(
      `SELECT string_agg(r::text, '') || (SELECT string_agg(b::text, '') FROM hub.import_batch b) AS text FROM hub.import_rejection r`,
    );
    expect(rows[0]?.text).not.toContain(secret);
    expect(JSON.stringify(ledger)).not.toContain(secret);
  });
});

describe('a row of the national layout is stored', () => {
  test('XT-3.1b, A-07 at the place of its organ: Binhai, or the free-trade area with district 120116', async () => {
    expect((await takeOne(validRow)).stored).toMatchObject({
      jurisdiction: 'CN-TJ',
      identifier_scheme: 'CN-XKWSH',
      item: 'P01',
      decided_by: 'BINHAI_APPROVAL',
      legal_authority: 'BINHAI_APPROVAL',
      location: '120116',
      district: '120116',
      outcome: 'GRANTED',
      status: 'VALID',
      decided_on: '2019-05-14',
      revision: 1,
    });
    const ftz = { ...validRow, organName: '中国（天津）自由贸易试验区天津机场片区行政审批局', districtCode: '120116' };
    expect((await takeOne(ftz)).stored).toMatchObject({ location: 'FTZ:AIRPORT', district: '120116' });
  });

  test('at its district code, and never at a guess, for the municipal bureau', async () => {
    expect((await takeOne(municipalRow)).stored).toMatchObject({ item: 'P02', location: '120101', district: '120101' });
  });

  test('XT-3.2b, A-09 in municipal authority when Binhai decides P02; Binhai supervises its own unit elsewhere (XT-3.2f)', async () => {
    const row = { ...municipalRow, organName: '天津市滨海新区行政审批局' };
    expect((await takeOne(row)).stored).toMatchObject({
      decided_by: 'BINHAI_APPROVAL',
      legal_authority: 'MUNI_HRSS',
      location: '120101',
      district: '120116',
    });
  });

  test('XT-4.1.1a decided by the municipal bureau in Binhai before 2016-10-16', async () => {
    const row = { ...validRow, organName: '天津市人力资源和社会保障局', districtCode: '120116', decidedOn: '2016/10/15', certificateNo: '津1' };
    expect((await takeOne(row)).stored).toMatchObject({ decided_by: 'MUNI_HRSS', location: '120116' });
  });

  test.each(['长期', '2099/12/31', '9999-12-31', '２０９９/１２/３１'])('without end when it says %s', async (validTo) => {
    expect((await takeOne({ ...validRow, validTo })).stored).toMatchObject({ valid_to: '2099-12-31' });
  });

  test.each([
    ['2', 'INVALID'],
    ['有效', 'VALID'],
  ])('status %s as %s', async (status, stored) => {
    expect((await takeOne({ ...validRow, status })).stored).toMatchObject({ status: stored });
  });

  test.each([
    ['02', 'ORGANISATION'],
    ['03', 'ORGANISATION'],
    ['04', 'HOUSEHOLD_BUSINESS'],
  ])('subject kind %s of older feeds as %s', async (subjectKind, kind) => {
    expect((await takeOne({ ...validRow, creditCode: kind === 'ORGANISATION' ? '91120118MA0HUB022J' : '92350212MA0HUB0655', subjectKind })).stored).toMatchObject({ holder_kind: kind });
  });

  test('with a credit code normalised, and empty marks as nothing', async () => {
    const row = { ...validRow, creditCode: ' ９1120116 758106933n', remarks: '无', registrationNo: '/' };
    expect((await takeOne(row)).stored).toMatchObject({ uscc: '91120116758106933N', remarks: null });
  });

  test('with a natural person matched by identity number and name, the number nowhere in the clear', async () => {
    const person = { ...validRow, subjectKind: '自然人', creditCode: '', holderIdKind: '身份证', holderIdNumber: '11010519491231002X' };
    const first = await takeOne(person);
    const second = await takeOne(person);
    expect(first.stored).toMatchObject({ holder_kind: 'NATURAL_PERSON', uscc: null });
    expect(first.stored?.['holder_id']).toBe(second.stored?.['holder_id']);
    expect(JSON.stringify(first.stored)).not.toContain('11010519491231002X');
  });
});
