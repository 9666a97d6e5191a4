import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export const issuerName = 'https://id.test';

/** An identity provider of a test: a real HTTP server with a key set that can be rotated and an outage that can be made. */
export class IdentityProvider {
  readonly #server: Server;
  readonly #keys = new Map<string, SigningKey>();
  readonly #published = new Set<string>();
  #answer: (() => { readonly status: number; readonly body: string }) | null = null;
  /** Requests for the key set so far. */
  requests = 0;

  private constructor() {
    this.#server = createServer((_request, response) => {
      this.requests += 1;
      const { status, body } = this.#answer?.() ?? { status: 200, body: this.keySet() };
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  }

  static async start(port = 0): Promise<IdentityProvider> {
    const provider = new IdentityProvider();
    provider.#server.listen(port, '127.0.0.1');
    await once(provider.#server, 'listening');
    await provider.publish('first');
    return provider;
  }

  get url(): URL {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return new URL(`http://127.0.0.1:${address.port}/jwks`);
  }

  /** The published keys as a JSON Web Key Set. */
  keySet(): string {
    return JSON.stringify({ keys: [...this.#published].map((kid) => this.#keys.get(kid)?.publicJwk) });
  }

  /** Makes a key and publishes it. */
  async publish(kid: string, alg = 'ES256'): Promise<void> {
    await this.make(kid, alg);
    this.#published.add(kid);
  }

  /** Makes a key that nobody is told of. */
  async make(kid: string, alg = 'ES256'): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    this.#keys.set(kid, { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } });
  }

  withdraw(kid: string): void {
    this.#published.delete(kid);
  }

  /** From now on the endpoint answers this; null for the key set again. */
  answerWith(answer: { readonly status: number; readonly body: string } | null): void {
    this.#answer = answer && (() => answer);
  }

  /** A token as a partner would bring it; `change` overrides or, with undefined, removes claims. */
  async token(kid = 'first', change: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const key = this.#keys.get(kid);
    if (!key) throw new Error(`no key ${kid}`);
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: issuerName, aud: 'concordat', sub: 'partner-1', agency: 'HEPING_HRSS', iat: now, exp: now + 600, ...change };
    return new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid }).sign(key.privateKey);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}
