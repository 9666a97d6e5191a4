import type { HubDatabase } from '../../database/database.js';
import { StartUpError } from '../../start-up-error.js';
import type { ChainBatch, ChainHead } from './access-chain.js';
import { entryHash, factsOf } from './access-entry.js';
import { readJournal } from './access-journal.js';
import { AccessTable } from './access-table.js';
import type { EvidenceFolder } from './evidence-folder.js';

/** Where a chain becomes durable. */
export interface ChainStore {
  /** Takes a chain, or takes it anew after a failure; returns where it ends. */
  open(): Promise<ChainHead>;
  /** Resolves when the batch is durable. After a failure the store is opened again before the next one. */
  write(batch: ChainBatch): Promise<void>;
  /** Whether the next batch can be expected to be taken. */
  readonly ready: boolean;
  close(): Promise<void>;
}

/** How often the head is stored, in the table and in the folder. With every batch it cost a tenth of the point look-ups. */
export const anchorMs = 1_000;

/** Every batch is committed to the table before it counts. */
export class DatabaseStore implements ChainStore {
  readonly #database: HubDatabase;
  readonly #folder: EvidenceFolder;
  #table: AccessTable | null = null;
  #end: ChainBatch['end'] | null = null;
  #anchor: NodeJS.Timeout | null = null;

  constructor(database: HubDatabase, folder: EvidenceFolder) {
    this.#database = database;
    this.#folder = folder;
  }

  get ready(): boolean {
    return this.#table !== null && !this.#table.lost;
  }

  async open(): Promise<ChainHead> {
    this.#giveBack();
    const table = await takeChain(this.#database, this.#folder);
    this.#table = table;
    return headOf(table, this.#folder);
  }

  async write({ plans, links, end }: ChainBatch): Promise<void> {
    if (!this.#table) throw new Error('no chain is held');
    await this.#table.insert(plans, links);
    this.#end = end;
    // A disk that takes no checkpoint now is asked again behind the next batch.
    this.#anchor ??= setTimeout(() => void this.#keepHead().catch(() => undefined), anchorMs).unref();
  }

  async close(): Promise<void> {
    await this.#keepHead().catch(() => undefined);
    await this.#table?.close();
    this.#giveBack();
  }

  async #keepHead(): Promise<void> {
    if (this.#anchor) clearTimeout(this.#anchor);
    this.#anchor = null;
    const [table, end] = [this.#table, this.#end];
    this.#end = null;
    if (!table || !end || table.lost) return;
    await this.#folder.keep(end);
    await table.anchor(end);
  }

  #giveBack(): void {
    if (!this.#table) return;
    this.#table.giveUp();
    this.#folder.release(this.#table.chain);
    this.#table = null;
  }
}

/** Takes a chain of the folder, and carries what its journal still holds. */
export async function takeChain(database: HubDatabase, folder: EvidenceFolder): Promise<AccessTable> {
  const table = await AccessTable.take(database, folder.id, (chain) => folder.claim(chain));
  try {
    await carryJournal(table, folder);
    return table;
  } catch (error) {
    table.giveUp();
    folder.release(table.chain);
    throw error;
  }
}

/**
 * Where a chain ends: in the table, or at the checkpoint of the folder where the table has lost what stood before it.
 * Going on behind the gap keeps it visible for ever.
 */
export async function headOf(table: AccessTable, folder: EvidenceFolder): Promise<ChainHead> {
  const stored = await table.head();
  const kept = folder.checkpoint(table.chain);
  return kept && kept.position > stored.position ? kept : stored;
}

/** Carries at a start what the chains of the folder that nobody writes left in their journals. */
export async function carryAbandoned(database: HubDatabase, folder: EvidenceFolder): Promise<void> {
  for (const chain of folder.chains()) {
    if (folder.segments(chain).length === 0 || !folder.claim(chain)) continue;
    try {
      const table = await AccessTable.take(database, folder.id, chain);
      try {
        if (table) await carryJournal(table, folder);
      } finally {
        await table?.close();
      }
    } finally {
      folder.release(chain);
    }
  }
}

/** Entries carried in one transaction; 1,000 take about 10 ms. */
export const largestCarry = 1_000;

/**
 * Puts into the table what a journal holds beyond it. Only what continues the table's own chain goes in: throws
 * StartUpError EVIDENCE_JOURNAL_BROKEN for a journal that was changed.
 */
async function carryJournal(table: AccessTable, folder: EvidenceFolder): Promise<void> {
  if (folder.segments(table.chain).length === 0) return;
  const broken = (position: bigint, cause?: unknown): StartUpError =>
    new StartUpError(
      'EVIDENCE_JOURNAL_BROKEN',
      {
        zh: `链 ${table.chain} 的留痕日志文件在第 ${position} 条处不成立，枢纽不启动。请先运行 hub verify-log；切勿删除该文件。`,
        en: `The evidence journal of chain ${table.chain} does not hold at entry ${position}, so the hub does not start. Run hub verify-log first; do not delete the file.`,
      },
      { cause },
    );
  const head = await table.head();
  let content;
  try {
    content = readJournal(folder, table.chain);
  } catch (error) {
    throw broken(head.position + 1n, error);
  }
  const missing = content.links.filter(({ position }) => position > head.position);
  let { hash } = head;
  for (const link of missing) {
    if (entryHash(hash, table.chain, link.position, link.entry) !== link.hash || factsOf(link.entry)?.month !== link.month) throw broken(link.position);
    hash = link.hash;
  }
  for (let from = 0; from < missing.length; from += largestCarry) {
    await table.insert(from === 0 ? content.plans : [], missing.slice(from, from + largestCarry));
  }
  const last = content.links.at(-1);
  if (last && last.position >= head.position) await folder.keep({ ...last, chain: table.chain, signature: last.signature ?? '' });
  folder.removeSegments(table.chain);
}
