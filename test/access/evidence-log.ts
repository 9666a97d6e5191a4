import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AccessLog } from '../../src/access/log/access-log.js';
import type { AccessRecord } from '../../src/access/log/access-record.js';
import { EvidenceFolder } from '../../src/access/log/evidence-folder.js';
import { EvidenceKeys } from '../../src/access/log/evidence-keys.js';
import type { EvidenceMode } from '../../src/access/log/evidence-mode.js';
import { HubKeys } from '../../src/access/keys.js';
import { verifyLog, type LogVerification, type VerifyOptions } from '../../src/access/log/verify-log.js';
import type { Viewer } from '../../src/access/viewer.js';
import type { HubDatabase } from '../../src/database/database.js';
import { textLog } from '../../src/log.js';
import type { Clock } from '../../src/measures/clock.js';
import { testDatabase } from '../support/test-database.js';

export const viewer: Viewer = {
  agency: 'HEPING_HRSS',
  kind: 'DISTRICT_HRSS',
  jurisdiction: 'CN-TJ',
  district: '120101',
  account: 'heping_hrss-local',
  role: null,
  principal: 'DISTRICT_HRSS',
  agreements: [],
  digestKey: '',
  pageLimit: 100,
  expiresAt: 0,
  purpose: null,
  caseNo: null,
  today: '2026-03-02',
};

const descriptions = ['{"document":"one"}', '{"document":"two"}'];
export const plans = descriptions.map((description) => ({ description, digest: createHash('sha256').update(description).digest('hex') }));

export function record(number: number, change: Partial<AccessRecord> = {}): AccessRecord {
  return {
    viewer,
    purpose: null,
    caseNo: null,
    document: 'd'.repeat(64),
    operation: null,
    plan: plans[number % 3] ?? null,
    boundary: 'b1',
    outcome: 'ANSWERED',
    status: 200,
    records: 1,
    subjects: [String(number)],
    body: `{"data":${number}}`,
    receivedAt: 1_772_413_200_000 + number,
    startedAt: 1_772_413_200_000 + number,
    executedAt: 1_772_413_200_001 + number,
    ...change,
  };
}

/** 15 November 2026; tests may move it. */
export class SettableClock implements Clock {
  at = Date.UTC(2026, 10, 15);

  now(): Date {
    return new Date(this.at);
  }
}

/** An access log on a database and data folder of its own, without a hub. */
export class EvidenceLog {
  readonly clock = new SettableClock();
  readonly keys: EvidenceKeys;
  readonly evidence: EvidenceFolder;
  readonly #logs: AccessLog[] = [];

  private constructor(
    readonly database: HubDatabase,
    readonly folder: string,
  ) {
    this.keys = new EvidenceKeys(new HubKeys(folder));
    this.evidence = new EvidenceFolder(folder);
  }

  static async create(): Promise<EvidenceLog> {
    return new EvidenceLog(await testDatabase(), await mkdtemp(path.join(tmpdir(), 'concordat-evidence-')));
  }

  async open(mode: EvidenceMode = 'database'): Promise<AccessLog> {
    const log = await AccessLog.open(this.database, {
      mode, keys: this.keys, dataFolder: this.folder, clock: this.clock, log: textLog('error', () => undefined),
    });
    this.#logs.push(log);
    return log;
  }

  /** Appends ten records, one after another and so each a batch, to each of as many chains as asked for. */
  async writeChains(count: number, mode: EvidenceMode = 'database'): Promise<void> {
    const logs: AccessLog[] = [];
    for (let i = 0; i < count; i += 1) logs.push(await this.open(mode));
    for (const log of logs) for (let number = 1; number <= 10; number += 1) await log.append(record(number));
    await Promise.all(logs.map((log) => log.close()));
  }

  verify(change: Partial<VerifyOptions> = {}): Promise<LogVerification> {
    return verifyLog(this.database, { keys: this.keys, folder: this.evidence, ...change });
  }

  sql(text: string): Promise<unknown> {
    return this.database.pool().query(text);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#logs.map((log) => log.close()));
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Another hub's keys. */
export const foreignKeys = (folder: string): EvidenceKeys => new EvidenceKeys(new HubKeys(path.join(folder, 'foreign')));


