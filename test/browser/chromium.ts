import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Nothing of the browser's own may reach for the network, and no name leads anywhere: the hub is an address. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** One page in a context of its own: nothing remembered from the one before. */
export interface Visit {
  readonly page: Page;
  /** What went wrong in the page so far: console errors, exceptions, and requests to another host. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

/** A Chromium with a fresh profile. */
export class TestBrowser {
  private constructor(
    private readonly browser: Browser,
    private readonly folder: string,
  ) {}

  /** Throws, naming the package, when there is no Chromium. `withoutChineseFonts`: without any font Chromium itself ends. */
  static async start({ withoutChineseFonts = false } = {}): Promise<TestBrowser> {
    await access(executable).catch(() => {
      throw new Error(`no Chromium at ${executable}: apt-get install chromium, or set CHROMIUM`);
    });
    const folder = await mkdtemp(path.join(tmpdir(), 'concordat-chromium-'));
    const fonts = path.join(folder, 'fonts.conf');
    await writeFile(fonts, latinFonts(path.join(folder, 'font-cache')));
    const env = { ...process.env, ...(withoutChineseFonts ? { FONTCONFIG_FILE: fonts } : {}) };
    return new TestBrowser(await chromium.launch({ executablePath: executable, headless: true, args: flags, env }), folder);
  }

  /** Opens an address and waits for what is `ready` last: the editor, unless told otherwise. */
  async visit(url: string, ready = '.graphiql-query-editor .CodeMirror'): Promise<Visit> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const faults: string[] = [];
    watch(context, page, new URL(url).origin, faults);
    await page.goto(url);
    await page.waitForSelector(ready);
    return { page, faults, close: () => context.close() };
  }

  async close(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function watch(context: BrowserContext, page: Page, origin: string, faults: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) faults.push(`request: ${url}`);
  });
}

function latinFonts(cache: string): string {
  const chinese = '<pattern><patelt name="lang"><string>zh-cn</string></patelt></pattern>';
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir>
    <cachedir>${cache}</cachedir><selectfont><rejectfont>${chinese}</rejectfont></selectfont></fontconfig>`;
}
