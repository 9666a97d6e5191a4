import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { bulkPageLimit, standingOf, type Viewer } from '../access/viewer.js';
import { ServiceKey } from '../planner/context.js';
import type { ExportFormat, ExportJob, ExportRequest } from './export-job.js';
import type { RunParts } from './export-run.js';
import { sealRequest } from './export-seal.js';
import type { ExportPlace } from './export-store.js';
import { planOf, prepare } from './prepared-export.js';

/** Jobs of one agency that wait or run; a sixth is refused. */
export const mostOpenExports = 5;

export const exportDesk = new ServiceKey<ExportDesk>('export desk');

/** What a viewer asks the desk for. */
export interface ExportOrder extends Omit<ExportRequest, 'format'> {
  readonly format: ExportFormat;
  readonly idempotencyKey: string;
}

const keyForm = /^[\x21-\x7e]{1,128}$/;

/** Takes export requests and tells of the jobs of the viewer's own agency and class. */
export class ExportDesk {
  readonly #parts: RunParts;
  readonly #clock: { now(): Date };
  readonly #wake: () => void;

  /** `wake` tells the worker of this hub that there is something to do. */
  constructor(parts: RunParts, clock: { now(): Date }, wake: () => void) {
    this.#parts = parts;
    this.#clock = clock;
    this.#wake = wake;
  }

  /**
   * Queues an export, or finds the job of a request that is repeated. It is planned first: whatever the boundary denies
   * of it is refused here, not found missing in a file. Throws GraphQLError EXPORT_SCOPE_MISSING, EXPORT_DOCUMENT_UNFIT,
   * EXPORT_KEY_REUSED, EXPORT_QUEUE_FULL, BAD_USER_INPUT, BOUNDARY_DENIED, and those of an invalid document.
   */
  async request(viewer: Viewer, { idempotencyKey, ...request }: ExportOrder): Promise<ExportJob> {
    const { store, keyRing, boundaryVersion } = this.#parts;
    if (viewer.pageLimit < bulkPageLimit) {
      throw refused('EXPORT_SCOPE_MISSING', '导出须用带 bulk 范围的令牌', 'Exports need a token with the scope bulk.', 'hub token --scope bulk; scope: "bulk"');
    }
    if (!keyForm.test(idempotencyKey)) {
      throw refused('BAD_USER_INPUT', 'idempotencyKey 须为 1 至 128 个可见 ASCII 字符', 'idempotencyKey has 1 to 128 visible ASCII characters.', 'crypto.randomUUID()');
    }
    await this.#assertAllowed(viewer, request);
    const id = randomUUID();
    const { agency, account, role, principal, caseNo } = viewer;
    const { purpose } = standingOf(viewer);
    const fingerprint = keyRing.lookup(JSON.stringify([principal, purpose, caseNo, request]), 'export_request');
    const found = await store.request(
      { id, agency, account, role, principal, purpose, caseNo, boundary: boundaryVersion, format: request.format, idempotencyKey, fingerprint },
      this.#clock.now(),
      mostOpenExports,
      keyRing,
      () => sealRequest(keyRing, id, request),
    );
    if (!found) {
      throw refused('EXPORT_QUEUE_FULL', `本机关已有 ${mostOpenExports} 项导出未完成`, `Your agency has ${mostOpenExports} exports under way.`, 'exportJobs; cancelExport');
    }
    if (found.fingerprint !== fingerprint) {
      throw refused('EXPORT_KEY_REUSED', '此 idempotencyKey 已用于另一请求', 'This idempotencyKey was used for another request.', 'idempotencyKey');
    }
    this.#wake();
    return found.job;
  }

  find(viewer: Viewer, id: string): Promise<ExportJob | null> {
    return this.#parts.store.find(id, viewer);
  }

  list(viewer: Viewer, size: number, place: { readonly side: 'after' | 'before'; readonly at: ExportPlace | null }): Promise<readonly ExportJob[]> {
    return this.#parts.store.list(viewer, size, place);
  }

  cancel(viewer: Viewer, id: string): Promise<ExportJob | null> {
    return this.#parts.store.cancel(id, viewer);
  }

  /** Plans the first page and every other; nothing runs. */
  async #assertAllowed(viewer: Viewer, request: ExportRequest): Promise<void> {
    try {
      const { first, rest, variables } = await prepare(this.#parts, request, viewer);
      for (const document of [first, rest]) {
        const { plan } = await planOf(this.#parts, document, variables, viewer);
        const [denial] = plan.errors;
        if (denial) throw new GraphQLError(denial.message, { extensions: denial.extensions });
      }
    } catch (error) {
      const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
      if (!(cause instanceof GraphQLError)) throw cause;
      const code = cause.extensions['code'] ?? 'EXPORT_DOCUMENT_UNFIT';
      // Names of fields that were not asked for are not told, as in any answer.
      throw new GraphQLError(cause.message.replace(/ Did you mean .*$/s, ''), { extensions: { nextStep: 'input.query', ...cause.extensions, code } });
    }
  }
}

function refused(code: string, zh: string, en: string, nextStep: string): GraphQLError {
  return new GraphQLError(`${zh} · ${en}`, { extensions: { code, nextStep } });
}
