import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, customFetch, type CryptoKey, type FlattenedJWSInput, type JWSHeaderParameters, type RemoteJWKSet } from 'jose';
import { z } from 'zod';
import type { Log } from '../log.js';
import { StartUpError } from '../start-up-error.js';

/** How keys are kept up to date; milliseconds. */
export interface KeyTimes {
  /** Between looks at the source: a key that was removed stops working within this time plus `timeout`. */
  readonly refresh: number;
  /** After a fetch, tokens of unknown keys cause no other one for this long: such tokens cost nothing to make. */
  readonly coolDown: number;
  /** After a failed fetch, nothing is asked of the source for this long. */
  readonly retry: number;
  /** Keys that could not be confirmed for this long no longer count: an outage is survived, a takeover is not. */
  readonly maxAge: number;
  readonly timeout: number;
}

const minute = 60_000;
const ofAddress: KeyTimes = { refresh: minute, coolDown: 30_000, retry: 5_000, maxAge: 10 * minute, timeout: 5_000 };
const ofFile: KeyTimes = { refresh: 2_000, coolDown: 1_000, retry: 1_000, maxAge: 10 * minute, timeout: 5_000 };

/** An issuer rotates two or three keys; a set beyond this is a mistake or an attack on memory. */
const mostKeys = 100;
const mostBytes = 256 * 1024;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(mostKeys) });

/** The issuer's keys cannot be had, so no token can be judged. The message is fit for /ready: it names no address. */
export class KeysUnavailable extends Error {}

/**
 * The public keys of one issuer, from an address or a file, looked at again and again. Selection and caching are jose's;
 * what is added: a refresh in the background, a pause after failures, bounds, and a generation by which callers know
 * that what they verified before has to be verified anew.
 */
export class TrustedKeys {
  readonly #times: KeyTimes;
  readonly #log: Log;
  readonly #remote: RemoteJWKSet;
  #generation = 0;
  #fetched = '';
  #applied = '';
  #failedAt = -Infinity;
  #fault: string | null = null;
  #stale = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  private constructor(source: URL, times: KeyTimes, log: Log) {
    this.#times = times;
    this.#log = log;
    this.#remote = createRemoteJWKSet(source, {
      cooldownDuration: times.coolDown,
      cacheMaxAge: times.maxAge,
      timeoutDuration: times.timeout,
      [customFetch]: (_url, { signal }) => this.#fetch(source, signal),
    });
  }

  /**
   * Opens a source. An address that does not answer is no obstacle: it is asked again until it does. A file that cannot
   * be read now is a mistake of the set-up: StartUpError JWKS_UNREADABLE.
   */
  static async open(source: URL, log: Log, times: KeyTimes = source.protocol === 'file:' ? ofFile : ofAddress): Promise<TrustedKeys> {
    const keys = new TrustedKeys(source, times, log);
    await keys.#refresh();
    const fault = keys.#fault;
    if (fault !== null && source.protocol === 'file:') {
      keys.close();
      throw new StartUpError('JWKS_UNREADABLE', {
        zh: `HUB_JWKS 指向的文件不可用(${fault})。请检查路径、权限与内容(JSON Web Key Set)。`,
        en: `The file of HUB_JWKS cannot be used (${fault}). Check its path, rights and content (a JSON Web Key Set).`,
      });
    }
    return keys;
  }

  /** Grows when a key was added, changed or removed, and when the keys grew too old to count. */
  get generation(): number {
    return this.#generation;
  }

  /** The key a token names. Throws jose's errors for none, KeysUnavailable when it cannot be known. */
  readonly key = async (header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> => {
    try {
      return await this.#remote(header, token);
    } finally {
      this.#noticeChange();
    }
  };

  /** Why no token can be judged, or null. */
  fault(): string | null {
    if (!this.#remote.fresh) return this.#fault ?? 'too old';
    return this.#remote.jwks()?.keys.length === 0 ? 'the set holds no key' : null;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    try {
      await this.#remote.reload();
    } catch {
      // Noted by #fetch; what was fetched before serves until it is too old.
    }
    this.#noticeChange();
    if (this.#closed) return;
    const next = this.#fault === null ? this.#times.refresh : Math.min(this.#times.retry, this.#times.refresh);
    this.#timer = setTimeout(() => void this.#refresh(), next).unref();
  }

  #noticeChange(): void {
    const stale = !this.#remote.fresh;
    if (this.#fetched === this.#applied && stale === this.#stale) return;
    this.#applied = this.#fetched;
    this.#stale = stale;
    this.#generation += 1;
  }

  async #fetch(source: URL, signal: AbortSignal): Promise<Response> {
    // Half of it, so that the refresh in the background, a whole one after a failure, is never the one that is held off.
    if (performance.now() - this.#failedAt < this.#times.retry / 2) throw new KeysUnavailable(this.#fault ?? 'failed');
    try {
      const text = source.protocol === 'file:' ? await fileText(source) : await answerText(source, signal);
      const set = parseSet(text);
      if (this.#fault !== null) this.#log.info('keys-available', '已取得签发方公钥 · The issuer’s keys are available again', { keys: set.keys.length });
      this.#fault = null;
      this.#fetched = text;
      return new Response(text, { headers: { 'content-type': 'application/json' } });
    } catch (error) {
      const reason = error instanceof KeysUnavailable ? error.message : signal.aborted ? 'no answer in time' : 'unreachable';
      if (this.#fault !== reason) this.#log.warn('keys-unavailable', '无法取得签发方公钥 · The issuer’s keys cannot be had', { reason });
      this.#fault = reason;
      this.#failedAt = performance.now();
      throw new KeysUnavailable(reason);
    }
  }
}

async function answerText(source: URL, signal: AbortSignal): Promise<string> {
  const response = await fetch(source, { signal, redirect: 'manual', headers: { accept: 'application/jwk-set+json, application/json' } });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new KeysUnavailable(`answered ${response.status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new KeysUnavailable('too large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function fileText(source: URL): Promise<string> {
  const text = await readFile(source, 'utf8').catch(() => null);
  if (text === null) throw new KeysUnavailable('file not readable');
  if (text.length > mostBytes) throw new KeysUnavailable('too large');
  return text;
}

function parseSet(text: string): z.infer<typeof keySet> {
  try {
    return keySet.parse(JSON.parse(text));
  } catch {
    throw new KeysUnavailable('no JSON Web Key Set');
  }
}
