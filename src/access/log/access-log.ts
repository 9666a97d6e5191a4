import type { HubDatabase } from '../../database/database.js';
import type { Log } from '../../log.js';
import type { Clock } from '../../measures/clock.js';
import { AccessChain } from './access-chain.js';
import type { AccessRecord } from './access-record.js';
import { carryAbandoned, DatabaseStore, type ChainStore } from './access-store.js';
import type { EvidenceMode } from './evidence-mode.js';
import { EvidenceFolder } from './evidence-folder.js';
import type { EvidenceKeys } from './evidence-keys.js';
import { JournalStore } from './journal-store.js';

/** What the access log is opened with. */
export interface AccessLogOptions {
  readonly mode: EvidenceMode;
  readonly keys: EvidenceKeys;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Pending {
  readonly record: AccessRecord;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A batch is bounded so that one commit stays short; 500 rows take about 5 ms. */
const largestBatch = 500;

/** More answers than this waiting for evidence means the log cannot keep up: new ones are refused, not buffered. */
const longestQueue = 10_000;

/**
 * The access log. `append` resolves when the record is durable: records that arrive while a batch is under way share the
 * next one (group commit). One chain per process: with two or three, commits overlap but batches shrink, and throughput
 * fell by 5 to 15 % on two cores.
 */
export class AccessLog {
  readonly #store: ChainStore;
  readonly #options: AccessLogOptions;
  readonly #queue: Pending[] = [];
  #chain: AccessChain | null = null;
  #writing = false;
  #closed = false;

  private constructor(store: ChainStore, options: AccessLogOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Takes a chain and carries what journals of the folder hold. Throws StartUpError EVIDENCE_JOURNAL_BROKEN. */
  static async open(database: HubDatabase, options: AccessLogOptions): Promise<AccessLog> {
    const folder = new EvidenceFolder(options.dataFolder);
    const store = options.mode === 'journal' ? new JournalStore(database, folder, options.log) : new DatabaseStore(database, folder);
    const accessLog = new AccessLog(store, options);
    try {
      await accessLog.#open();
      await carryAbandoned(database, folder);
    } catch (error) {
      await accessLog.close();
      throw error;
    }
    return accessLog;
  }

  append(record: AccessRecord): Promise<void> {
    if (this.#closed || this.#queue.length >= longestQueue) {
      return Promise.reject(new Error('the access log takes no further records'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      if (this.#writing) return;
      this.#writing = true;
      // Records of one turn of the event loop share a batch.
      setImmediate(() => void this.#write());
    });
  }

  /** Whether records can be taken; takes a chain anew where it was lost, so that an idle hub recovers too. */
  async check(): Promise<boolean> {
    if (this.#closed || this.#queue.length >= longestQueue) return false;
    if (this.#store.ready || this.#writing) return this.#store.ready;
    this.#writing = true;
    try {
      await this.#open();
    } catch {
      return false;
    } finally {
      void this.#write(); // whatever arrived meanwhile; ends the writing
    }
    return this.#store.ready;
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#writing) await new Promise((resolve) => setImmediate(resolve));
    await this.#store.close();
  }

  async #open(): Promise<AccessChain> {
    const { keys, clock } = this.#options;
    return (this.#chain = new AccessChain(keys, clock, await this.#store.open()));
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      const pending = this.#queue.splice(0, largestBatch);
      try {
        const chain = this.#chain && this.#store.ready ? this.#chain : await this.#open();
        const batch = chain.link(pending.map(({ record }) => record));
        await this.#store.write(batch);
        chain.accept(batch);
        for (const { resolve } of pending) resolve();
      } catch (error) {
        // Nothing of the batch may be released, and where the chain ends is asked anew.
        this.#chain = null;
        const reason = error instanceof Error ? error : new Error('the access log failed', { cause: error });
        for (const { reject } of pending) reject(reason);
      }
    }
    this.#writing = false;
  }
}
