import { readFileSync, renameSync, rmSync } from 'node:fs';
import { constants, open, type FileHandle } from 'node:fs/promises';
import type { ChainBatch, ChainHead, ChainLink } from './access-chain.js';
import type { EvidenceFolder } from './evidence-folder.js';
import type { PlanIdentity } from './plan-identity.js';

/**
 * A segment is made at its full size and written in place with O_DSYNC: one call makes a batch durable (0.4 ms on a busy
 * machine, against 0.7 to 0.8 for a file that grows and is flushed, because its length has to be flushed as well).
 */
const segmentBytes = 8 * 1024 * 1024;

/** What may wait to be carried into the table, all segments together; beyond it answers are refused. */
const largestJournal = 64 * 1024 * 1024;

/** A file of the journal being written. */
interface Segment {
  readonly file: string;
  readonly handle: FileHandle;
  /** Where the next line goes. */
  offset: number;
  /** Position of the last entry in it. */
  last: bigint;
}

/**
 * The journal of one chain: what is durable here may be released before it stands in the table. Lines of tab-separated
 * parts; `head` opens a segment, `plan` and `entry` follow. A batch counts when its last, signed entry is whole: what a
 * crash left behind that was never released.
 */
export class AccessJournal {
  readonly #folder: EvidenceFolder;
  readonly #chain: number;
  readonly #full: { readonly file: string; readonly last: bigint; readonly bytes: number }[] = [];
  #segment: Segment;
  #next: Promise<FileHandle> | null = null;
  #broken = false;
  #carried: bigint;

  private constructor(folder: EvidenceFolder, head: ChainHead, segment: Segment) {
    this.#folder = folder;
    this.#chain = head.chain;
    this.#segment = segment;
    this.#carried = head.position;
  }

  /** Begins behind a head up to which everything stands in the table. */
  static async begin(folder: EvidenceFolder, head: ChainHead): Promise<AccessJournal> {
    const file = folder.segment(head.chain, head.position);
    return new AccessJournal(folder, head, await startSegment(await prepare(`${file}.new`), file, head));
  }

  /** Makes a batch durable behind `head`. Throws when the journal is full or the disk refuses; then nothing counts. */
  async append(batch: ChainBatch, head: ChainHead): Promise<void> {
    if (this.full) throw new Error('the evidence journal is full: the table takes nothing');
    const bytes = Buffer.from(batchText(batch));
    if (this.#broken || this.#segment.offset + bytes.length > segmentBytes) await this.#turn(head, bytes.length);
    const segment = this.#segment;
    try {
      await writeAll(segment.handle, bytes, segment.offset);
    } catch (error) {
      // What stands there now is unknown: the next batch begins a segment, which ends this one before it.
      this.#broken = true;
      throw error;
    }
    segment.offset += bytes.length;
    segment.last = batch.end.position;
    if (segment.offset > segmentBytes / 2) this.#next ??= this.#prepareNext();
  }

  /** Everything up to a position stands in the table: segments that hold no more than that are removed. */
  carriedTo(position: bigint): void {
    this.#carried = position;
    for (let first = this.#full[0]; first && first.last <= position; first = this.#full[0]) {
      this.#full.shift();
      rmSync(first.file, { force: true });
    }
  }

  /** Whether as much waits to be carried as may. */
  get full(): boolean {
    const current = this.#segment.last > this.#carried ? this.#segment.offset : 0;
    return this.#full.reduce((sum, { bytes }) => sum + bytes, current) > largestJournal;
  }

  async close(): Promise<void> {
    await this.#segment.handle.close();
    const next = await this.#next?.catch(() => null);
    if (next) {
      await next.close();
      rmSync(this.#nextFile, { force: true });
    }
  }

  get #nextFile(): string {
    return `${this.#folder.segment(this.#chain, 0n)}.next`;
  }

  #prepareNext(): Promise<FileHandle> {
    const next = prepare(this.#nextFile);
    next.catch(() => undefined); // reported where it is needed
    return next;
  }

  /** Goes on in a new segment behind `head`; prepared ahead, so that filling it with zeros delays nobody. */
  async #turn(head: ChainHead, needed: number): Promise<void> {
    if (needed + 200 > segmentBytes) throw new Error('a batch larger than a segment of the evidence journal');
    const next = await (this.#next ?? prepare(this.#nextFile));
    this.#next = null;
    const file = this.#folder.segment(this.#chain, head.position);
    const { handle, file: full, offset } = this.#segment;
    this.#segment = await startSegment(next, file, head, this.#nextFile);
    this.#broken = false;
    await handle.close();
    if (full !== file) this.#full.push({ file: full, last: head.position, bytes: offset });
    this.carriedTo(this.#carried);
  }

}

/** A file of zeros of a segment's size, flushed. */
async function prepare(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await handle.write(Buffer.alloc(segmentBytes));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return open(file, constants.O_WRONLY | constants.O_DSYNC);
}

async function startSegment(handle: FileHandle, file: string, head: ChainHead, prepared = `${file}.new`): Promise<Segment> {
  const line = Buffer.from(`head\t${head.position}\t${head.hash}\n`);
  await writeAll(handle, line, 0);
  renameSync(prepared, file);
  const folder = await open(file.slice(0, file.lastIndexOf('/')), constants.O_RDONLY);
  try {
    await folder.sync(); // else the name may be lost with the power, and the segment with it
  } finally {
    await folder.close();
  }
  return { file, handle, offset: line.length, last: head.position };
}

async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    if (bytesWritten === 0) throw new Error('the evidence journal takes no bytes');
    done += bytesWritten;
  }
}

