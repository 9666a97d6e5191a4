import type { AccessLog } from '../access/log/access-log.js';
import type { Tokens } from '../access/tokens.js';
import type { BoundaryDay } from '../boundary/boundary-day.js';
import type { HubDatabase } from '../database/database.js';
import { schemaFault } from '../database/migrate.js';
import type { FeedListener } from '../feed/listener.js';
import type { Log } from '../log.js';
import { jsonType, type HttpAnswer } from './http-answer.js';

/** What an answer needs. */
export interface ReadinessParts {
  readonly database: HubDatabase;
  readonly accessLog: Pick<AccessLog, 'check'>;
  readonly listener: FeedListener;
  readonly tokens: Tokens;
  readonly day: BoundaryDay;
  readonly log: Log;
}

/** Parts by name with what is wrong with each, null for nothing. Texts are fixed: whoever may ask is unknown. */
type Findings = Readonly<Record<'database' | 'schema' | 'log' | 'listener' | 'keys' | 'boundary', string | null>>;

/** A finding serves this long: anybody may ask, and each look costs a query. */
const freshMs = 500;

/** A database that does not answer within this time counts as gone. */
const patienceMs = 3_000;

/** Whether everything an answer needs is at work, part by part. */
export class Readiness {
  readonly #parts: ReadinessParts;
  #found: Promise<Findings> | null = null;
  #lookedAt = -Infinity;
  #last = '';
  #stopping = false;

  constructor(parts: ReadinessParts) {
    this.#parts = parts;
  }

  /** From now on the hub is not ready: load balancers are to send nothing new. */
  stop(): void {
    this.#stopping = true;
  }

  /** 200 when all parts are at work, else 503; the body names each part. */
  async answer(): Promise<HttpAnswer> {
    if (this.#found === null || performance.now() - this.#lookedAt > freshMs) {
      this.#lookedAt = performance.now();
      this.#found = this.#look();
    }
    const findings = await this.#found;
    const failing = Object.entries(findings).filter(([, fault]) => fault !== null).map(([name]) => name);
    const ready = failing.length === 0 && !this.#stopping;
    const body = {
      status: this.#stopping ? 'stopping' : ready ? 'ready' : 'not ready',
      failing,
      parts: Object.fromEntries(Object.entries(findings).map(([name, fault]) => [name, fault ?? 'ok'])),
    };
    return { status: ready ? 200 : 503, contentType: jsonType, body: `${JSON.stringify(body)}\n` };
  }

  async #look(): Promise<Findings> {
    const { database, accessLog, listener, tokens, day, log } = this.#parts;
    const [schema, logAtWork] = await Promise.all([
      inTime(schemaFault(database)).catch(() => unreachable),
      inTime(accessLog.check()).catch(() => false),
    ]);
    const findings: Findings = {
      database: schema === unreachable ? unreachable : null,
      schema: schema === unreachable ? 'unknown' : schema,
      log: logAtWork ? null : 'takes no entries',
      listener: listener.connected ? null : 'not listening, streams poll',
      keys: tokens.fault(),
      boundary: day.outdated ? 'changed at midnight, restart' : null,
    };
    const text = JSON.stringify(findings);
    if (text !== this.#last && (this.#last !== '' || Object.values(findings).some((fault) => fault !== null))) {
      log.warn('readiness', '就绪状态有变化 · Readiness has changed', findings);
    }
    this.#last = text;
    return findings;
  }
}

const unreachable = 'unreachable';

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
