import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubDatabase } from '../../src/database/database.js';
import { KeyRing } from '../../src/access/key-ring.js';
import { importFile } from '../../src/intake/import-file.js';
import { accountedRows, type Ledger } from '../../src/intake/ledger.js';
import { loadProfile } from '../../src/intake/profile.js';
import { FixedClock } from '../../src/measures/clock.js';

/** Headers of the national layout by the profile's field names. */
export const headers = new Map(
  (await loadProfile('national-permit-2018')).columns.map(({ field, names }) => [field, names[0] ?? '']),
);

/** Cells of one row by field; what is not given is that of `validRow`. */
export type Cells = Readonly<Record<string, string>>;

/** A dispatch permit of Binhai that breaks no rule. */
export const validRow: Cells = {
  holderName: '虚构劳务有限公司',
  subjectKind: '法人及非法人组织',
  creditCode: '91120116MA0HUB014T',
  legalRepresentative: '虚构人甲',
  documentTitle: '准予行政许可决定书',
  documentNo: '津滨审许〔2019〕1号',
  permitKind: '普通',
  certificateName: '劳务派遣经营许可证',
  certificateNo: '12010001',
  content: '劳务派遣',
  decidedOn: '2019/05/14',
  validFrom: '2019/05/14',
  validTo: '2022/05/13',
  organName: '天津市滨海新区行政审批局',
  organCode: '11120116MB1A000286',
  status: '1',
  sourceUnit: '天津市滨海新区行政审批局',
  sourceUnitCode: '11120116MB1A000286',
};

/** A municipal agency permit of Heping. */
export const municipalRow: Cells = {
  ...validRow,
  creditCode: '91120118MA0HUB022J',
  documentNo: '津人社许〔2019〕1号',
  certificateName: '人力资源服务许可证',
  certificateNo: '津0001',
  organName: '天津市人力资源和社会保障局',
  districtCode: '120101',
};

/** A file of the national layout. */
export function nationalFile(rows: readonly Cells[], header: readonly string[] = [...headers.values()]): string {
  const lines = rows.map((row) => [...headers.keys()].map((field) => quote(row[field] ?? '')).join(','));
  return `${[header.join(','), ...lines].join('\n')}\n`;
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Files of one test file and their import on a fixed day; the folder goes with `remove`. */
export class TestIntake {
  readonly clock = new FixedClock('2020-06-01T00:00:00Z');
  readonly keyRing: KeyRing;
  readonly #database: HubDatabase;
  readonly #folder: string;
  #files = 0;

  private constructor(database: HubDatabase, folder: string) {
    this.#database = database;
    this.#folder = folder;
    this.keyRing = KeyRing.open(folder);
  }

  static async begin(database: HubDatabase): Promise<TestIntake> {
    return new TestIntake(database, await mkdtemp(join(tmpdir(), 'concordat-intake-')));
  }

  async write(content: string | Buffer): Promise<string> {
    this.#files += 1;
    const file = join(this.#folder, `rows-${this.#files}.csv`);
    await writeFile(file, content);
    return file;
  }

  /** Imports a file and makes sure that its ledger adds up. */
  async take(file: string, profile?: string): Promise<Ledger> {
    const ledger = await importFile(this.#database, {
      file,
      clock: this.clock,
      keyRing: this.keyRing,
      ...(profile === undefined ? {} : { profile }),
    });
    expect(accountedRows(ledger)).toBe(ledger.read);
    return ledger;
  }

  /** Imports rows of the national layout. */
  async takeRows(rows: readonly Cells[]): Promise<Ledger> {
    return this.take(await this.write(nationalFile(rows)));
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
