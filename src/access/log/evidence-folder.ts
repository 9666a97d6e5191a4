import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { identityOf } from '../../database/processes.js';
import type { Checkpoint } from './evidence-keys.js';

const checkpointSchema = z.object({
  chain: z.number().int(),
  position: z.string().regex(/^\d+$/).transform(BigInt),
  hash: z.string(),
  signature: z.string(),
});

/**
 * `evidence/` in the data folder: what the hub knows of its chains outside the database. The id of the folder, the last
 * checkpoint of each chain, the journals, and who writes each of them.
 */
export class EvidenceFolder {
  readonly #folder: string;
  #keeping: Promise<void> = Promise.resolve();

  constructor(dataFolder: string) {
    this.#folder = path.join(dataFolder, 'evidence');
  }

  /** The id this folder gave itself. A copied data folder keeps it: two copies must not serve one database at once. */
  get id(): string {
    const file = this.#path('folder');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    createOnce(file, randomUUID());
    return readFileSync(file, 'utf8');
  }

  /** Chains this folder knows anything of. */
  chains(): readonly number[] {
    if (!existsSync(this.#folder)) return [];
    const names = readdirSync(this.#folder).flatMap((name) => /^chain-(\d+)[.-]/.exec(name)?.[1] ?? []);
    return [...new Set(names.map(Number))].sort((a, b) => a - b);
  }

  /** The last checkpoint kept of a chain. Throws for a file that holds none: it was changed, or the disk is broken. */
  checkpoint(chain: number): Checkpoint | null {
    const file = this.#path(`chain-${chain}.checkpoint`);
    if (!existsSync(file)) return null;
    return checkpointSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  }

  /**
   * Keeps a checkpoint, one after the other in the order of the calls. Flushed before it takes its name: a crash leaves
   * this one or the one before, never half of one.
   */
  keep({ chain, position, hash, signature }: Checkpoint): Promise<void> {
    const file = this.#path(`chain-${chain}.checkpoint`);
    const text = `${JSON.stringify({ chain, position: String(position), hash, signature })}\n`;
    const kept = this.#keeping.then(async () => {
      await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    });
    this.#keeping = kept.catch(() => undefined);
    return kept;
  }

  /** Files of a chain's journal, in order. */
  segments(chain: number): readonly string[] {
    if (!existsSync(this.#folder)) return [];
    const name = new RegExp(`^chain-${chain}-\\d{20}\\.journal$`);
    return readdirSync(this.#folder).filter((file) => name.test(file)).sort().map((file) => this.#path(file));
  }

  /** To be called when everything the journal of a chain holds stands in the table. */
  removeSegments(chain: number): void {
    for (const file of this.segments(chain)) rmSync(file, { force: true });
  }

  /** The file of a segment whose entries follow a position. */
  segment(chain: number, after: bigint): string {
    return this.#path(`chain-${chain}-${String(after).padStart(20, '0')}.journal`);
  }

  /**
   * Makes this process the one that writes a chain's journal; false while another living process is. The database's lock
   * is not enough: a process that has lost its connection still writes its journal.
   */
  claim(chain: number): boolean {
    const file = this.#path(`chain-${chain}.writer`);
    if (claimedHere.has(file)) return false;
    const own = identityOf(process.pid) ?? `${process.pid}-0`;
    if (!createOnce(file, own)) {
      const holder = readFileSync(file, 'utf8');
      if (holder !== own && identityOf(Number(holder.split('-')[0])) === holder) return false;
      rmSync(file, { force: true }); // its writer is gone
      if (!createOnce(file, own)) return false;
    }
    claimedHere.add(file);
    return true;
  }

  release(chain: number): void {
    const file = this.#path(`chain-${chain}.writer`);
    claimedHere.delete(file);
    rmSync(file, { force: true });
  }

  #path(name: string): string {
    return path.join(this.#folder, name);
  }
}

/** Claims of this process: several hubs may run in one (tests do), and they share its identity. */
const claimedHere = new Set<string>();

/** Makes a file that appears whole or not at all; false when it is there already. */
function createOnce(file: string, text: string): boolean {
  if (existsSync(file)) return false;
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text, { mode: 0o600 });
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
