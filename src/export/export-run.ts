import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { KeyRing } from '../access/key-ring.js';
import type { Viewer } from '../access/viewer.js';
import type { ChangeReader } from '../feed/change-reader.js';
import type { FeedCursors } from '../feed/cursor.js';
import type { OperationContext, Services } from '../planner/context.js';
import type { PlannedAnswer } from '../planner/planner.js';
import { viewerOf, type AuthorityParts } from './export-authority.js';
import { cursorVariable } from './export-document.js';
import { recordWriter, type ExportNode } from './export-format.js';
import { ExportEnded, type ExportJob } from './export-job.js';
import { openRequest, type PageSeal } from './export-seal.js';
import type { ExportStore } from './export-store.js';
import { planOf, prepare, type PlanningParts, type PreparedExport } from './prepared-export.js';

/** A file, and all files of a hub as they lie compressed, are bounded: a disk that is full stops the whole hub. */
export interface ExportBounds {
  readonly largestFile: number;
  readonly allStored: number;
}

export const exportBounds: ExportBounds = { largestFile: 4 * 2 ** 30, allStored: 8 * 2 ** 30 };

export interface RunParts extends AuthorityParts, PlanningParts {
  readonly services: Services;
  readonly changeReader: ChangeReader;
  readonly cursors: FeedCursors;
  readonly keyRing: KeyRing;
  readonly store: ExportStore;
  readonly bounds: ExportBounds;
}

/** How long a claim holds without being renewed, in seconds: what a killed hub delays its jobs by. */
export const leaseSeconds = 15;

/** How long a file is kept, in seconds: three days, so that a weekend lies within. What it says ages from the first. */
const keptSeconds = 3 * 24 * 60 * 60;

const body = z.object({
  errors: z.never().optional(),
  data: z.record(
    z.string(),
    z.object({
      nodes: z.array(z.record(z.string(), z.unknown())),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      totalCount: z.number().nullish(),
    }),
  ),
});

interface Page {
  readonly nodes: readonly ExportNode[];
  readonly next: string | null;
  readonly total: number | null;
  readonly subjects: readonly string[];
}

/**
 * Writes the file of a claimed job from where it stands to its end. Every page is an operation of its own under the
 * boundary: authority is asked anew, then the planner reads it as it reads any page, with row security and masks.
 * Returns when the file is finished or the claim is lost. Throws ExportEnded where the job must not go on, the reason of
 * `signal`, and whatever failed.
 */
export async function runExport(parts: RunParts, claimed: ExportJob, worker: string, signal: AbortSignal): Promise<void> {
  const { store } = parts;
  const { request, seal } = openRequest(parts.keyRing, claimed.id, claimed.sealed);
  let job = claimed;
  const prepared = await prepare(parts, request, viewerOf(job, parts));
  const writer = recordWriter(request.format, prepared.columns);
  if (job.position === null) {
    const viewer = viewerOf(job, parts);
    // Before the first page: what is committed later is behind this place, whether or not a page shows it too.
    const { epoch, position } = await parts.changeReader.head(viewer);
    const type = parts.plannerParts.reads.get(`Query.${prepared.rest.root.name.value}`)?.type ?? '';
    const place = parts.cursors.close({ epoch, position: position + 1n, number: 0 }, viewer, type);
    job = { ...job, day: viewer.today, position: place };
    if (!(await store.begin(job.id, worker, viewer.today, place))) return;
  }
  const digest = await digestSoFar(store, job, seal);
  let next = job.cursor;
  let { pages, bytes } = job;
  while (pages === 0 || next !== null) {
    signal.throwIfAborted();
    const viewer = viewerOf(job, parts);
    const page = await readPage(parts, prepared, viewer, next, signal);
    const plain = Buffer.from(`${pages === 0 ? writer.head : ''}${writer.write(page.nodes)}`);
    const sealed = await seal.close(pages, plain);
    if (bytes + plain.length > parts.bounds.largestFile || (await store.storedBytes()) + sealed.length > parts.bounds.allStored) {
      throw new ExportEnded('EXPORT_TOO_LARGE');
    }
    const written = { number: pages, start: bytes, bytes: plain.length, records: page.nodes.length, subjects: page.subjects, sealed };
    if (!(await store.append(job.id, worker, written, page.next, page.total, leaseSeconds))) return;
    digest.update(plain);
    pages += 1;
    bytes += plain.length;
    next = page.next;
  }
  viewerOf(job, parts);
  await store.finish(job.id, worker, digest.digest('hex'), keptSeconds);
}

/** Reads one page. The one place that runs statements of an export: a page of a thousand records is bulk work. */
async function readPage(parts: RunParts, prepared: PreparedExport, viewer: Viewer, after: string | null, signal: AbortSignal): Promise<Page> {
  const document = after === null ? prepared.first : prepared.rest;
  const variables = after === null ? prepared.variables : { ...prepared.variables, [cursorVariable]: after };
  const { known, operation } = await planOf(parts, document, variables, viewer);
  const read: { subjects: readonly string[] } = { subjects: [] };
  const context: OperationContext & { readonly signal: AbortSignal } = {
    viewer,
    readers: parts.plannerParts.readers,
    services: parts.services,
    signal,
    adHoc: true,
    noteCase: () => undefined,
    noteRead: (_records, subjects = []) => void (read.subjects = [...read.subjects, ...subjects]),
  };
  const answer: PlannedAnswer = await parts.planner.run(known, operation, variables, viewer, context);
  // A denial cannot appear under the boundary the request was planned under; where it does, nothing is written.
  const parsed = body.safeParse(JSON.parse(answer.body.toString()));
  const connection = parsed.data?.data[document.key];
  if (!connection) throw new ExportEnded('EXPORT_AUTHORITY_CHANGED');
  const { nodes, pageInfo, totalCount = null } = connection;
  return { nodes, next: pageInfo.hasNextPage ? pageInfo.endCursor : null, total: totalCount, subjects: [...new Set([...answer.subjects, ...read.subjects])] };
}

/** The digest of the pages that are there: its state cannot be stored, so it is computed again from them. */
async function digestSoFar(store: ExportStore, { id, bytes }: ExportJob, seal: PageSeal): Promise<ReturnType<typeof createHash>> {
  const digest = createHash('sha256');
  for (let at = 0; at < bytes; ) {
    const page = await store.pageAt(id, at);
    if (!page) throw new Error('a page of an export is missing');
    digest.update(await seal.open(page.number, page.sealed));
    at = page.start + page.bytes;
  }
  return digest;
}
