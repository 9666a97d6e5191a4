import { hash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import type { OperationView } from '../../boundary/operation-view.js';
import type { OperationBoundary } from '../../boundary/declaration.js';
import type { Row } from '../../database/envelope.js';
import { agencyOfCode } from '../../measures/agencies.js';
import { ServiceKey, type OperationContext } from '../../planner/context.js';
import { PageArguments } from '../../planner/connection.js';
import { pageOf, type PageRequest } from '../../planner/page.js';
import { AccessLogConnection, AccessLogFilter, AccessRead } from './access-read.js';
import { outcomes } from './access-record.js';
import { agencyOf } from '../agency.js';
import type { Seal } from '../keys.js';
import type { NodeIds } from '../node-ids.js';
import type { Viewer } from '../viewer.js';

/** Who sees the reads of others: the auditor all, the municipal bureau as the owner of the data those of its city (B-56: XM-3.5.8, SX-3.2.4.2). */
export const othersReadsViewers = ['AUDITOR', 'MUNI_HRSS'] as const;

/** Who sees the reads of its own agency: every kind of agency that is shown anything. */
export const ownReadsViewers = [
  'BINHAI_APPROVAL', 'DISTRICT_APPROVAL', 'DISTRICT_HRSS', 'FTZ_APPROVAL', 'JINBAO', 'MUNI_FEB', 'MUNI_STB', 'PARTNER_BUREAU',
  'BLACKLIST_DB', 'CREDIT_PLATFORM', 'JOINT_SANCTION_PLATFORM', 'XM_CITY_CREDIT', 'XM_CREDIT_DIV', 'XM_DISTRICT_HRSS', 'XM_HRSS', 'XM_UNIT',
] as const;

export const accessLogBoundaries: readonly OperationBoundary[] = [
  ['Query', 'accessLog'],
  ['AccessLogConnection', 'nodes', 'edges', 'pageInfo'],
  ['AccessReadEdge', 'cursor', 'node'],
  [
    'AccessRead', 'recordedAt', 'receivedAt', 'startedAt', 'executedAt', 'agency', 'account', 'role', 'purpose', 'caseNo', 'documentHash',
    'operation', 'plan', 'coordinates', 'outcome', 'status', 'records', 'subjects', 'resultDigest', 'boundary', 'entry',
  ],
].map(([type = '', ...fields]) => ({
  form: 'operation',
  type,
  fields,
  viewers: [...othersReadsViewers, ...ownReadsViewers],
  zh: '审计人员可见全部读取，市局可见本市机关的读取，其他机关仅见本机关的读取',
  en: 'the auditor sees every read, the municipal bureau those of its city, every other bureau its own',
  rows: ['B-56'],
  clauses: ['XM-3.5.8', 'SX-3.2.4.2'],
}));

const readColumns =
  'r.recorded, r.chain, r.position, r.agency, r.account, r.role, r.purpose, r.case_no, r.document, r.operation, r.plan, r.outcome, ' +
  'r.status, r.records, r.subjects, r.result, r.boundary, r.received, r.started, r.executed, p.description';

/** Two cities, two owners (A-69): who of Xiamen reads what is none of the business of Tianjin's bureau. */
const readsOfCity = `agency IN (SELECT code FROM hub.agency WHERE jurisdiction = 'CN-TJ')`;

const ownReads = `agency = current_setting('hub.agency', true)`;

const view = (name: string, query: string, reads: readonly string[]): readonly OperationView[] =>
  [
    { viewers: ['AUDITOR'], condition: 'true', reads },
    { viewers: ['MUNI_HRSS'], condition: readsOfCity, reads: [...reads, 'hub.agency'] },
    { viewers: ownReadsViewers, condition: ownReads, reads },
  ].map((one) => ({ name, viewers: one.viewers, policies: { [`hub.${name}`]: one.condition }, reads: one.reads, query, barrier: false }));

/** The database side: the register of reads and its subjects, all of it or the viewer's own by row security. */
export const accessLogViews: readonly OperationView[] = [
  ...view('access_read', `  SELECT ${readColumns}\n  FROM hub.access_read r LEFT JOIN hub.access_plan p ON p.digest = r.plan`, ['hub.access_plan']),
  ...view('access_subject', '  SELECT s.block, s.bucket, s.agency, s.bits FROM hub.access_subject s', []),
];

/** What the query needs of the hub: ids of subjects, and the seal of its cursors. */
export interface AccessLogParts {
  readonly ids: NodeIds;
  readonly seal: Pick<Seal, 'close' | 'open'>;
}

export const accessLogParts = new ServiceKey<AccessLogParts>('access log');

@Resolver()
export class AccessLogOperation {
  @Query(() => AccessLogConnection, {
    nullable: true,
    description:
      '访问日志，自新至旧：审计人员可见全部，市局可见本市机关，其他机关仅见本机关；晚于答复约一秒 · ' +
      'The access log, newest first: the auditor sees every read, the municipal bureau those of its city, other bureaus their own. It follows the answers by about a second (B-56).',
  })
  async accessLog(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('filter', () => AccessLogFilter, { nullable: true, description: '筛选条件 · Filters.' }) filter: AccessLogFilter | null | undefined,
    @Ctx() context: OperationContext,
  ): Promise<AccessLogConnection> {
    const { viewer } = context;
    const parts = context.services.get(accessLogParts);
    const { size, backward } = pageOf(page.first, page.last, viewer.pageLimit);
    const [rows = []] = await context.readers.run(viewer, [statementOf(viewer, parts, filter ?? {}, page, { size, backward })]);
    const shown = rows.slice(0, size);
    if (backward) shown.reverse();
    context.noteRead(shown.length);
    const edges = shown.map((row) => ({ cursor: cursorOf(row, viewer, parts), node: readOf(row, viewer, parts) }));
    const more = rows.length > size;
    return {
      nodes: edges.map(({ node }) => node),
      edges,
      pageInfo: {
        hasNextPage: backward ? typeof page.before === 'string' : more,
        hasPreviousPage: backward ? more : typeof page.after === 'string',
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}

/** One statement with its values; every combination of filters has a text of its own, so that each keeps its index. */
function statementOf(viewer: Viewer, { ids, seal }: AccessLogParts, filter: AccessLogFilter, page: PageArguments, { size, backward }: PageRequest) {
  const values: string[] = [];
  const bind = (value: string, type: string): string => `$${values.push(value)}::${type}`;
  const conditions: string[] = [];
  const where = (condition: string): number => conditions.push(condition);
  if (!seesOthers(viewer)) where(`r.agency = ${bind(viewer.agency, 'text')}`);
  if (typeof filter.agency === 'string') where(`r.agency = ${bind(filter.agency, 'text')}`);
  if (typeof filter.account === 'string') where(`r.account = ${bind(filter.account, 'text')}`);
  if (typeof filter.purpose === 'string') where(`r.purpose = ${bind(filter.purpose, 'text')}`);
  if (typeof filter.caseNo === 'string') where(`r.case_no = ${bind(filter.caseNo, 'text')}`);
  // As a literal (it is one of the enum): the rare outcomes have an index of their own, which a parameter would not find.
  const outcome = outcomes.find((one) => one === filter.outcome);
  if (outcome) where(`r.outcome = '${outcome}'`);
  // A coordinate stands in the description as a JSON text of its own.
  if (typeof filter.coordinate === 'string') where(`position(${bind(JSON.stringify(filter.coordinate), 'text')} IN r.description) > 0`);
  const from = filter.from ? bind(filter.from.toISOString(), 'timestamptz') : null;
  const to = filter.to ? bind(filter.to.toISOString(), 'timestamptz') : null;
  if (from) where(`r.recorded >= ${from}`);
  if (to) where(`r.recorded < ${to}`);
  // Newest first: behind a cursor are the older reads. One more than the page tells whether there are more.
  const placeAt = (cursor: string | null | undefined, side: '<' | '>'): readonly string[] | null => {
    if (typeof cursor !== 'string') return null;
    const place = placeOf(cursor, viewer, seal).map((value, at) => bind(value, placeTypes[at] ?? 'text'));
    where(`(r.recorded, r.chain, r.position) ${side} (${place.join(', ')})`);
    return place;
  };
  const after = placeAt(page.after, '<');
  const before = placeAt(page.before, '>');
  const direction = backward ? 'ASC' : 'DESC';
  const limit = size + 1;
  const order = `recorded ${direction}, chain ${direction}, position ${direction}`;
  const principal = viewer.principal.toLowerCase();
  const reads = `FROM shared.access_read__${principal} r`;
  const text = (more: readonly string[]): string => {
    const all = [...conditions, ...more];
    return `SELECT r.* ${reads}${all.length > 0 ? ` WHERE ${all.join(' AND ')}` : ''} ORDER BY ${order} LIMIT ${limit}`;
  };
  if (typeof filter.subject !== 'string') return { statement: named(text([])), values };

  // The ten minutes in which somebody read of it, newest first, and within each the reads of that agency. Ordered by ten
  // minutes and then by moment, so that the newest page is found without looking at the rest.
  const subject = bind(subjectOf(ids, filter.subject), 'bigint');
  // Subjects stand in blocks of 64, a bit each.
  const buckets = [`s.block = ${subject} >> 6`, `s.bits >> (${subject} & 63)::int & 1 = 1`];
  if (!seesOthers(viewer)) buckets.push(`s.agency = ${bind(viewer.agency, 'text')}`);
  if (typeof filter.agency === 'string') buckets.push(`s.agency = ${bind(filter.agency, 'text')}`);
  if (from) buckets.push(`s.bucket > ${from} - interval '10 minutes'`);
  if (to) buckets.push(`s.bucket < ${to}`);
  if (after) buckets.push(`s.bucket <= ${after[0] ?? ''}`);
  if (before) buckets.push(`s.bucket > ${before[0] ?? ''} - interval '10 minutes'`);
  const within = ['r.recorded >= b.bucket', 'r.recorded < b.until', 'r.agency = b.agency', `r.subjects @> ARRAY[${subject}]`];
  return {
    statement: named(
      `SELECT l.* FROM (SELECT s.bucket, s.bucket + interval '10 minutes' AS until, s.agency FROM shared.access_subject__${principal} s ` +
        `WHERE ${buckets.join(' AND ')} ORDER BY s.bucket ${direction}) b CROSS JOIN LATERAL (${text(within)}) l ` +
        `ORDER BY b.bucket ${direction}, ${order.replace(/\b(recorded|chain|position)\b/g, 'l.$1')} LIMIT ${limit}`,
    ),
    values,
  };
}

function named(text: string) {
  return { name: `l${hash('sha256', text, 'base64url').slice(0, 40)}`, text };
}

function seesOthers({ principal }: Viewer): boolean {
  return othersReadsViewers.some((all) => all === principal);
}

function subjectOf(ids: NodeIds, id: string): string {
  const node = ids.decode(id);
  if (node?.type === 'Subject') return node.key;
  throw new GraphQLError('subject 须为主体的全局编号 · subject must be the node id of a Subject.', {
    extensions: { code: 'BAD_USER_INPUT', clauses: ['XM-3.5.8'], nextStep: '{ subject(uscc: "…") { id } }' },
  });
}

const placeTypes = ['timestamptz', 'int', 'bigint'] as const;

/** Positions tell how much others read: a cursor is sealed for its agency, and of one length. */
function cursorOf(row: Row, viewer: Viewer, { seal }: AccessLogParts): string {
  return seal.close(JSON.stringify(row.slice(0, 3)).padEnd(80), contextOf(viewer), true);
}

function placeOf(cursor: string, viewer: Viewer, seal: AccessLogParts['seal']): readonly string[] {
  const opened = seal.open(cursor, contextOf(viewer));
  const place: unknown = opened === null ? null : JSON.parse(opened);
  if (Array.isArray(place) && place.length === placeTypes.length && place.every((value) => typeof value === 'string')) return place;
  throw new GraphQLError('游标无效或不属于本机关 · The cursor is not valid for this agency and connection.', {
    extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
  });
}

function contextOf({ agency, principal }: Viewer): string {
  return `access log ${agency} ${principal}`;
}

function readOf(row: Row, viewer: Viewer, { ids }: AccessLogParts): AccessRead {
  const text = (at: number): string => row[at] ?? '';
  const time = (at: number): Date => new Date(text(at).replace(' ', 'T').replace(/\+00$/, 'Z'));
  const agency = agencyOfCode(text(3));
  return {
    recordedAt: time(0),
    entry: seesOthers(viewer) ? `${text(1)}:${text(2)}` : null,
    agency: agency && agencyOf(agency),
    account: text(4),
    role: row[5] ?? null,
    purpose: row[6] ?? null,
    caseNo: row[7] ?? null,
    documentHash: row[8] ?? null,
    operation: row[9] ?? null,
    plan: row[10] ?? null,
    outcome: row[11] ?? null,
    status: Number(row[12]),
    records: Number(row[13]),
    subjects: text(14).slice(1, -1).split(',').filter((key) => key !== '').map((key) => ids.encode('Subject', key)),
    resultDigest: text(15),
    boundary: text(16),
    receivedAt: time(17),
    startedAt: row[18] == null ? null : time(18),
    executedAt: row[19] == null ? null : time(19),
    coordinates: coordinatesOf(row[20] ?? null),
  };
}

function coordinatesOf(description: string | null): string[] {
  const read: unknown = description === null ? null : JSON.parse(description);
  const coordinates: unknown = read !== null && typeof read === 'object' && 'coordinates' in read ? read.coordinates : null;
  return Array.isArray(coordinates) ? coordinates.filter((coordinate) => typeof coordinate === 'string') : [];
}
