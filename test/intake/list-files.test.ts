import type { HubDatabase } from '../../src/database/database.js';
import { acceptDoubt, refuseDoubt } from '../../src/intake/accept-doubt.js';
import { listDoubts } from '../../src/intake/doubts.js';
import { importFile } from '../../src/intake/import-file.js';
import { accountedRows, type Ledger } from '../../src/intake/ledger.js';
import { mendFile } from '../../src/intake/mend-file.js';
import { ListRegister } from '../../src/credit/lists/list-register.js';
import { testDatabase } from '../support/test-database.js';
import { listFile, listHeaders, listRow, type ListCells } from './list-file.js';
import { nationalFile, TestIntake, validRow } from './permit-file.js';

let database: HubDatabase;
let intake: TestIntake;

beforeAll(async () => {
  database = await testDatabase();
  intake = await TestIntake.begin(database);
});
afterAll(async () => {
  await intake.remove();
  await database.close();
});
beforeEach(async () => {
  intake.clock.set('2026-11-22T00:00:00Z');
  await database.pool().query('TRUNCATE hub.list_entry, hub.list_entry_step, hub.list_entry_known, hub.subject, hub.import_batch, hub.feed_event, hub.feed_transaction CASCADE');
});

const query = async (sql: string) => (await database.pool().query<Record<string, unknown>>(sql)).rows;
const registry = () => Promise.all(['subject', 'list_entry', 'list_entry_step', 'list_entry_known', 'feed_event'].map((table) => query(`SELECT * FROM hub.${table} t ORDER BY t::text`)));

async function take(content: string | Buffer, organ: string | null = 'HEPING_HRSS'): Promise<Ledger> {
  const { clock, keyRing } = intake;
  const ledger = await importFile(database, { file: await intake.write(content), clock, keyRing, ...(organ === null ? {} : { organ }) });
  expect(accountedRows(ledger)).toBe(ledger.read);
  return ledger;
}

const takeRows = (...rows: readonly ListCells[]) => take(listFile(rows));
const told = ({ rejections, doubts }: Ledger) => [...rejections, ...doubts].map(({ field, code }) => `${field} ${code}`);
const stands = async (number = '2026-1') => (await query(`SELECT state, steps FROM hub.list_entry WHERE entry_no = 'HEPING_HRSS/${number}'`))[0];
const second: ListCells = { ...listRow, number: '2026-2', subjectName: '天津乙人力有限公司', subjectCode: '91120118MA0HUB022J', validTo: '长期' };
const tools = () => ({ database, keyRing: intake.keyRing, clock: intake.clock });