function batchText({ plans, links }: ChainBatch): string {
  let text = '';
  for (const { digest, description } of plans) text += `plan\t${digest}\t${description}\n`;
  for (const { position, month, hash, signature, entry } of links) {
    text += `entry\t${position}\t${month}\t${hash}\t${signature ?? ''}\t${entry}\n`;
  }
  return text;
}

/** What a journal holds, in order. */
export interface JournalContent {
  readonly plans: readonly PlanIdentity[];
  readonly links: readonly ChainLink[];
}

/** A line of the journal is no line of a journal, or not the next one. */
export class JournalBroken extends Error {
  constructor(
    readonly chain: number,
    readonly position: bigint,
  ) {
    super(`the evidence journal of chain ${chain} is broken at entry ${position}`);
  }
}

/**
 * Reads the journal of a chain: all whole batches. A torn end is no fault, everything before it has to make sense. Hashes
 * and signatures are the caller's to judge. Throws JournalBroken.
 */
export function readJournal(folder: EvidenceFolder, chain: number): JournalContent {
  const plans: PlanIdentity[] = [];
  const links: ChainLink[] = [];
  const files = folder.segments(chain);
  files.forEach((file, at) => {
    const start = positionOf(file);
    const following = files[at + 1];
    const end = following === undefined ? null : positionOf(following);
    const text = segmentText(file);
    if (text !== null) readSegment(chain, text, start, end, plans, links);
  });
  return { plans, links };
}

/** Up to the first byte that was never written. A segment that its process removed meanwhile has been carried. */
function segmentText(file: string): string | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return null;
  }
  const end = bytes.indexOf(0);
  return (end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

function readSegment(chain: number, text: string, start: bigint, end: bigint | null, plans: PlanIdentity[], links: ChainLink[]): void {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1);
  let position = start;
  let batch: ChainLink[] = [];
  for (const line of lines) {
    const [kind, first = '', ...rest] = line.split('\t');
    const [month = '', hash = '', signature = '', entry] = rest;
    if (kind === 'plan' && rest.length === 1) plans.push({ digest: first, description: month });
    else if (kind === 'entry' && entry !== undefined && first === String(position + 1n)) {
      position += 1n;
      if (end !== null && position > end) return; // the segment behind begins before: this was never released
      batch.push({ position, month, hash, signature: signature === '' ? null : signature, entry });
      if (signature !== '') {
        links.push(...batch);
        batch = [];
      }
    } else if (kind !== 'head' || first !== String(start)) throw new JournalBroken(chain, position + 1n); // a torn line has no end
  }
  if (end !== null && position < end) throw new JournalBroken(chain, position + 1n);
}

function positionOf(file: string): bigint {
  return BigInt(/-(\d{20})\.journal$/.exec(file)?.[1] ?? '0');
}
