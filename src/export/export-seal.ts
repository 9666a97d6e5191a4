import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { z } from 'zod';
import type { KeyRing } from '../access/key-ring.js';
import type { SealedTable } from '../access/key-rotation.js';
import { exportFormats, type ExportRequest } from './export-job.js';

/*
 * An export may hold what its requester sees for a purpose alone, so it lies sealed (design §3). Each job has a key of
 * its own for its pages; that key stands, sealed by the key ring, in the job's row: a rotation seals one text again
 * instead of gigabytes, and a file whose job is deleted can be read by nobody, backups of the pages included.
 */

const compress = promisify(deflateRaw);
const expand = promisify(inflateRaw);
const nonceBytes = 12;
const tagBytes = 16;

const opened = z.object({
  key: z.string(),
  request: z.object({
    query: z.string(),
    operationName: z.string().nullable(),
    variables: z.record(z.string(), z.unknown()),
    format: z.enum(exportFormats),
  }),
});

/** Where the seals of jobs stand, for the rotation of keys. */
export const exportSeals: SealedTable = {
  table: 'hub.export_job',
  key: { id: 'text' },
  place: ['t.id'],
  context: ([id = '']) => contextOf(id),
};

function contextOf(job: string): string {
  return `export_job ${job}`;
}

/** Seals a request together with a new key for its pages. */
export function sealRequest(keyRing: KeyRing, job: string, request: ExportRequest): string {
  return keyRing.encrypt(JSON.stringify({ key: randomBytes(32).toString('base64'), request }), contextOf(job));
}

/** What a job's seal holds. */
export function openRequest(keyRing: KeyRing, job: string, sealed: string): { readonly request: ExportRequest; readonly seal: PageSeal } {
  const { key, request } = opened.parse(JSON.parse(keyRing.decrypt(sealed, contextOf(job))));
  return { request, seal: new PageSeal(Buffer.from(key, 'base64'), job) };
}

/** Compresses and seals the pages of one job (AES-256-GCM); each opens at its own place only. */
export class PageSeal {
  readonly #key: Buffer;
  readonly #job: string;

  constructor(key: Buffer, job: string) {
    this.#key = key;
    this.#job = job;
  }

  async close(number: number, plain: Buffer): Promise<Buffer> {
    // Random, not the page's number: a page that was not committed is written again, perhaps with other bytes.
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(this.#place(number));
    return Buffer.concat([nonce, cipher.update(await compress(plain)), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws for a page that was changed or moved. */
  async open(number: number, sealed: Buffer): Promise<Buffer> {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, nonceBytes)).setAAD(this.#place(number));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    return expand(Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]));
  }

  #place(number: number): Buffer {
    return Buffer.from(`export_page ${this.#job} ${number}`);
  }
}