describe('YZ-3.5c, A-49: a file of list entries', () => {
  test('brings each by every step there is, with the days of the file', async () => {
    expect(await takeRows(listRow, second)).toMatchObject({ profile: 'credit-list', read: 2, stored: 2, rejected: 0, doubtful: 0, byStatus: { LISTED: 2 } });
    expect(await query(`SELECT step, on_day::text AS on, taken_by, organ FROM hub.list_entry_step JOIN hub.list_entry e ON e.id = entry_id WHERE e.entry_no = 'HEPING_HRSS/2026-1' ORDER BY ordinal`)).toEqual(
      [['PROPOSE', '2026-01-06'], ['INFORM', '2026-01-06'], ['DECIDE', '2026-01-12'], ['PUBLISH', '2026-01-12']].map(([step, on]) => ({ step, on, taken_by: 'RESPONSIBLE_ORGAN', organ: 'HEPING_HRSS' })),
    );
    expect(await query('SELECT entry_no, state, jurisdiction, list, severity, valid_to::text, official_sources FROM hub.list_entry ORDER BY id')).toEqual([
      { entry_no: 'HEPING_HRSS/2026-1', state: 'PUBLISHED', jurisdiction: 'CN-TJ', list: 'BLACK', severity: 'SERIOUS', valid_to: '2029-01-11', official_sources: null },
      { entry_no: 'HEPING_HRSS/2026-2', state: 'PUBLISHED', jurisdiction: 'CN-TJ', list: 'BLACK', severity: 'SERIOUS', valid_to: null, official_sources: null },
    ]);
  });

  test('again changes nothing', async () => {
    await takeRows(listRow, second);
    const before = await registry();
    expect(await takeRows(listRow, second)).toMatchObject({ stored: 0, updated: 0, duplicate: 2, firstTakenAt: '2026-11-22T00:00:00.000Z' });
    expect(await registry()).toEqual(before);
  });

  test.each<[string, ListCells, string]>([
    ['notice', { informedOn: '' }, '告知日期 REQUIRED'],
    ['defence', { defenceUntil: '' }, '陈述申辩截止日 REQUIRED'],
    ['decision', { decidedOn: '' }, '决定日期 REQUIRED'],
    ['publication', { publishedOn: '' }, '公布日期 REQUIRED'],
    ['an end, or the word that there is none', { validTo: '' }, '有效期至 REQUIRED'],
    ['a code of an organisation', { subjectCode: '' }, '统一社会信用代码 REQUIRED'],
    ['a valid code', { subjectCode: '91120116MA0HUB010E' }, '统一社会信用代码 CREDIT_CODE_INVALID'],
    ['a list there is', { list: '灰名单' }, '名单 VALUE_UNKNOWN'],
    ['the end of the defence', { decidedOn: '2026-01-09' }, '决定日期 LIST_DEFENCE_RUNNING'],
    ['days in order', { defenceUntil: '2026-01-05' }, '* LIST_DAYS_UNFIT'],
    ['days that have come', { publishedOn: '2026-12-01' }, '公布日期 LIST_DAY_TO_COME'],
    ['a term that has begun', { validFrom: '2026-02-01' }, '公布日期 LIST_DAYS_UNFIT'],
    ['a term that is not over', { validTo: '2026-11-21' }, '有效期至 LIST_ENTRY_OVER'],
    ['a term in order', { validTo: '2026-01-11' }, '有效期至 DATE_ORDER'],
    ['a day of its end', { endKind: '撤销' }, '移出日期 REQUIRED'],
    ['a kind of its end', { endedOn: '2026-05-01' }, '移出原因 REQUIRED'],
    ['an end that came while it was on the list here', { endKind: '撤销', endedOn: '2026-05-01' }, '移出原因 LIST_ENTRY_OVER'],
  ])('without %s nothing enters, and no trace stays', async (_, cells, reason) => {
    const ledger = await takeRows({ ...listRow, ...cells }, second);
    expect(ledger).toMatchObject({ stored: 1, rejected: 1, doubtful: 0 });
    expect(told(ledger)).toEqual([reason]);
    expect(await query('SELECT entry_no FROM hub.list_entry')).toEqual([{ entry_no: 'HEPING_HRSS/2026-2' }]);
    expect(await query('SELECT DISTINCT entity_id::text AS id FROM hub.feed_event WHERE entity = $$ListEntry$$')).toEqual(await query('SELECT id::text FROM hub.list_entry'));
  });

  test('who was heard may be decided on before the defence is over', async () => {
    expect(await takeRows({ ...listRow, decidedOn: '2026-01-08', publishedOn: '2026-01-12', validFrom: '2026-01-08', heard: '是' })).toMatchObject({ stored: 1 });
    expect(await query('SELECT heard, decided_on::text AS on FROM hub.list_entry')).toEqual([{ heard: true, on: '2026-01-08' }]);
  });

  test('of a natural person carries no code, and the person is known by the entry alone (A-60)', async () => {
    const person = { ...listRow, subjectKind: '自然人', subjectName: '虚构人甲', subjectCode: '' };
    expect(await takeRows(person)).toMatchObject({ stored: 1 });
    expect(await query('SELECT s.identifier_scheme FROM hub.list_entry e JOIN hub.subject s ON s.id = e.subject_id')).toEqual([{ identifier_scheme: 'LIST_ENTRY' }]);
  });
});

