import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { generateNationalLayout } from '../../src/intake/generator.js';
import { importFile } from '../../src/intake/import-file.js';
import { systemClock } from '../../src/measures/clock.js';
import { IdentityProvider, issuerName } from '../access/identity-provider.js';
import { sampleHub, type SampleHub } from '../support/sample-hub.js';
import { TestBrowser, type Visit } from './chromium.js';

/** The page as people use it: in a real browser that can reach nothing but the hub. */

const rows = '#answer .rows tbody tr';
const runButton = (name: string): string => `#examples li[data-name="${name}"] .run`;

/** Chooses who asks and waits until the page says so. */
async function askAs(page: Page, agency: string): Promise<void> {
  await page.selectOption('#agency', agency);
  await page.waitForFunction((code) => document.querySelector('#identity .who')?.textContent.includes(code), agency);
}

describe('the page in Chromium', () => {
  let running: SampleHub;
  let browser: TestBrowser;
  let open: Visit;
  let page: Page;

  beforeAll(async () => {
    running = await sampleHub();
    browser = await TestBrowser.start();
  });
  afterAll(async () => {
    await browser.close();
    await running.close();
  });

  beforeEach(async () => {
    open = await browser.visit(running.hub.url);
    page = open.page;
  });
  afterEach(async () => {
    const { faults } = open;
    await open.close();
    expect(faults).toEqual([]);
  });

  test('opens in Chinese with the schema read, and says who asks and how long', async () => {
    await page.waitForSelector('#identity .who strong');
    expect(await page.textContent('#identity .who')).toMatch(/天津市滨海新区人力资源和社会保障局BINHAI_HRSS · 120116 · 令牌有效至 \d\d\/\d\d \d\d:\d\d/);
    await page.click('.graphiql-sidebar button[aria-label="打开结构文档"]');
    await page.waitForSelector('.graphiql-doc-explorer >> text=PermitConnection');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    // What GraphiQL itself says is Chinese too.
    const labels = await page.locator('#editor button[aria-label]').evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
    expect(labels.filter((label) => !/\p{Script=Han}/u.test(label))).toEqual([]);
  });

  test('Binhai’s bureau runs an example and sees rows under Chinese headings; the token is kept nowhere', async () => {
    await page.click(runButton('partner-1-newest'));
    await page.waitForSelector(rows);
    expect(await page.locator(rows).count()).toBe(20);
    expect(await page.locator('#answer thead').innerText()).toContain('许可决定日期');
    expect(await page.locator(rows).first().innerText()).toMatch(/津合成许.*(劳务派遣经营许可|人力资源服务)/s);
    const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie, location.href]));
    expect(stored).not.toContain('eyJ');
  });

  test('Heping’s bureau asking for Binhai sees no rows and the note on its scope (XT-3.1c)', async () => {
    await askAs(page, 'BINHAI_HRSS');
    await page.click('#examples li[data-name="partner-1-newest"] .load');
    await askAs(page, 'HEPING_HRSS');
    await page.click('.graphiql-execute-button');
    await page.waitForSelector('#answer .empty');
    const note = await page.locator('#answer .scope').innerText();
    expect(note).toContain('120101');
    expect(note).toContain('XT-3.1c');
    expect(note).toContain('B-02');
  });

  test('a denied field is in a panel with its table row and clause (B-02)', async () => {
    await page.click(runButton('partner-2-one-permit'));
    await page.waitForSelector('#answer .denied');
    const panel = await page.locator('#answer .denied').innerText();
    expect(panel).toContain('未向您共享');
    expect(panel).toMatch(/Permit\.content[\s\S]*B-02[\s\S]*XT-5\.1\.2c/);
    expect(panel).toContain('由有权机关（区行政审批局、');
    await page.click('#answer .denied .clause >> text=XT-5.1.2c');
    await page.waitForSelector('#answer .denied blockquote >> text=3日内送区人力社保局');
    await page.click('.languages button[lang="en"]');
    expect(await page.locator('#answer .denied').innerText()).toContain('Not shared with you');
  });

  test('a subscription shows each change as a file is imported, and stops on request', async () => {
    await askAs(page, 'MUNI_HRSS');
    await page.click(runButton('credit-1-follow'));
    await page.waitForSelector(`${rows} >> text=OPENED`);
    const file = path.join(running.folder, 'three.csv');
    let text = '';
    for await (const part of generateNationalLayout({ rows: 3, seed: 3003, at: '2025-12-31' })) text += part;
    await writeFile(file, text);
    await importFile(running.database, { file, clock: systemClock, keyRing: running.keyRing });
    await page.waitForSelector(`${rows}:nth-child(4)`);
    const numbers = await page.locator(`${rows} td:first-child`).allInnerTexts();
    expect(numbers).toEqual(['3', '2', '1', '0']);
    await page.click('#answer .buttons button');
    await page.waitForSelector('#answer .status[data-state="ended"]');
  });

  test('next page goes on behind the cursor', async () => {
    await askAs(page, 'MUNI_HRSS');
    await page.click(runButton('credit-2-reconcile'));
    await page.waitForSelector(`${rows}:nth-child(100)`);
    const first = await page.locator(`${rows} td:first-child`).allInnerTexts();
    await page.click('#answer .buttons button');
    await page.waitForFunction((before) => {
      const cell = document.querySelector('#answer .rows tbody td');
      return cell !== null && cell.textContent !== before;
    }, first[0] ?? '');
    const second = await page.locator(`${rows} td:first-child`).allInnerTexts();
    expect(second.filter((number) => first.includes(number))).toEqual([]);
  });

  test('language: every word of the frame changes, is remembered, and the editor’s own words go back', async () => {
    await page.click('.languages button[lang="en"]');
    expect(await page.innerText('#examples summary')).toBe('Examples');
    expect(await page.title()).toBe('Concordat · Data sharing between bureaus');
    await page.waitForSelector('#editor button[aria-label="Show Documentation Explorer"]');
    expect(await page.innerText('#header')).not.toContain('以此机关查询');
    await page.reload();
    await page.waitForSelector('.graphiql-query-editor .CodeMirror');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.getAttribute('.languages button[lang="en"]', 'aria-pressed')).toBe('true');
    await page.click('.languages button[lang="zh-CN"]');
    await page.waitForSelector('#editor button[aria-label="打开结构文档"]');
  });

  test('by keyboard alone: skip link, editor, Ctrl+Enter; every control has a name', async () => {
    await page.waitForSelector('#identity .who strong');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('skip');
    await page.focus('.graphiql-query-editor textarea');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{ viewer { principal');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector(`${rows} >> text=DISTRICT_HRSS`);
    const nameless = await page.locator('button, select, input').evaluateAll((controls) =>
      controls
        .filter((control) => control.checkVisibility() && control.closest('.CodeMirror') === null)
        .filter((control) => !(control.getAttribute('aria-label') ?? '') && control.textContent.trim() === '' && document.querySelector(`label[for="${control.id}"]`) === null)
        .map((control) => control.outerHTML),
    );
    expect(nameless).toEqual([]);
  });

  test('a dialog of GraphiQL opens and closes under the strict policy', async () => {
    await page.click('#editor button[aria-label="快捷键"]');
    await page.waitForSelector('.graphiql-dialog >> text=整理格式');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.graphiql-dialog', { state: 'detached' });
  });

  test('nothing is written over when the page is wide or as narrow as a telephone', async () => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.click(runButton('partner-2-one-permit')).catch(async () => {
        await page.click('#examples summary');
        await page.click(runButton('partner-2-one-permit'));
      });
      await page.waitForSelector('#answer .denied');
      expect([width, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([width, width]);
    }
  });

  test('works on a machine without Chinese fonts', async () => {
    const other = await TestBrowser.start({ withoutChineseFonts: true });
    try {
      const { page: plain, faults } = await other.visit(running.hub.url);
      await plain.click(runButton('partner-1-newest'));
      await plain.waitForSelector(rows);
      expect(await plain.locator(rows).count()).toBe(20);
      expect(faults).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('production mode', () => {
  let provider: IdentityProvider;
  let running: SampleHub;
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await TestBrowser.start();
    provider = await IdentityProvider.start();
    running = await sampleHub({ identity: { mode: 'production', audience: 'concordat', external: { issuer: issuerName, jwks: provider.url } } });
  });
  afterAll(async () => {
    await browser.close();
    await running.close();
    await provider.stop();
  });

  test('offers no identity; without a token the page explains, with a pasted one it works', async () => {
    const { page, faults } = await browser.visit(running.hub.url);
    expect(await page.locator('#agency').count()).toBe(0);
    expect(await page.innerText('#identity .who')).toContain('尚无令牌');
    await page.click(runButton('partner-1-newest'));
    await page.waitForSelector('#answer .fault >> text=TOKEN_MISSING');
    expect(faults).toEqual([expect.stringContaining('401')]);
    await page.fill('#token', await provider.token('first', { agency: 'BINHAI_HRSS' }));
    await page.keyboard.press('Enter');
    await page.waitForSelector('#identity .who strong');
    expect(await page.inputValue('#token')).toBe('');
    await page.click(runButton('partner-1-newest'));
    await page.waitForSelector(rows);
    await page.click('.graphiql-sidebar button[aria-label="打开结构文档"]');
    await page.waitForSelector('.graphiql-doc-explorer >> text=PermitConnection');
  });
});
