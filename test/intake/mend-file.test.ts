import type { HubDatabase } from '../../src/database/database.js';
import { mendFile } from '../../src/intake/mend-file.js';
import { testDatabase } from '../support/test-database.js';
import { nationalFile, TestIntake, validRow, type Cells } from './permit-file.js';

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

const query = async (sql: string) => (await database.pool().query<Record<string, unknown>>(sql)).rows;

async function badRows(batch: string): Promise<string> {
  let text = '';
  for await (const line of mendFile(database.pool(), intake.keyRing, batch)) text += line;
  return text;
}

const numbered = (row: Cells, number: number): Cells => ({ ...row, documentNo: `津许〔2019〕${number}号` });

describe('the bad rows of a batch', () => {
  test('come back in their layout with columns and reasons; mended they are stored and linked, again they are duplicates', async () => {
    const first = await intake.takeRows([
      validRow,
      numbered({ ...validRow, status: '7', content: '有,逗号和"引号"\n以及换行' }, 2),
      numbered({ ...validRow, creditCode: '1', validFrom: 'x' }, 3),
    ]);
    expect(first).toMatchObject({ stored: 1, rejected: 2 });
    const file = await badRows(first.batchId);
    expect(await badRows(first.batch)).toBe(file);
    expect(file).toContain('有,逗号和""引号""\n以及换行');
    expect(file).toContain('当前状态');
    const mended = await intake.write(file.replace(',7,', ',1,').replace(',1,,', ',91120116MA0HUB014T,,').replace(',x,', ',2019/05/14,'));
    const second = await intake.take(mended);
    expect(second).toMatchObject({ read: 2, stored: 2, rejected: 0, mends: first.batch, ignoredColumns: [] });
    expect(await intake.take(mended)).toMatchObject({ stored: 0, duplicate: 2 });
    expect(await query('SELECT mends FROM hub.import_batch ORDER BY id')).toEqual([{ mends: null }, { mends: first.batchId }, { mends: first.batchId }]);
  });

  test('not mended come back again, once each with the reasons of now', async () => {
    const first = await intake.takeRows([numbered({ ...validRow, status: '7' }, 2)]);
    const second = await intake.take(await intake.write(await badRows(first.batch)));
    expect(second).toMatchObject({ rejected: 1, mends: first.batch });
    const [header = ''] = (await badRows(second.batch)).split('\r\n');
    expect(header.match(/hub batch/g)).toHaveLength(1);
  });

  test('are nowhere in the clear', async () => {
    const secret = '440524188001010014';
    await intake.takeRows([{ ...validRow, status: '7', holderIdNumber: secret }]);
    expect(JSON.stringify(await query('SELECT * FROM hub.import_bad_row'))).not.toContain(secret);
  });

  test('of a joint application go on behind the parts of the first file', async () => {
    const header = 'Case_Num,Last_Sig_Event,Last_Event_Date,Emp_Name,Emp_City,Emp_State,Occ_Title';
    const row = (title: string, date: string) => `X1,"Certified, Temporary",${date},Farm,Town,TX,${title}`;
    const file = await intake.write([header, row('Hand', '10/01/02 00:00:00'), row('Cook', '13/01/02 00:00:00')].join('\n'));
    const first = await intake.take(file);
    expect(first).toMatchObject({ stored: 1, rejected: 1 });
    const mended = await intake.write((await badRows(first.batch)).replace('13/01/02', '10/02/02'));
    expect(await intake.take(mended)).toMatchObject({ stored: 1, updated: 0 });
    expect(await intake.take(mended)).toMatchObject({ duplicate: 1 });
    expect(await query('SELECT document_part, content FROM hub.permit ORDER BY 1')).toEqual([
      { document_part: 1, content: 'Hand' },
      { document_part: 2, content: 'Cook' },
    ]);
  });

  test('of no batch: IMPORT_BATCH_UNKNOWN', async () => {
    await expect(badRows('77')).rejects.toMatchObject({ code: 'IMPORT_BATCH_UNKNOWN' });
    await expect(badRows('x; DROP')).rejects.toMatchObject({ code: 'IMPORT_BATCH_UNKNOWN' });
    const { batch } = await intake.take(await intake.write(nationalFile([validRow])));
    expect((await badRows(batch)).split('\r\n')).toHaveLength(2);
  });
});
