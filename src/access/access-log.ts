import type { KeyObject } from 'node:crypto';
import type { HubDatabase } from '../database/database.js';
import { AccessChain } from './access-chain.js';
import type { AccessRecord } from './access-record.js';

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
 * The access log. `append` resolves when the record is durable: records that arrive while a commit is under way share the
 * next one (group commit). One chain per process: with two or three, commits overlap but batches shrink, and throughput
 * fell by 5 to 15 % on two cores.
 */
export class AccessLog {
  readonly #chain: AccessChain;
  readonly #queue: Pending[] = [];
  #writing = false;
  #closed = false;

  private constructor(chain: AccessChain) {
    this.#chain = chain;
  }

  static async open(database: HubDatabase, key: KeyObject): Promise<AccessLog> {
    const chain = new AccessChain(database, key);
    await chain.connect();
    return new AccessLog(chain);
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

  /** Whether records can be taken; connects anew where the connection was lost, so that an idle hub recovers too. */
  async check(): Promise<boolean> {
    if (this.#closed || this.#queue.length >= longestQueue) return false;
    if (this.#chain.connected || this.#writing) return this.#chain.connected;
    this.#writing = true;
    try {
      await this.#chain.connect();
    } catch {
      return false;
    } finally {
      void this.#write(); // whatever arrived meanwhile; ends the writing
    }
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#writing) await new Promise((resolve) => setImmediate(resolve));
    await this.#chain.close();
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, largestBatch);
      try {
        await this.#chain.commit(batch.map(({ record }) => record));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // Nothing of the batch may be released.
        const reason = error instanceof Error ? error : new Error('the access log failed', { cause: error });
        for (const { reject } of batch) reject(reason);
      }
    }
    this.#writing = false;
  }
}
