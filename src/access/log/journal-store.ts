import type { HubDatabase } from '../../database/database.js';
import { faultOf, type Log } from '../../log.js';
import type { ChainBatch, ChainHead, ChainLink } from './access-chain.js';
import { AccessJournal } from './access-journal.js';
import { anchorMs, headOf, largestCarry, takeChain, type ChainStore } from './access-store.js';
import { AccessTable } from './access-table.js';
import type { EvidenceFolder } from './evidence-folder.js';
import type { PlanIdentity } from './plan-identity.js';

/** A batch waits this long in the journal for others to share its transaction. */
const carryMs = 100;

/** After the table refused a batch, the next attempt. */
const retryMs = 500;

/**
 * A batch counts when it stands in the journal of the data folder; behind that it is carried into the table, many batches
 * in one transaction. The chain stays this process's own until it ends, also while the database is away.
 */
export class JournalStore implements ChainStore {
  readonly #database: HubDatabase;
  readonly #folder: EvidenceFolder;
  readonly #log: Log;
  #waiting: ChainBatch[] = [];
  #journal: AccessJournal | null = null;
  #table: AccessTable | null = null;
  #head: ChainHead = { chain: 0, position: 0n, hash: '' };
  #end: ChainBatch['end'] | null = null;
  #timer: NodeJS.Timeout | null = null;
  #carrying: Promise<void> | null = null;
  #anchoredAt = 0;
  #failing = false;

  constructor(database: HubDatabase, folder: EvidenceFolder, log: Log) {
    this.#database = database;
    this.#folder = folder;
    this.#log = log;
  }

  /** A database that is away does not keep the journal from taking entries, until it is full. */
  get ready(): boolean {
    return this.#journal !== null && !this.#journal.full;
  }

  async open(): Promise<ChainHead> {
    if (this.#journal) return this.#head;
    const table = await takeChain(this.#database, this.#folder);
    try {
      this.#head = await headOf(table, this.#folder);
      this.#journal = await AccessJournal.begin(this.#folder, this.#head);
    } catch (error) {
      table.giveUp();
      this.#folder.release(table.chain);
      throw error;
    }
    this.#table = table;
    return this.#head;
  }

  async write(batch: ChainBatch): Promise<void> {
    if (!this.#journal) throw new Error('no chain is held');
    await this.#journal.append(batch, this.#head);
    this.#head = batch.end;
    this.#end = batch.end;
    this.#waiting.push(batch);
    this.#timer ??= setTimeout(() => this.#carry(), carryMs).unref();
  }

  /** Carries what waits and closes; what the table does not take now stays in the journal for the next start. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#carrying;
    if (this.#waiting.length > 0) await this.#carryAll().catch(() => undefined);
    await this.#anchor().catch(() => undefined); // what the journal holds is enough
    await this.#journal?.close();
    this.#journal = null;
    await this.#table?.close();
    if (this.#head.chain > 0) this.#folder.release(this.#head.chain);
  }

  #carry(): void {
    this.#timer = null;
    if (this.#carrying || !this.#journal) return;
    this.#carrying = this.#carryAll()
      .then(
        () => {
          if (this.#failing) this.#log.info('evidence-carried', '留痕日志已写入数据库 · The evidence journal is carried into the database again');
          this.#failing = false;
        },
        (error: unknown) => {
          if (!this.#failing) this.#log.warn('evidence-waits', '数据库不可用，留痕暂存于日志文件 · The database takes no evidence; it waits in the journal', { fault: faultOf(error) });
          this.#failing = true;
        },
      )
      .finally(() => {
        this.#carrying = null;
        if (this.#waiting.length > 0 && this.#journal) this.#timer ??= setTimeout(() => this.#carry(), this.#failing ? retryMs : 0).unref();
      });
  }

  async #carryAll(): Promise<void> {
    const table = await this.#reachTable();
    while (this.#waiting.length > 0) {
      const plans: PlanIdentity[] = [];
      const links: ChainLink[] = [];
      let taken = 0;
      for (const batch of this.#waiting) {
        if (taken > 0 && links.length + batch.links.length > largestCarry) break;
        plans.push(...batch.plans);
        links.push(...batch.links);
        taken += 1;
      }
      await table.insert(plans, links);
      this.#waiting.splice(0, taken);
      this.#journal?.carriedTo(links.at(-1)?.position ?? 0n);
      const now = performance.now();
      if (now - this.#anchoredAt > anchorMs) {
        this.#anchoredAt = now;
        await this.#anchor(links.at(-1));
      }
    }
  }

  /** The table, connected anew where the connection was lost; a batch may have been committed with the old one. */
  async #reachTable(): Promise<AccessTable> {
    if (this.#table && !this.#table.lost) return this.#table;
    const table = await AccessTable.take(this.#database, this.#folder.id, this.#head.chain);
    if (!table) throw new Error('the chain is still held by another connection');
    const { position } = await table.head();
    this.#waiting = this.#waiting.filter(({ end }) => end.position > position);
    this.#journal?.carriedTo(position);
    this.#table = table;
    return table;
  }

  /** The folder keeps the newest checkpoint, the table the newest one it holds entries up to. */
  async #anchor(carried?: ChainLink): Promise<void> {
    if (this.#end) await this.#folder.keep(this.#end);
    const head = carried ? { chain: this.#head.chain, ...carried } : this.#waiting.length === 0 ? this.#end : null;
    if (head && this.#table && !this.#table.lost) await this.#table.anchor(head);
  }
}
