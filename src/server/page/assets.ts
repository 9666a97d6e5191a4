import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Where the page's own files are served. The folder below it is the version: a digest of all of them. */
export const assetRoot = '/page/';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

type Encoding = 'br' | 'gzip';

/**
 * Quality 6 packs GraphiQL to 280 kB in 60 ms; 11 would save a further 30 kB for two seconds of processor time.
 */
const compress: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (bytes) => promisify(gzip)(bytes),
};

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** Packed forms, made when first asked for. */
  readonly packed: Map<Encoding, Promise<Buffer>>;
}

/**
 * Every file the page may load, read once at start-up: an address is a key of this map or it is not served, so none can
 * lead anywhere else on the disk.
 */
export class PageAssets {
  readonly #assets: ReadonlyMap<string, Asset>;
  /** Digest of all files; part of every address, so that each may be cached for ever. */
  readonly version: string;

  private constructor(files: ReadonlyMap<string, Buffer>) {
    const hash = createHash('sha256');
    for (const [name, bytes] of files) hash.update(name).update('\0').update(bytes).update('\0');
    this.version = hash.digest('base64url').slice(0, 16);
    this.#assets = new Map(
      [...files].map(([name, bytes]) => [name, { type: types[path.extname(name)] ?? 'text/plain', bytes, packed: new Map() }]),
    );
  }

  /** Reads the packages' browser builds and the page's own files. Throws when one is missing. */
  static read(): PageAssets {
    const resolve = createRequire(import.meta.url).resolve;
    const ofPackage = (name: string, file: string): Buffer => readFileSync(path.join(path.dirname(resolve(`${name}/package.json`)), file));
    // The page's modules are compiled; its style sheet and icon stand beside the sources. This module runs as
    // dist/src/server/page/assets.js.
    const compiled = fileURLToPath(new URL('assets/', import.meta.url));
    const sources = fileURLToPath(new URL('../../../../src/server/page/assets/', import.meta.url));
    const files = new Map<string, Buffer>([
      ['react.js', ofPackage('react', 'umd/react.production.min.js')],
      ['react-dom.js', ofPackage('react-dom', 'umd/react-dom.production.min.js')],
      ['graphiql.js', ofPackage('graphiql', 'graphiql.min.js')],
      ['graphiql.css', withoutFonts(ofPackage('graphiql', 'graphiql.min.css'))],
      ['page.css', readFileSync(path.join(sources, 'page.css'))],
      ['icon.svg', readFileSync(path.join(sources, 'icon.svg'))],
      ['early.js', readFileSync(path.join(sources, 'early.js'))],
    ]);
    for (const name of readdirSync(compiled).filter((file) => file.endsWith('.js')).sort()) {
      files.set(name, readFileSync(path.join(compiled, name)));
    }
    return new PageAssets(files);
  }

  /** Address of one file. */
  address(name: string): string {
    if (!this.#assets.has(name)) throw new Error(`the page has no file ${name}`);
    return `${assetRoot}${this.version}/${name}`;
  }

  /** Serves the file an address names; false when there is none. */
  async serve(request: IncomingMessage, response: ServerResponse, address: string): Promise<boolean> {
    const folder = `${assetRoot}${this.version}/`;
    const asset = address.startsWith(folder) ? this.#assets.get(address.slice(folder.length)) : undefined;
    if (!asset) return false;
    const etag = `"${this.version}"`;
    response.setHeader('etag', etag);
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    response.setHeader('vary', 'accept-encoding');
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('cross-origin-resource-policy', 'same-origin');
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return true;
    }
    const encoding = encodingFor(request);
    const bytes = encoding === null ? asset.bytes : await packed(asset, encoding);
    if (encoding !== null) response.setHeader('content-encoding', encoding);
    response.writeHead(200, { 'content-type': asset.type, 'content-length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return true;
  }
}

function packed(asset: Asset, encoding: Encoding): Promise<Buffer> {
  const made = asset.packed.get(encoding) ?? compress[encoding](asset.bytes);
  asset.packed.set(encoding, made);
  return made;
}

function encodingFor(request: IncomingMessage): Encoding | null {
  const accepted = (request.headers['accept-encoding'] ?? '').split(',').map((entry) => entry.trim());
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : null;
}

/** Six Latin fonts are 360 of the style sheet's 420 kB; the page uses the fonts of the system, which has the Chinese ones. */
function withoutFonts(style: Buffer): Buffer {
  return Buffer.from(style.toString('utf8').replace(/@font-face\s*\{[^}]*\}/g, ''));
}
