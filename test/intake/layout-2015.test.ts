import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';
import { TestIntake, validRow } from './permit-file.js';

const header = 'XK_WSH,XK_XMMC,XK_SPLB,XK_NR,XK_XDR,XK_XDR_SHXYM,XK_XDR_ZDM,XK_XDR_GSDJ,XK_XDR_SWDJ,XK_XDR_SFZ,XK_FR,XK_JDRQ,XK_JZQ,XK_XZJG,XK_ZT,DFBM,SJC,BZ,事项编码';

const row: Readonly<Record<string, string>> = {
  XK_WSH: '津滨审许〔2017〕1号', XK_XMMC: '劳务派遣经营许可证', XK_SPLB: '普通', XK_NR: '劳务派遣', XK_XDR: '虚构劳务有限公司',
  XK_XDR_SHXYM: '91120116MA0HUB014T', XK_FR: '虚构人甲', XK_JDRQ: '2017/05/14', XK_JZQ: '2020/05/13', XK_XZJG: '天津市滨海新区行政审批局',
  XK_ZT: '0', DFBM: '120116', SJC: '2017-06-01 10:22:33',
};

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

async function take(...changes: readonly Readonly<Record<string, string>>[]) {
  const lines = changes.map((change) => header.split(',').map((name) => ({ ...row, ...change })[name] ?? '').join(','));
  return intake.take(await intake.write([header, ...lines].join('\n')));
}

describe('the national layout of 2015', () => {
  test('is recognised by its header; what it lacks is null', async () => {
    expect(await take({})).toMatchObject({ profile: 'national-permit-2015', stored: 1, rejections: [] });
    expect(await query('SELECT item, document_title, status, valid_from, certificate_no, source_agency FROM hub.permit')).toEqual([
      { item: 'P01', document_title: '劳务派遣经营许可证', status: 'VALID', valid_from: null, certificate_no: null, source_agency: 'BINHAI_APPROVAL' },
    ]);
  });

  test.each([
    ['', 'VALID'],
    ['0', 'VALID'],
    ['1', 'REVOKED'],
    ['撤销', 'REVOKED'],
  ])('reads state "%s" as %s: 1 means 撤销 here and 有效 in 2018', async (state, status) => {
    await take({ XK_ZT: state });
    expect(await query('SELECT status FROM hub.permit')).toEqual([{ status }]);
  });

  test('A-70 turns a revocation into an action on the day of its time stamp, and asks for that day', async () => {
    await take({ XK_ZT: '1' });
    expect(await query('SELECT action, acted_on::text FROM hub.permit_action ORDER BY id')).toEqual([
      { action: 'GRANT', acted_on: '2017-05-14' },
      { action: 'REVOCATION', acted_on: '2017-06-01' },
    ]);
    expect(await take({ XK_ZT: '1' })).toMatchObject({ duplicate: 1 });
    expect(await query('SELECT count(*) FROM hub.permit_action')).toEqual([{ count: '2' }]);
    expect(await take({ XK_WSH: '津滨审许〔2017〕2号', XK_ZT: '1', SJC: '' })).toMatchObject({ rejections: [{ code: 'REQUIRED' }] });
  });

  test.each(['2', '异议', '3'])('files state "%s" as doubtful', async (state) => {
    expect(await take({ XK_ZT: state })).toMatchObject({ doubtful: 1, doubts: [{ code: 'STATE_UNCLEAR' }] });
  });

  test('tells the kind of holder by its codes: organisation, household business, natural person, or none', async () => {
    const numbered = (n: number, change: Readonly<Record<string, string>>) => ({ XK_WSH: `津滨审许〔2017〕${n}号`, ...change });
    const ledger = await take(
      numbered(1, { XK_XDR_SHXYM: '92350212MA0HUB0655', XK_XDR: '虚构店' }),
      numbered(2, { XK_XDR_SHXYM: '', XK_XDR_ZDM: 'MA0HUB022' }),
      numbered(3, { XK_XDR_SHXYM: '', XK_XDR_SFZ: '11010519491231002X', XK_XDR: '虚构人乙' }),
      numbered(4, { XK_XDR_SHXYM: '' }),
    );
    expect(ledger).toMatchObject({ stored: 3, rejected: 1, sealedIdentityNumbers: 1, rejections: [{ line: 5, code: 'REQUIRED' }] });
    expect(await query('SELECT kind FROM hub.subject ORDER BY id')).toEqual([
      { kind: 'HOUSEHOLD_BUSINESS' },
      { kind: 'ORGANISATION' },
      { kind: 'NATURAL_PERSON' },
    ]);
  });

  test('does not empty what a row of 2018 brought and this layout has no column for', async () => {
    await intake.takeRows([validRow]);
    const same = { XK_WSH: validRow['documentNo'] ?? '', XK_JDRQ: '2019/05/14', XK_JZQ: '2022/05/13' };
    expect(await take({ ...same, XK_XMMC: '准予行政许可决定书', 事项编码: 'P01' })).toMatchObject({ duplicate: 1 });
    expect(await take({ ...same, XK_XMMC: '准予行政许可决定书', 事项编码: 'P01', XK_JZQ: '2022/05/14' })).toMatchObject({ updated: 1 });
    expect(await query('SELECT certificate_no, valid_from::text, valid_to::text FROM hub.permit')).toEqual([
      { certificate_no: '12010001', valid_from: '2019-05-14', valid_to: '2022-05-14' },
    ]);
  });
});
