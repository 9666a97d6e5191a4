import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { presentAgency, TokenRefused } from '../../access/claims.js';
import type { LocalIssuer } from '../../access/local-issuer.js';
import { agencies } from '../../measures/agencies.js';
import type { Clock } from '../../measures/clock.js';
import { jsonType, writeAnswer } from '../http-answer.js';
import { assetRoot, PageAssets } from './assets.js';
import { documentHeaders, documentText } from './document.js';
import { readExamples, type Example } from './examples.js';
import { healthDocumentText, healthPath } from './health-document.js';
import { fromThisMachine, localToken, localTokenPath } from './local-token.js';

const settingsPath = `${assetRoot}settings.json`;

/** What the page's script is told when it starts. */
export interface PageSettings {
  /** Identities to switch between, where the hub issues tokens itself and the reader sits at its machine; else null. */
  readonly agencies: readonly { readonly code: string; readonly district: string | null; readonly nameZh: string; readonly nameEn: string }[] | null;
  readonly examples: readonly Example[];
}

/**
 * The pages a browser finds: at the endpoint GraphiQL with ready examples, at /feed-health how the feed stands. Served by
 * the hub alone, they need no token and hold no data; what they show they ask of the endpoint with the reader's own token.
 */
export class Page {
  readonly #assets = PageAssets.read();
  readonly #examples = readExamples();
  readonly #localIssuer: LocalIssuer | null;
  readonly #clock: Clock;

  /** `localIssuer`: the issuer of the embedded set-up, or null where tokens come from elsewhere. */
  constructor(localIssuer: LocalIssuer | null, clock: Clock) {
    this.#localIssuer = localIssuer;
    this.#clock = clock;
  }

  /** Answers what belongs to the page; false leaves the request to the others. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    if (path === localTokenPath && this.#localIssuer) {
      writeAnswer(response, await localToken(request, this.#localIssuer));
      return true;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    if (path === settingsPath) {
      writeAnswer(response, { status: 200, contentType: jsonType, body: JSON.stringify(this.#settings(request)) });
      return true;
    }
    if (path.startsWith(assetRoot)) return this.#assets.serve(request, response, path);
    if (!asksForPage(request)) return false;
    if (path === '/') {
      response.writeHead(302, { location: '/graphql', 'cache-control': 'no-store' }).end();
      return true;
    }
    const textOf = path === '/graphql' ? documentText : path === healthPath ? healthDocumentText : null;
    if (!textOf) return false;
    const nonce = randomBytes(16).toString('base64url');
    const text = Buffer.from(textOf(this.#assets, nonce));
    response.writeHead(200, { ...documentHeaders(nonce), 'content-length': text.length });
    response.end(request.method === 'HEAD' ? undefined : text);
    return true;
  }

  #settings(request: IncomingMessage): PageSettings {
    const local = this.#localIssuer !== null && fromThisMachine(request);
    const present = agencies.filter(({ code }) => mayAsk(code, this.#clock.now()));
    return {
      agencies: local ? present.map(({ code, district, nameZh, nameEn }) => ({ code, district, nameZh, nameEn })) : null,
      examples: this.#examples,
    };
  }
}

/** Whether the issuer has tokens for an agency on this day: bureaus are founded and dissolved. */
function mayAsk(code: string, now: Date): boolean {
  try {
    presentAgency(code, null, now);
    return true;
  } catch (error) {
    if (error instanceof TokenRefused) return false;
    throw error;
  }
}

/** A browser opening an address accepts HTML by name; programs that query by GET accept JSON or anything. */
function asksForPage(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').includes('text/html');
}