describe('YZ-3.5b, YZ-3.5e: an entry the hub has', () => {
  test('leaves its list when a later file says that it was revoked', async () => {
    const [endKind, state] = ['撤销', 'REVOKED'];
    await takeRows(listRow);
    const ended = { ...listRow, endKind, endedOn: '2026-09-01', endDocumentNo: '和平人社移〔2026〕1号' };
    expect(await takeRows(ended)).toMatchObject({ updated: 1, byStatus: { [state]: 1 } });
    expect(await stands()).toEqual({ state, steps: 5 });
    expect(await takeRows(ended)).toMatchObject({ duplicate: 1 });
    expect(await stands()).toEqual({ state, steps: 5 });
    // An older file calls it listed: it does not come back, and somebody looks at it.
    expect(told(await takeRows(listRow))).toEqual(['移出原因 ENTRY_ENDED']);
    expect(told(await takeRows({ ...ended, endedOn: '2026-09-02' }))).toEqual(['移出日期 ENTRY_DIFFERS']);
    expect(await stands()).toEqual({ state, steps: 5 });
  });

  test('is repaired by a case and never by a file', async () => {
    await takeRows(listRow);
    expect(told(await takeRows({ ...listRow, endKind: '信用修复', endedOn: '2026-09-01' }))).toEqual(['移出原因 LIST_REPAIR_BY_CASE']);
    expect(await stands()).toEqual({ state: 'PUBLISHED', steps: 4 });
  });

  test('that is over stays so, whether or not a file tells it', async () => {
    await takeRows({ ...listRow, validTo: '2026-12-31' });
    intake.clock.set('2027-02-01T00:00:00Z');
    const over = { ...listRow, validTo: '2026-12-31', endKind: '期满', endedOn: '2027-01-01' };
    expect(await takeRows(over)).toMatchObject({ duplicate: 1 });
    await new ListRegister(database, intake.keyRing, intake.clock).expire(10);
    expect(await takeRows(over)).toMatchObject({ duplicate: 1 });
    expect(await takeRows({ ...listRow, validTo: '2026-12-31' })).toMatchObject({ duplicate: 1 });
    expect(await stands()).toEqual({ state: 'EXPIRED', steps: 5 });
  });

  test('that its organ proposed by itself is taken on from where it stands', async () => {
    const register = new ListRegister(database, intake.keyRing, intake.clock);
    const { entryNo } = await register.propose(
      { code: 'HEPING_HRSS', jurisdiction: 'CN-TJ' },
      {
        number: '2026-1', list: 'BLACK', ground: 'WAGE_ARREARS', legalBasis: '人社部令第45号', documentNo: '和平人社列〔2026〕1号', severity: 'SERIOUS', reason: '拖欠 37 名农民工工资，经责令仍不支付',
        district: '120101', subjectKind: 'ORGANISATION', subjectName: '天津甲劳务有限公司', subjectCode: '91120116MA0HUB014T', proposedOn: '2026-01-02',
      },
    );
    await register.take({ code: 'HEPING_HRSS' }, entryNo, {
      step: 'INFORM', on: '2026-01-06', defenceUntil: '2026-01-09', documentNo: null, note: null, heard: false, validFrom: null, validTo: null, repairFrom: null,
    });
    // What ended before it was published here is not published any more.
    expect(told(await takeRows({ ...listRow, endKind: '撤销', endedOn: '2026-05-01' }))).toEqual(['移出原因 LIST_ENTRY_OVER']);
    expect(await stands()).toEqual({ state: 'INFORMED', steps: 2 });
    expect(await takeRows(listRow)).toMatchObject({ updated: 1 });
    expect(await stands()).toEqual({ state: 'PUBLISHED', steps: 4 });
  });

  test.each<[string, ListCells]>([
    ['列入事由代码', { ground: 'OTHER' }], ['主体名称', { subjectName: '天津丙劳务有限公司' }], ['陈述申辩截止日', { defenceUntil: '2026-01-10' }],
    ['有效期至', { validTo: '长期' }], ['公布日期', { publishedOn: '2026-01-13' }], ['可申请修复之日', { repairFrom: '' }],
  ])('is not overwritten by a row that says otherwise: %s', async (column, cells) => {
    await takeRows(listRow);
    const before = await registry();
    const ledger = await takeRows({ ...listRow, ...cells });
    expect(ledger).toMatchObject({ stored: 0, updated: 0, doubtful: 1 });
    expect(told(ledger)).toEqual([`${column} ENTRY_DIFFERS`]);
    const [doubt] = await listDoubts(database.pool(), { state: 'OPEN', limit: 10 });
    expect(doubt?.documentNo).toBe('HEPING_HRSS/2026-1');
    // Not even when somebody accepts it: the organ takes its decision back and lists anew.
    expect(await acceptDoubt(tools(), { reference: doubt?.reference ?? '', by: '王五', note: null })).toMatchObject({ stored: 0, updated: 0, doubtful: 1 });
    expect(await registry()).toEqual(before);
    await refuseDoubt(tools(), { reference: doubt?.reference ?? '', by: '王五', note: '以枢纽为准' });
    expect(await takeRows({ ...listRow, ...cells })).toMatchObject({ rejected: 1, doubtful: 0 });
  });
});

