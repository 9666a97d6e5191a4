import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

const issuer = 'https://bench.invalid';

/** The identity provider of a bench: the hub runs in production mode there, where libraries and hub are as fast as in earnest. */
export class BenchIssuer {
  private constructor(
    private readonly privateKey: CryptoKey,
    /** What the hub has to be told of it. */
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Makes a key and puts its public half into `folder`. */
  static async open(folder: string): Promise<BenchIssuer> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA');
    const file = path.join(folder, 'jwks.json');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'EdDSA' }] }));
    return new BenchIssuer(privateKey, { NODE_ENV: 'production', HUB_MODE: 'production', HUB_ISSUER: issuer, HUB_JWKS: file });
  }

  /** `scope` as in OAuth: `bulk` for pages of more than 100. */
  token(agency: string, scope?: 'bulk'): Promise<string> {
    return new SignJWT({ agency, ...(scope === undefined ? {} : { scope }) })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'bench' })
      .setIssuer(issuer)
      .setAudience('concordat')
      .setSubject('bench')
      .setIssuedAt()
      .setExpirationTime('12h')
      .sign(this.privateKey);
  }
}
