import type { Clock } from '../../measures/clock.js';
import { entryHash, entryText, monthOf } from './access-entry.js';
import type { AccessRecord } from './access-record.js';
import type { Checkpoint, EvidenceKeys } from './evidence-keys.js';
import type { PlanIdentity } from './plan-identity.js';

/** Where a chain ends: its last entry's position and hash; 0 and the empty text for a chain without entries. */
export interface ChainHead {
  readonly chain: number;
  readonly position: bigint;
  readonly hash: string;
}

/** One entry in its place. Only the last one of a batch carries a signature. */
export interface ChainLink {
  readonly position: bigint;
  /** `YYYY-MM`: the partition it stands in. */
  readonly month: string;
  readonly entry: string;
  readonly hash: string;
  readonly signature: string | null;
}

/** Entries that become durable together, signed as a whole, with the plans that were not stored before. */
export interface ChainBatch {
  readonly plans: readonly PlanIdentity[];
  readonly links: readonly ChainLink[];
  readonly end: Checkpoint;
}

/**
 * The logic of the hash chain, wherever it is kept: every entry is hashed over the one before, and the last of each batch
 * is signed. So an edited, removed or reordered entry is found, and whoever can write the database but has no key cannot
 * append either (`hub verify-log`).
 */
export class AccessChain {
  readonly #keys: EvidenceKeys;
  readonly #clock: Clock;
  readonly #knownPlans = new Set<string>();
  #head: ChainHead;

  constructor(keys: EvidenceKeys, clock: Clock, head: ChainHead) {
    this.#keys = keys;
    this.#clock = clock;
    this.#head = head;
  }

  /** Chains the records behind the head. Nothing has happened until `accept`. */
  link(records: readonly AccessRecord[]): ChainBatch {
    const { chain } = this.#head;
    const recorded = this.#clock.now().getTime();
    const month = monthOf(recorded);
    let { position, hash } = this.#head;
    const plans = new Map<string, PlanIdentity>();
    const links: ChainLink[] = [];
    let signature = '';
    for (const [at, record] of records.entries()) {
      position += 1n;
      if (record.plan && !this.#knownPlans.has(record.plan.digest)) plans.set(record.plan.digest, record.plan);
      const entry = entryText(record, recorded, month, this.#keys);
      hash = entryHash(hash, chain, position, entry);
      const isLast = at === records.length - 1;
      if (isLast) signature = this.#keys.sign(chain, position, hash);
      links.push({ position, month, entry, hash, signature: isLast ? signature : null });
    }
    return { plans: [...plans.values()], links, end: { chain, position, hash, signature } };
  }

  /** The batch is durable: the next one stands behind it. */
  accept({ plans, end }: ChainBatch): void {
    for (const { digest } of plans) this.#knownPlans.add(digest);
    this.#head = end;
  }
}