describe('the organ of a file of lists', () => {
  test.each([
    ['is missing', null], ['is none that lists', 'CREDIT_PLATFORM'], ['keeps a foreign register', 'US_OFLC'], ['does not exist', 'NOBODY'],
  ])('%s: nothing is imported', async (_, organ) => {
    await expect(take(listFile([listRow]), organ)).rejects.toMatchObject({ code: 'IMPORT_ORGAN_UNFIT' });
    expect(await query('SELECT FROM hub.import_batch')).toEqual([]);
  });

  test('is named for lists alone', async () => {
    await expect(take(nationalFile([validRow]))).rejects.toMatchObject({ code: 'IMPORT_ORGAN_UNFIT' });
    await expect(take('Program,Entity Debarred,City,State,Start Date,End Date,Sources,Notes\n')).rejects.toMatchObject({ code: 'IMPORT_ORGAN_UNFIT' });
  });

  test('cannot write the entries of another: the number is its own', async () => {
    await takeRows(listRow);
    expect(await take(listFile([{ ...listRow, ground: 'OTHER' }]), 'HEDONG_HRSS')).toMatchObject({ stored: 1 });
    expect(await query('SELECT entry_no, ground FROM hub.list_entry ORDER BY id')).toEqual([
      { entry_no: 'HEPING_HRSS/2026-1', ground: 'WAGE_ARREARS' }, { entry_no: 'HEDONG_HRSS/2026-1', ground: 'OTHER' },
    ]);
  });
});

test('rows of several batches keep their account: what one holds back stays out, the others are in', async () => {
  const persons = Array.from({ length: 120 }, (_, index) => ({
    ...listRow, number: `n${index}`, subjectKind: '自然人', subjectName: `虚构人${index}`, subjectCode: '', ...(index % 40 === 7 ? { decidedOn: '2026-01-09' } : {}),
  }));
  expect(await takeRows(...persons)).toMatchObject({ read: 120, checked: 120, matched: 117, stored: 117, rejected: 3 });
  expect(await query('SELECT count(*)::int AS n FROM hub.list_entry')).toEqual([{ n: 117 }]);
});

test('bad rows come back in their layout, and the mended file is linked', async () => {
  const first = await takeRows({ ...listRow, decidedOn: '2026-01-09' }, second);
  let mended = '';
  for await (const line of mendFile(database.pool(), intake.keyRing, first.batch)) mended += line.replace('2026-01-09,,2026-01-09', '2026-01-09,,2026-01-12');
  expect(mended.startsWith(`\uFEFF${listHeaders.get('number') ?? ''},`)).toBe(true);
  expect(await take(mended)).toMatchObject({ stored: 1, rejected: 0, mends: first.batch });
});
