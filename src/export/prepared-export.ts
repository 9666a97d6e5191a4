import { GraphQLError } from 'graphql';
import type { Viewer } from '../access/viewer.js';
import type { PlannerParts } from '../planner/parts.js';
import type { Planner } from '../planner/planner.js';
import type { Variables } from '../planner/selection.js';
import { pagedDocument, type PagedDocument } from './export-document.js';
import { columnsOf, type ExportColumn } from './export-format.js';
import type { ExportRequest } from './export-job.js';

/** Records of a page, the most an identity with the scope `bulk` may ask for. */
const largestPage = 1_000;

/**
 * Objects of a page by its static cost, the most one operation may cost by default: a page is held in memory whole, some
 * 10 MB at this size. Documents with nested lists get shorter pages.
 */
const objectsPerPage = 50_000;

export interface PlanningParts {
  readonly planner: Planner;
  readonly plannerParts: PlannerParts;
}

/** A document that may be exported, with its columns. */
export interface PreparedExport {
  /** The first page, which counts the records too where the connection can, and every other. */
  readonly first: PagedDocument;
  readonly rest: PagedDocument;
  readonly variables: Variables;
  readonly columns: readonly ExportColumn[];
}

/** Reads a request and finds its columns. Throws GraphQL errors as the query itself would, and EXPORT_DOCUMENT_UNFIT. */
export async function prepare(parts: PlanningParts, { query, operationName, variables }: ExportRequest, viewer: Viewer): Promise<PreparedExport> {
  const { planner, plannerParts } = parts;
  const known = planner.admit(query);
  const paged = (size: number, count: boolean): PagedDocument => pagedDocument(plannerParts, known, operationName, size, count);
  const whole = paged(largestPage, false);
  const operation = known.operation(operationName);
  const coerced = operation ? planner.coerce(operation, variables) : {};
  if (coerced instanceof Array) throw new GraphQLError(coerced[0]?.message ?? '', { extensions: { code: 'BAD_USER_INPUT', nextStep: 'input.variables' } });
  const { plan } = await planOf(parts, whole, coerced, viewer);
  const size = Math.max(1, Math.floor(largestPage * Math.min(1, objectsPerPage / plan.cost.requested)));
  const columns = columnsOf(plannerParts.schema, whole.root, known.fragments, coerced);
  return { first: paged(size, true), rest: paged(size, false), variables: coerced, columns };
}

/** The plan of a page for a viewer, made before anything is queued or read. */
export async function planOf({ planner }: Pick<PlanningParts, 'planner'>, document: PagedDocument, variables: Variables, viewer: Viewer) {
  const known = planner.admit(document.text);
  const operation = known.operation(null);
  if (!operation) throw new Error('a paged document has one operation');
  return { known, operation, plan: await planner.plan(known, operation, variables, viewer) };
}

/** What evidence and manifest say of a request: its plan, and the type of its records. */
export async function describe(parts: PlanningParts, request: ExportRequest, viewer: Viewer) {
  const prepared = await prepare(parts, request, viewer);
  const { known, plan } = await planOf(parts, prepared.rest, prepared.variables, viewer);
  const recordType = parts.plannerParts.reads.get(`Query.${prepared.rest.root.name.value}`)?.type ?? '';
  return { prepared, recordType, identity: plan.identity, documentHash: known.hash };
}
