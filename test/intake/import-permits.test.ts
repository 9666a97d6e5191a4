import fc from 'fast-check';
import type { HubDatabase } from '../../src/database/database.js';
import { IntakeError } from '../../src/intake/intake-error.js';
import { testDatabase } from '../support/test-database.js';
import { headers, municipalRow, nationalFile, TestIntake, validRow, type Cells } from './permit-file.js';

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

async function query(sql: string): Promise<Record<string, unknown>[]> {
  return (await database.pool().query<Record<string, unknown>>(sql)).rows;
}

/** Everything an import may change, except the account of the import itself. */
async function registry(): Promise<unknown> {
  const tables = ['subject', 'permit', 'permit_action', 'permit_application', 'feed_event'];
  return Promise.all(tables.map((table) => query(`SELECT * FROM hub.${table} t ORDER BY t::text`)));
}

const numbered = (row: Cells, number: number): Cells => ({ ...row, documentNo: `津许〔2019〕${number}号` });

describe('an import', () => {
  test('keeps its ledger and every rejection with the batch', async () => {
    const ledger = await intake.takeRows([validRow, numbered({ ...validRow, status: '7', content: '' }, 2)]);
    expect(ledger).toMatchObject({
      profile: 'national-permit-2018',
      read: 2,
      stored: 1,
      rejected: 1,
      byStatus: { 1: 1, '(未列入取值表 · unlisted)': 1 },
      firstTakenAt: null,
    });
    expect(ledger.digest).toMatch(/^[0-9a-f]{64}$/);
    const [batch] = await query('SELECT * FROM hub.import_batch');
    expect(batch).toMatchObject({ id: ledger.batchId, file_digest: ledger.digest, ledger });
    expect(await query('SELECT line, field, code FROM hub.import_rejection ORDER BY field')).toEqual([
      { line: '3', field: '当前状态', code: 'VALUE_UNKNOWN' },
      { line: '3', field: '许可内容', code: 'REQUIRED' },
    ]);
  });

  test('of the same file again changes nothing and says when it was first taken in', async () => {
    const file = await intake.write(nationalFile([validRow, municipalRow, numbered(validRow, 3)]));
    await intake.take(file);
    const before = await registry();
    intake.clock.set('2020-06-03T04:05:06Z');
    expect(await intake.take(file)).toMatchObject({ stored: 0, duplicate: 3, firstTakenAt: '2020-06-01T00:00:00.000Z' });
    expect(await registry()).toEqual(before);
  });

  test('A-02 gives each new permit the action of its decision, and moves it with a corrected date', async () => {
    await intake.takeRows([validRow]);
    expect(await query('SELECT action, acted_on::text, item, district FROM hub.permit_action')).toEqual([
      { action: 'GRANT', acted_on: '2019-05-14', item: 'P01', district: '120116' },
    ]);
    intake.clock.set('2020-07-01T00:00:00Z');
    expect(await intake.takeRows([{ ...validRow, decidedOn: '2019/05/13', status: '2' }])).toMatchObject({ updated: 1 });
    expect(await query('SELECT revision, status, updated_at FROM hub.permit')).toEqual([
      { revision: 2, status: 'INVALID', updated_at: new Date('2020-07-01T00:00:00Z') },
    ]);
    expect(await query('SELECT action, acted_on::text FROM hub.permit_action')).toEqual([
      { action: 'GRANT', acted_on: '2019-05-13' },
    ]);
  });

  test('takes a document that stands several times in one batch in the order of the file', async () => {
    const rows = [validRow, { ...validRow, status: '2' }, { ...validRow, status: '2' }, validRow, municipalRow];
    expect(await intake.takeRows(rows)).toMatchObject({ stored: 2, updated: 2, duplicate: 1 });
    expect(await query(`SELECT revision, status FROM hub.permit WHERE item = 'P01'`)).toEqual([{ revision: 3, status: 'VALID' }]);
  });

  test('matches holders by credit code only; the newest document has the word on the name', async () => {
    const renamed = { ...numbered(validRow, 9), holderName: '虚构新名有限公司', decidedOn: '2019/08/01' };
    const file = await intake.write(nationalFile([renamed, validRow, { ...municipalRow, holderName: '虚构新名有限公司' }]));
    await intake.take(file);
    const subjects = 'SELECT name, uscc FROM hub.subject ORDER BY uscc';
    expect(await query(subjects)).toEqual([
      { name: '虚构新名有限公司', uscc: '91120116MA0HUB014T' },
      { name: '虚构新名有限公司', uscc: '91120118MA0HUB022J' },
    ]);
    const before = await registry();
    expect(await intake.take(file)).toMatchObject({ duplicate: 3 });
    expect(await registry()).toEqual(before);

    expect(await intake.takeRows([{ ...renamed, holderName: '虚构再更名有限公司' }])).toMatchObject({ updated: 1 });
    expect((await query(subjects))[0]).toMatchObject({ name: '虚构再更名有限公司' });
  });

  test('reads headers in any order, by code or by name, and says which columns it did not read', async () => {
    const columns = [...headers.keys()].reverse();
    const codes: Record<string, string> = { documentNo: 'XK_WSH', districtCode: 'DFBM', creditCode: '行政相对人代码_1（统一社会信用代码）' };
    const header = [...columns.map((field) => codes[field] ?? headers.get(field) ?? ''), '采集日期'];
    const cells = columns.map((field) => validRow[field] ?? '').concat('2020/01/01');
    const ledger = await intake.take(await intake.write(`\uFEFF${header.join(',')}\r\n${cells.join(',')}\r\n`));
    expect(ledger).toMatchObject({ stored: 1, ignoredColumns: ['采集日期'] });
  });

  test('skips what is no data: explanations, empty lines, a header again', async () => {
    const [header = '', row = ''] = nationalFile([validRow]).split('\n');
    const file = await intake.write(['表格说明：本表由各单位填报', '', header, row, '', header, ',,,'].join('\n'));
    expect(await intake.take(file)).toMatchObject({ read: 1, stored: 1, skipped: 5 });
  });

  test('tells the line on which a row begins, also after cells with line breaks', async () => {
    const ledger = await intake.takeRows([{ ...validRow, content: '一\n二\n三' }, numbered({ ...validRow, status: '' }, 2)]);
    expect(ledger.rejections).toMatchObject([{ line: 5, code: 'REQUIRED' }]);
  });

  test('by two processes at once stores each document once', async () => {
    const file = await intake.write(nationalFile(Array.from({ length: 700 }, (_, index) => numbered(validRow, index))));
    const ledgers = await Promise.all([intake.take(file), intake.take(file)]);
    expect(ledgers.reduce((sum, { stored }) => sum + stored, 0)).toBe(700);
    expect(ledgers.reduce((sum, { duplicate }) => sum + duplicate, 0)).toBe(700);
  });
});

