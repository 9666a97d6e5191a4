import { GraphQLError } from 'graphql';
import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import { agencyOf } from '../access/agency.js';
import type { Seal } from '../access/keys.js';
import type { Viewer } from '../access/viewer.js';
import type { OperationBoundary } from '../boundary/declaration.js';
import type { Release } from '../boundary/release.js';
import type { Row } from '../database/envelope.js';
import { agencyOfCode } from '../measures/agencies.js';
import { PermitActionType } from '../permits/codes.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { PageArguments } from '../planner/connection.js';
import { pageOf } from '../planner/page.js';
import { deliveryClause } from './due-days.js';
import { Duty, DutyConnection, DutyFilter, dutyLatenesses, dutyStates, type DutyRates } from './duty.js';
import { dutyRow, dutyStatements, dutyViewers, type DutyPlace, type DutyRow } from './duty-statement.js';

/** Who owes, who is owed, and who guides both: each sees the duties of its own side, nobody else any. */
export const dutyBoundaries: readonly OperationBoundary[] = [
  ['Query', 'duties'],
  ['DutyConnection', 'nodes', 'edges', 'pageInfo', 'totalCount', 'rates'],
  ['DutyEdge', 'cursor', 'node'],
  [
    'DutyRates', 'total', 'due', 'delivered', 'acknowledged', 'onTime', 'late', 'lateUnderAnyReading', 'pastPolicyDefault', 'undecided',
    'onTimeRate', 'lateRate',
  ],
  [
    'Duty', 'clause', 'rulings', 'documentNo', 'documentPart', 'action', 'actedOn', 'decidedBy', 'receiver', 'recordedAt', 'dueOn', 'altDueOn',
    'provisional', 'standing', 'state', 'lateness', 'deliveredAt', 'acknowledgedAt',
  ],
].map(([type = '', ...fields]) => ({
  form: 'operation',
  type,
  fields,
  viewers: [...dutyViewers],
  zh: '三日送达：送达机关与接收机关各见本机关的义务，市局指导双方、可见全部',
  en: 'delivery within three days: who owes and who is owed see their own duties, the municipal bureau, which guides both, all of them',
  rows: ['B-02'],
  clauses: [deliveryClause, 'XT-3.1c'],
}));

/** The deciding bureau learns that the receiver was served and said so: that is the receipt it is owed. */
export const dutyReleases: readonly Release[] = [
  {
    form: 'EVENT',
    coordinates: ['Duty.state', 'Duty.lateness', 'Duty.deliveredAt', 'Duty.acknowledgedAt', 'DutyConnection.rates'],
    viewers: dutyViewers,
    tells: {
      zh: '本机关一侧的义务何时送达、何时签收；不及由谁、以何方式、读了什么',
      en: 'when a duty of one’s own side was delivered and acknowledged; not by whom, by what way, or what else was read',
    },
    why: { zh: '送达须有回执，按时率须可核验', en: 'a delivery needs its receipt, and the rate must be verifiable' },
    rows: ['B-02'],
    clauses: [deliveryClause, 'A-01'],
  },
];

/** Seals the cursors of the list. */
export const dutySeal = new ServiceKey<Pick<Seal, 'close' | 'open'>>('duty cursors');

