import { GraphQLError } from 'graphql';
import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { Seal } from '../access/keys.js';
import type { Viewer } from '../access/viewer.js';
import type { Boundary } from '../boundary/declaration.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { PageArguments } from '../planner/connection.js';
import { pageOf } from '../planner/page.js';
import { exportDesk } from './export-desk.js';
import type { ExportErrorCode, ExportJob } from './export-job.js';
import type { ExportPlace } from './export-store.js';
import { ExportInput, ExportJobConnection, ExportJobType, type ExportError } from './export-types.js';

/** Seals the cursors of the list of jobs. */
export const exportSeal = new ServiceKey<Pick<Seal, 'close' | 'open'>>('export cursors');

const own = {
  form: 'open',
  zh: '可读者可成批取得其可读内容；每页按当日数据边界判定，任务仅本机关可见',
  en: 'who may read records may fetch them in bulk: every page is judged by their own boundary, and jobs are seen by the own agency alone',
  rows: [],
  clauses: ['XT-5.2.2a', 'XT-4.5.1b', 'A-15'],
} as const;

/**
 * Export jobs hold what their agency asked for and nothing it could not read page by page: the records themselves are
 * judged by their own declarations, at the request and again before every page.
 */
export const exportBoundaries: readonly Boundary[] = [
  { ...own, type: 'Query', fields: ['exportJob', 'exportJobs'] },
  { ...own, type: 'Mutation', fields: ['requestExport', 'cancelExport'] },
  { ...own, type: 'ExportJobConnection', fields: ['nodes', 'edges', 'pageInfo'] },
  { ...own, type: 'ExportJobEdge', fields: ['cursor', 'node'] },
  {
    ...own,
    type: 'ExportJob',
    fields: [
      'id', 'state', 'format', 'account', 'purpose', 'caseNo', 'requestedAt', 'startedAt', 'finishedAt', 'expiresAt', 'records', 'expected', 'bytes',
      'digest', 'data', 'manifest', 'position', 'error',
    ],
  },
  { ...own, type: 'ExportError', fields: ['code', 'message', 'nextStep'] },
];

@Resolver()
export class ExportOperations {
  @Mutation(() => ExportJobType, {
    nullable: true,
    description: '请求批量导出；须用带 bulk 范围的令牌，可安全重发 · Requests a bulk export; needs a token with the scope bulk; safe to repeat.',
  })
  async requestExport(
    @Arg('input', () => ExportInput, { description: '导出请求 · What is exported.' }) input: ExportInput,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<ExportJobType> {
    const { query, operationName = null, variables, format, idempotencyKey } = input;
    return shown(await services.get(exportDesk).request(viewer, { query, operationName, variables: variables ?? {}, format, idempotencyKey }));
  }

  @Mutation(() => ExportJobType, { nullable: true, description: '取消尚未完成的导出 · Cancels an export that is not complete; null for a job that is not yours.' })
  async cancelExport(@Arg('id', () => ID, { description: '任务编号 · Id of the job.' }) id: string, @Ctx() { viewer, services }: OperationContext): Promise<ExportJobType | null> {
    const job = await services.get(exportDesk).cancel(viewer, id);
    return job && shown(job);
  }

  @Query(() => ExportJobType, { nullable: true, description: '本机关的一项导出及其进度 · An export job of the own agency, with its progress.' })
  async exportJob(@Arg('id', () => ID, { description: '任务编号 · Id of the job.' }) id: string, @Ctx() { viewer, services }: OperationContext): Promise<ExportJobType | null> {
    const job = await services.get(exportDesk).find(viewer, id);
    return job && shown(job);
  }

  @Query(() => ExportJobConnection, { nullable: true, description: '本机关的导出任务，自新至旧 · Export jobs of the own agency, newest first.' })
  async exportJobs(@Args(() => PageArguments) page: PageArguments, @Ctx() { viewer, services }: OperationContext): Promise<ExportJobConnection> {
    const seal = services.get(exportSeal);
    const { size, backward } = pageOf(page.first, page.last, viewer.pageLimit);
    const [after, before] = [page.after, page.before].map((cursor) => (typeof cursor === 'string' ? placeOf(cursor, viewer, seal) : null));
    // A page runs from one cursor on: `after` goes with `first`, `before` with `last`.
    if (backward ? after : before) throw badCursor();
    const at = (backward ? before : after) ?? null;
    const jobs = [...(await services.get(exportDesk).list(viewer, size + 1, { side: backward ? 'before' : 'after', at }))];
    const more = jobs.length > size;
    const kept = jobs.slice(0, size);
    if (backward) kept.reverse();
    const edges = kept.map((job) => ({ cursor: cursorOf(job, viewer, seal), node: shown(job) }));
    return {
      nodes: edges.map(({ node }) => node),
      edges,
      pageInfo: {
        hasNextPage: backward ? at !== null : more,
        hasPreviousPage: backward ? more : at !== null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}

function shown(job: ExportJob): ExportJobType {
  const date = (time: number | null): Date | null => (time === null ? null : new Date(time));
  const { id, state, format, account, purpose, caseNo, records, total: expected, bytes, digest, position, error } = job;
  const ready = state === 'READY';
  return {
    id, state, format, account, purpose, caseNo, records, expected, bytes, digest, position,
    requestedAt: new Date(job.requestedAt),
    startedAt: date(job.startedAt),
    finishedAt: date(job.finishedAt),
    expiresAt: date(job.expiresAt),
    data: ready ? `/exports/${id}/data` : null,
    manifest: ready ? `/exports/${id}/manifest` : null,
    error: error && { code: error, ...reasons[error] },
  };
}

const askAgain = '重新请求导出 · Request the export again.';

const reasons: Readonly<Record<ExportErrorCode, Omit<ExportError, 'code'>>> = {
  EXPORT_AUTHORITY_CHANGED: { message: '机关、角色、协议或数据边界在导出期间变更 · Agency, role, agreements or boundary changed while it ran.', nextStep: askAgain },
  EXPORT_DAY_CHANGED: { message: '导出跨越零时，权限按日判定 · It ran past midnight, and rights are judged by the day.', nextStep: askAgain },
  EXPORT_TOO_LARGE: { message: '文件超过上限 · The file is larger than this hub keeps.', nextStep: '缩小筛选范围分次导出 · Narrow the filter and export in parts.' },
  EXPORT_FAILED: { message: '多次尝试后仍失败 · It failed repeatedly.', nextStep: '稍后重新请求；如仍失败请联系枢纽管理员 · Request it again later; if it stays, tell the administrator of the hub.' },
};

function cursorOf({ requestedAt, id }: ExportPlace, viewer: Viewer, seal: Pick<Seal, 'close'>): string {
  return seal.close(`${requestedAt} ${id}`, contextOf(viewer), true);
}

function placeOf(cursor: string, viewer: Viewer, seal: Pick<Seal, 'open'>): ExportPlace {
  const [time, id] = seal.open(cursor, contextOf(viewer))?.split(' ') ?? [];
  if (time === undefined || id === undefined) throw badCursor();
  return { requestedAt: Number(time), id };
}

function badCursor(): GraphQLError {
  return new GraphQLError('游标无效或不属于本机关 · The cursor is not valid for this agency and connection.', {
    extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
  });
}

function contextOf({ agency, principal }: Viewer): string {
  return `export jobs ${agency} ${principal}`;
}