describe('an import loses no row', () => {
  const cell = fc.oneof(
    fc.constantFrom('', '无', '/', '-', 'null', '1', '2', '长期', '2019/05/14', '2019-13-01', '12010001', 'P01', 'P02', '120116', '120101', '自然人'),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('91120116MA0HUB014T', '９１１２０１１６７５８１０６９３３Ｎ', '天津市滨海新区行政审批局', '天津市人力资源和社会保障局'),
  );
  const breakage = fc.dictionary(fc.constantFrom(...headers.keys()), cell, { maxKeys: 4 });
  const rows = fc.array(fc.tuple(fc.constantFrom(validRow, municipalRow), fc.integer({ min: 1, max: 12 }), breakage), { maxLength: 30 });

  test('whatever the cells hold', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (drawn) => {
        const broken = drawn.map(([row, number, cells]) => ({ ...numbered(row, number), ...cells }));
        const before = Number((await query('SELECT count(*) AS n FROM hub.permit'))[0]?.['n']);
        const ledger = await intake.takeRows(broken);
        expect(ledger.read + ledger.skipped).toBe(broken.length);
        const after = Number((await query('SELECT count(*) AS n FROM hub.permit'))[0]?.['n']);
        expect(after - before).toBe(ledger.stored);
        const again = await intake.takeRows(broken);
        expect(again).toMatchObject({ read: ledger.read, rejected: ledger.rejected, stored: 0 });
        expect(await query(`SELECT p.id FROM hub.permit p LEFT JOIN hub.permit_action a ON a.permit_id = p.id
                             GROUP BY p.id HAVING count(a.id) <> 1`)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a file is refused as a whole', () => {
  test.each<[string, string, () => string | Buffer]>([
    ['IMPORT_FILE_ENCODING', 'Line 3', () => Buffer.concat([Buffer.from(nationalFile([validRow])), Buffer.from([0xbd, 0xf2, 0x0a])])],
    ['IMPORT_HEADER_MISMATCH', '许可机关 (XK_XKJG)', () => [...headers.values()].filter((name) => name !== '许可机关').join(',')],
    ['IMPORT_HEADER_MISMATCH', 'stands twice', () => [...headers.values(), 'XK_WSH'].join(',')],
    ['IMPORT_HEADER_MISMATCH', 'missing columns', () => 'Case_Num,Emp_Name\n1,2\n'],
    ['IMPORT_FILE_EMPTY', 'no header', () => '\n\n'],
    ['IMPORT_CSV_MALFORMED', 'unclosed quote', () => nationalFile([validRow]).concat('"')],
  ])('%s: %s', async (code, told, content) => {
    const attempt = intake.take(await intake.write(content()));
    await expect(attempt).rejects.toThrow(IntakeError);
    await expect(attempt).rejects.toMatchObject({ code });
    await expect(attempt).rejects.toThrow(told);
    expect(await query('SELECT FROM hub.permit')).toEqual([]);
  });

  test('IMPORT_FILE_UNREADABLE when it is not there, IMPORT_PROFILE_UNKNOWN for a profile that is not', async () => {
    await expect(intake.take('/nowhere/rows.csv')).rejects.toMatchObject({ code: 'IMPORT_FILE_UNREADABLE' });
    const file = await intake.write(nationalFile([validRow]));
    await expect(intake.take(file, '../profile')).rejects.toMatchObject({ code: 'IMPORT_PROFILE_UNKNOWN' });
    await expect(intake.take(file, 'national-permit-2012')).rejects.toMatchObject({ code: 'IMPORT_PROFILE_UNKNOWN' });
    await expect(intake.take(file, 'national-permit-2015')).rejects.toMatchObject({ code: 'IMPORT_HEADER_MISMATCH' });
  });
});
