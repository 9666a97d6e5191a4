import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { KeyRing } from '../access/key-ring.js';
import type { Viewer } from '../access/viewer.js';
import { readHead } from '../feed/change-stream.js';
import type { FeedCursors } from '../feed/cursor.js';
import type { OperationContext, Services } from '../planner/context.js';
import type { PlannerParts } from '../planner/parts.js';
import type { PlannedAnswer, Planner } from '../planner/planner.js';
import type { Variables } from '../planner/selection.js';
import { viewerOf, type AuthorityParts } from './export-authority.js';
import { cursorVariable, pagedDocument, type PagedDocument } from './export-document.js';
import { columnsOf, recordWriter, type ExportColumn, type ExportNode } from './export-format.js';
import { ExportEnded, type ExportJob, type ExportRequest } from './export-job.js';
import { openRequest, type PageSeal } from './export-seal.js';
import type { ExportStore } from './export-store.js';

/** Records of a page, the most an identity with the scope `bulk` may ask for. */
const pageSize = 1_000;

/** A file, and all files of a hub as they lie compressed, are bounded: a disk that is full stops the whole hub. */
export interface ExportBounds {
  readonly largestFile: number;
  readonly allStored: number;
}

export const exportBounds: ExportBounds = { largestFile: 4 * 2 ** 30, allStored: 8 * 2 ** 30 };

export interface RunParts extends AuthorityParts {
  readonly planner: Planner;
  readonly plannerParts: PlannerParts;
  readonly services: Services;
  readonly cursors: FeedCursors;
  readonly keyRing: KeyRing;
  readonly store: ExportStore;
  readonly bounds: ExportBounds;
}

/** How long a claim holds without being renewed, in seconds: what a killed hub delays its jobs by. */
export const leaseSeconds = 15;

/** How long a file is kept, in seconds: three days, so that a weekend lies within. What it says ages from the first. */
const keptSeconds = 3 * 24 * 60 * 60;

/** A document that may be exported, with its columns. */
export interface PreparedExport {
  readonly first: PagedDocument;
  readonly rest: PagedDocument;
  readonly variables: Variables;
  readonly columns: readonly ExportColumn[];
}

/** Reads a request and finds its columns. Throws GraphQL errors as the query itself would, and EXPORT_DOCUMENT_UNFIT. */
export function prepare({ planner, plannerParts }: Pick<RunParts, 'planner' | 'plannerParts'>, { query, operationName, variables }: ExportRequest): PreparedExport {
  const known = planner.admit(query);
  const [first, rest] = [true, false].map((count) => pagedDocument(plannerParts, known, operationName, pageSize, count));
  const operation = known.operation(operationName);
  if (!first || !rest || !operation) throw new Error('a paged document has its operation');
  const coerced = planner.coerce(operation, variables);
  if (coerced instanceof Array) throw new GraphQLError(coerced[0]?.message ?? '', { extensions: { code: 'BAD_USER_INPUT', nextStep: 'input.variables' } });
  return { first, rest, variables: coerced, columns: columnsOf(plannerParts.schema, rest.root, known.fragments, coerced) };
}

/** The plan of a page for a viewer, made before anything is queued or read. */
export async function planOf({ planner }: Pick<RunParts, 'planner'>, document: PagedDocument, variables: Variables, viewer: Viewer) {
  const known = planner.admit(document.text);
  const operation = known.operation(null);
  if (!operation) throw new Error('a paged document has one operation');
  return { known, operation, plan: await planner.plan(known, operation, variables, viewer) };
}

/** What evidence and manifest say of a request: its plan, and the type of its records. */
export async function describe(parts: Pick<RunParts, 'planner' | 'plannerParts'>, request: ExportRequest, viewer: Viewer) {
  const prepared = prepare(parts, request);
  const { known, plan } = await planOf(parts, prepared.rest, prepared.variables, viewer);
  const recordType = parts.plannerParts.reads.get(prepared.rest.root.name.value)?.type ?? '';
  return { prepared, recordType, identity: plan.identity, documentHash: known.hash };
}

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
  const prepared = prepare(parts, request);
  const writer = recordWriter(request.format, prepared.columns);
  let job = claimed;
  if (job.position === null) {
    const viewer = viewerOf(job, parts);
    // Before the first page: what is committed later is behind this place, whether or not a page shows it too.
    const { epoch, position } = await readHead(parts.plannerParts.readers, viewer);
    const place = parts.cursors.close({ epoch, position: position + 1n, number: 0 }, viewer);
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

/** Reads one page. The one place that runs statements of an export: a page of a thousand records is ad hoc work. */
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
