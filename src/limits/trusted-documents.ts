import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Log } from '../log.js';
import type { LimitSettings } from './settings.js';

type DocumentRefusalCode = 'DOCUMENT_UNKNOWN' | 'PERSISTED_QUERY_NOT_FOUND' | 'DOCUMENT_NOT_TRUSTED' | 'DOCUMENT_ID_REQUIRED';

/** Why a document is not run. */
export interface DocumentRefusal {
  readonly status: 400 | 403;
  readonly code: DocumentRefusalCode;
  readonly message: string;
  readonly nextStep: string;
}

/** How a request names its document: by text, by id, or both; `apq`: in the form of automatic persisted queries. */
export interface NamedDocument {
  readonly text: string | null;
  readonly id: string | null;
  readonly apq: boolean;
}

const prefix = 'sha256:';
const sha256 = /^[0-9a-f]{64}$/;

/** Names of ad-hoc documents said already, so that a question asked a million times is one line. */
const remembered = 1_000;

/** The id of a document: SHA-256 of its text, in hexadecimal. */
export function documentId(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The documents known in advance, by id and by text, and what each agency may send. */
export class TrustedDocuments {
  readonly #byId: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;
  readonly #settings: LimitSettings;
  readonly #log: Log;
  /** By text: the agencies that were named with it. */
  readonly #said = new LRUCache<string, Set<string>>({ max: remembered });

  constructor(texts: readonly string[], settings: LimitSettings, log: Log) {
    this.#byId = new Map(texts.map((text) => [documentId(text), text]));
    this.#texts = new Set(texts);
    this.#settings = settings;
    this.#log = log;
  }

  /** The text to run for an agency, or why nothing is run; null where the request names no document at all. */
  resolve(agency: string, named: NamedDocument): string | DocumentRefusal | null {
    const { text, id, apq } = named;
    const step = this.#settings.of(agency).documents;
    if (id !== null) {
      const found = this.#byId.get(id.startsWith(prefix) ? id.slice(prefix.length) : id);
      if (found !== undefined && (text === null || text === found)) return found;
      // A client of automatic persisted queries sends the text with its id; as text it is judged below.
      if (!(apq && text !== null && sha256.test(id) && documentId(text) === id)) return text === null && apq ? apqUnknown : unknown;
    }
    if (text === null || step === 'off') return text;
    if (step === 'require') return idRequired;
    if (this.#texts.has(text)) return text;
    if (step === 'enforce') return notTrusted;
    this.#note(agency, text);
    return text;
  }

  /** Which documents an agency sends beside the trusted ones: what has to be listed before it is held to them. */
  #note(agency: string, text: string): void {
    const said = this.#said.get(text);
    if (said?.has(agency)) return;
    if (said) said.add(agency);
    else this.#said.set(text, new Set([agency]));
    this.#log.info('ad-hoc-document', '未列入清单的查询文本 · A document that is not on the list', { agency, document: documentId(text) });
  }
}

const nextStep = '见 schema/operations 与 docs/limits.md · See schema/operations and docs/limits.md.';

const unknown: DocumentRefusal = { status: 400, code: 'DOCUMENT_UNKNOWN', message: '没有此编号的查询文本，或编号与文本不符 · No document has this id, or it is not that of the text.', nextStep };

/** The message is the one clients of automatic persisted queries wait for: they send the text next. */
const apqUnknown: DocumentRefusal = { status: 400, code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound', nextStep };

const notTrusted: DocumentRefusal = { status: 403, code: 'DOCUMENT_NOT_TRUSTED', message: '本机关只能使用清单内的查询文本 · This agency may send listed documents only.', nextStep };

const idRequired: DocumentRefusal = { status: 403, code: 'DOCUMENT_ID_REQUIRED', message: '本机关须以编号提交查询 · This agency names documents by their id.', nextStep };
