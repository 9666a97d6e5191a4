import type { KeyObject } from 'node:crypto';
import type { ChainLink } from './access-chain.js';
import { entryHash, factsOf, oldEntryHash } from './access-entry.js';
import { isSignedBy } from './evidence-keys.js';
import type { FaultReason, LogFault } from './log-fault.js';

/** What entries are judged by. */
export interface VerifyKeys {
  readonly publicKey: KeyObject;
  /** Key of the entries of the old form; null for an auditor, who then learns how many could not be judged. */
  readonly oldChainKey: KeyObject | null;
}

/**
 * One chain, entry by entry. Hashes tie the entries together; what proves them is the signature behind: an entry counts
 * when a signed one follows it or is it.
 */
export class ChainVerifier {
  readonly #chain: number;
  readonly #keys: VerifyKeys;
  readonly #plans: ReadonlySet<string>;
  #hash: string;
  #position: bigint;
  /** The last position a signature (or, in the old form, the key) has proved. */
  #proved: bigint;
  #newForm = false;
  /** Entries of the old form that could not be judged without their key. */
  unjudged = 0;

  constructor(chain: number, keys: VerifyKeys, plans: ReadonlySet<string>, start: { readonly position: bigint; readonly hash: string }) {
    this.#chain = chain;
    this.#keys = keys;
    this.#plans = plans;
    this.#hash = start.hash;
    this.#position = start.position;
    this.#proved = start.position;
  }

  get position(): bigint {
    return this.#position;
  }

  get hash(): string {
    return this.#hash;
  }

  /** Takes the next entry; returns what is wrong with it. */
  next(link: ChainLink): LogFault | null {
    if (link.position > this.#position + 1n) return this.#fault('ENTRY_MISSING', this.#position + 1n);
    if (link.position <= this.#position) return this.#fault('ENTRY_INSERTED', link.position);
    const facts = factsOf(link.entry);
    if (facts?.form === 2) {
      if (entryHash(this.#hash, this.#chain, link.position, link.entry) !== link.hash) return this.#fault('ENTRY_CHANGED', link.position);
      this.#newForm = true;
      const { signature } = link;
      if (signature !== null) {
        const checkpoint = { chain: this.#chain, position: link.position, hash: link.hash, signature };
        if (!isSignedBy(this.#keys.publicKey, checkpoint)) return { ...this.#fault('FORGED', this.#proved + 1n), detail: String(link.position) };
        this.#proved = link.position;
      }
    } else {
      // The hub never went back to the old form: an entry of it behind one of the new is nobody's.
      if (this.#newForm) return this.#fault('ENTRY_CHANGED', link.position);
      const { oldChainKey } = this.#keys;
      if (oldChainKey === null) this.unjudged += 1;
      else if (oldEntryHash(oldChainKey, this.#hash, this.#chain, link.position, link.entry) !== link.hash) return this.#fault('ENTRY_CHANGED', link.position);
      this.#proved = link.position;
    }
    this.#position = link.position;
    this.#hash = link.hash;
    if (facts === null) return this.#fault('ENTRY_UNREADABLE', link.position);
    if (facts.month !== link.month) return this.#fault('MONTH_CHANGED', link.position);
    if (facts.plan !== null && !this.#plans.has(facts.plan)) return this.#fault('PLAN_MISSING', link.position);
    return null;
  }

  /** No more entries follow: what no signature has covered was appended by somebody without the key. */
  end(): LogFault | null {
    return this.#proved < this.#position ? this.#fault('UNSIGNED', this.#proved + 1n) : null;
  }

  #fault(reason: FaultReason, position: bigint): LogFault {
    return { chain: this.#chain, position: String(position), reason };
  }
}
