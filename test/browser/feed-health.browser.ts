import { FixedClock } from '../../src/measures/clock.js';
import { Receipts } from '../../src/feed/receipts.js';
import { textLog } from '../../src/log.js';
import { headOf } from '../duties/duty-world.js';
import { sampleHub, type SampleHub } from '../support/sample-hub.js';
import { TestBrowser, type Visit } from './chromium.js';

/** The page of the feed's health in a real browser that can reach nothing but the hub. */

let running: SampleHub;
let browser: TestBrowser;
let open: Visit;

beforeAll(async () => {
  running = await sampleHub();
  const pool = running.database.pool();
  const { epoch, position } = await headOf(pool);
  const receipts = new Receipts({ pool, clock: new FixedClock(new Date()), log: textLog('error', () => undefined), sinks: [] });
  receipts.consumer({ agency: 'JINBAO', principal: 'JINBAO' }, { recordType: 'Permit', transport: 'WEBHOOK', name: 'hook' }).took([position], { epoch, position: position + 1n, number: 1 });
  receipts.consumer({ agency: 'HEPING_HRSS', principal: 'DISTRICT_HRSS' }, { recordType: 'Permit', transport: 'SSE', name: 'a' }).reached({ epoch, position, number: 0 });
  await receipts.close();
  browser = await TestBrowser.start();
});

afterAll(async () => {
  await browser.close();
  await running.close();
});

beforeEach(async () => {
  open = await browser.visit(`${running.origin}/feed-health`, '#agency');
});

afterEach(async () => {
  const { faults } = open;
  await open.close();
  expect(faults).toEqual([]);
});

test('the municipal bureau sees every platform and agency, in Chinese and in English (YZ-3.3c)', async () => {
  const { page } = open;
  await page.selectOption('#agency', 'MUNI_HRSS');
  await page.waitForSelector('#platforms tbody tr');
  expect(await page.locator('#platforms tbody tr').count()).toBe(9);
  expect(await page.locator('#platforms tr', { hasText: 'JINBAO' }).innerText()).toMatch(/人力社保金保二期信息系统.*正常.*WEBHOOK.*1 \/ 1.*0 秒/s);
  expect(await page.locator('#platforms tr', { hasText: 'GOV_PORTAL' }).first().innerText()).toMatch(/YZ-3\.3c.*尚无可推送的记录/s);
  expect(await page.locator('#platforms tr', { hasText: 'CREDIT_PLATFORM' }).first().innerText()).toMatch(/YZ-3\.5e.*从未接入.*ListEntry/s);
  expect(await page.locator('#others tbody tr').innerText()).toContain('HEPING_HRSS');
  await page.click('.languages button[lang="en"]');
  expect(await page.locator('#platforms tr', { hasText: 'JINBAO' }).innerText()).toMatch(/Current/);
  expect(await page.title()).toBe('Concordat · Feed and interconnection');
  const picture = process.env['PICTURE'];
  if (picture) await page.screenshot({ path: picture });
});

test('who may not see it is told so, with the basis', async () => {
  const { page } = open;
  await page.selectOption('#agency', 'HEPING_HRSS');
  await page.waitForSelector('#health .denied');
  expect(await page.locator('#platforms').count()).toBe(0);
});
