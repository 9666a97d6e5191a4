import type { Viewer } from '../access/viewer.js';
import type { StaticCost } from '../limits/static-cost.js';
import type { Readers } from './readers.js';

/** Names a service that resolvers of one capability use; the capability declares the key, the hub sets the service. */
export class ServiceKey<T> {
  declare readonly type?: T;

  constructor(readonly name: string) {}
}

/** The services of a running hub, by key. */
export class Services {
  readonly #services = new Map<unknown, unknown>();

  set<T>(key: ServiceKey<T>, service: T): this {
    this.#services.set(key, service);
    return this;
  }

  /** Throws for a service that the hub was not started with. */
  get<T>(key: ServiceKey<T>): T {
    if (!this.#services.has(key)) throw new Error(`no service: ${key.name}`);
    return this.#services.get(key) as T;
  }
}

/** An operation that was paid for in advance. */
export interface Paid {
  /** Pays for the objects that were written; returns `extensions.cost` as text. */
  settle(objects: number): string;
}

/** What a resolver gets: the viewer, the readers, services, and ways to tell the evidence what it did. */
export interface OperationContext {
  readonly viewer: Viewer;
  readonly readers: Readers;
  readonly services: Services;
  /** Aborted when the caller left before the answer. Made where it is first asked for. */
  readonly signal?: AbortSignal | undefined;
  /** Its reads are bulk work and run on a connection of their own, however they are planned. */
  readonly adHoc?: boolean;
  /** Pays for an operation before it runs. Throws GraphQLError COST_TOO_HIGH or BUDGET_EXHAUSTED; absent where nobody counts. */
  charge?(cost: StaticCost): Paid;
  /** Case number for the access log, for operations that name one as an argument. */
  noteCase(caseNo: string): void;
  /** Records an operation of its own released, and the subjects they are of (internal ids). */
  noteRead(records: number, subjects?: readonly string[]): void;
  /**
   * Work to be done when the answer’s entry is durable, before its first byte leaves: for who records that something was
   * handed out. Where it fails the answer does not leave. Absent where answers are not released one by one.
   */
  beforeRelease?(work: () => Promise<void>): void;
}