@Resolver()
export class DutyOperation {
  @Query(() => DutyConnection, {
    nullable: true,
    description:
      '三日送达义务及按时率：滨海新区、自贸区决定的劳务派遣许可，送区人力社保局 · ' +
      'Duties of delivery within three days, with on-time and late rates: dispatch permits decided in Binhai and the free-trade areas, newest action first (XT-5.1.2c, A-01, A-02).',
  })
  async duties(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('filter', () => DutyFilter, { nullable: true, description: '筛选条件 · Filters.' }) filter: DutyFilter | null | undefined,
    @Ctx() context: OperationContext,
  ): Promise<DutyConnection> {
    const { viewer } = context;
    const seal = context.services.get(dutySeal);
    const { size, backward } = pageOf(page.first, page.last, viewer.pageLimit);
    const [after, before] = [page.after, page.before].map((cursor) => (typeof cursor === 'string' ? placeOf(cursor, viewer, seal) : null));
    const [rows = [], counts = []] = await context.readers.run(
      viewer,
      dutyStatements(viewer, filter ?? {}, { size, backward, after: after ?? null, before: before ?? null }),
    );
    const shown = rows.slice(0, size).map(dutyRow);
    if (backward) shown.reverse();
    context.noteRead(shown.length, [...new Set(shown.map(({ holder }) => holder))]);
    const edges = shown.map((row) => ({ cursor: cursorOf(row.place, viewer, seal), node: dutyOf(row) }));
    const more = rows.length > size;
    const rates = ratesOf(counts);
    return {
      nodes: edges.map(({ node }) => node),
      edges,
      totalCount: rates.total,
      rates,
      pageInfo: {
        hasNextPage: backward ? typeof page.before === 'string' : more,
        hasPreviousPage: backward ? more : typeof page.after === 'string',
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}

function dutyOf(row: DutyRow): Duty {
  const organ = (code: string): Duty['receiver'] => {
    const record = agencyOfCode(code);
    return record && agencyOf(record);
  };
  const revocation = row.action === PermitActionType.REVOCATION;
  return {
    clause: deliveryClause,
    rulings: ['A-01', 'A-02', 'A-07', 'A-68', ...(revocation ? ['A-70'] : [])],
    documentNo: row.documentNo,
    documentPart: row.documentPart,
    action: oneOf(Object.values(PermitActionType), row.action),
    actedOn: row.place.actedOn,
    decidedBy: organ(row.decidedBy),
    receiver: organ(row.receiver),
    recordedAt: instant(row.recordedAt),
    dueOn: row.dueOn,
    altDueOn: row.altDueOn,
    // Nothing is known of a day outside the calendar and the year behind it.
    provisional: row.provisional || row.dueOn === null,
    standing: revocation ? 'POLICY_DEFAULT' : 'STATED',
    state: oneOf(dutyStates, row.state),
    lateness: oneOf(dutyLatenesses, row.lateness),
    deliveredAt: row.deliveredAt === null ? null : instant(row.deliveredAt),
    acknowledgedAt: row.acknowledgedAt === null ? null : instant(row.acknowledgedAt),
  };
}

/** Rates over counts by state and lateness. What no clause sets and what cannot be decided yet is in no rate. */
export function ratesOf(counts: readonly Row[]): DutyRates {
  const of = (fits: (state: string, lateness: string) => boolean): number =>
    counts.reduce((sum, [state, lateness, count]) => (fits(state ?? '', lateness ?? '') ? sum + Number(count) : sum), 0);
  const onTime = of((state, lateness) => state !== 'DUE' && lateness === 'IN_TIME');
  const lateUnderAnyReading = of((_, lateness) => lateness === 'LATE_UNDER_ANY_READING');
  const late = lateUnderAnyReading + of((_, lateness) => lateness === 'LATE');
  const judged = onTime + late;
  return {
    total: of(() => true),
    due: of((state) => state === 'DUE'),
    delivered: of((state) => state === 'DELIVERED'),
    acknowledged: of((state) => state === 'ACKNOWLEDGED'),
    onTime,
    late,
    lateUnderAnyReading,
    pastPolicyDefault: of((_, lateness) => lateness === 'PAST_POLICY_DEFAULT'),
    undecided: of((_, lateness) => lateness === 'UNDECIDED'),
    onTimeRate: judged === 0 ? null : onTime / judged,
    lateRate: judged === 0 ? null : late / judged,
  };
}

function oneOf<T extends string>(values: readonly T[], text: string): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Error(`duties: ${text} is none of ${values.join()}`);
  return found;
}

/** A timestamp of the database (UTC) as an instant. */
function instant(text: string): Date {
  return new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
}

/** The key tells how many actions others recorded: a cursor is sealed for its agency. */
function cursorOf({ actedOn, key }: DutyPlace, viewer: Viewer, seal: Pick<Seal, 'close'>): string {
  return seal.close(`${actedOn} ${key.padStart(20, '0')}`, contextOf(viewer), true);
}

function placeOf(cursor: string, viewer: Viewer, seal: Pick<Seal, 'open'>): DutyPlace {
  const [actedOn, key] = seal.open(cursor, contextOf(viewer))?.split(' ') ?? [];
  if (actedOn !== undefined && key !== undefined) return { actedOn, key };
  throw new GraphQLError('游标无效或不属于本机关 · The cursor is not valid for this agency and connection.', {
    extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
  });
}

function contextOf({ agency, principal }: Viewer): string {
  return `duties ${agency} ${principal}`;
}
