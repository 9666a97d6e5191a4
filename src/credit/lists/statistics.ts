import { Arg, Field, Float, InputType, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { OrderDirection } from '../../planner/order-direction.js';
import { statisticsRead } from '../../statistics/compile-statistics.js';
import type { Dimension, Figure, StatisticsDeclaration } from '../../statistics/declaration.js';
import { DateSummary, NumberSummary } from '../../statistics/summaries.js';
import { CreditList, ListEntryState, Severity } from './codes.js';
import { CreditListFilter } from './operations.js';
import { listFilters } from './reads.js';

const CreditListDimension = {
  LIST: 'LIST', GROUND: 'GROUND', SEVERITY: 'SEVERITY', STATE: 'STATE', DISTRICT: 'DISTRICT', RESPONSIBLE_ORGAN: 'RESPONSIBLE_ORGAN',
  YEAR: 'YEAR', QUARTER: 'QUARTER', MONTH: 'MONTH', END_MONTH: 'END_MONTH',
} as const;
type CreditListDimension = keyof typeof CreditListDimension;

registerEnumType(CreditListDimension, {
  name: 'CreditListDimension',
  description: '名单的统计维度 · Dimensions of the lists.',
  valuesConfig: {
    LIST: { description: '名单 · Which list.' },
    GROUND: { description: '列入事由 · Ground.' },
    SEVERITY: { description: '失信程度 · How grave.' },
    STATE: { description: '状态 · Where entries stand.' },
    DISTRICT: { description: '所在区 · District.' },
    RESPONSIBLE_ORGAN: { description: '认定机关 · Organ that answers.' },
    YEAR: { description: '公布年份 · Year of publication.' },
    QUARTER: { description: '公布季度 · Quarter of publication, 2025-Q1.' },
    MONTH: { description: '公布月份 · Month of publication, 2025-01.' },
    END_MONTH: { description: '期满月份，用于预警；无期限者为空 · Month in which the period ends, for early signs; null for entries without end.' },
  },
});

const CreditListFigure = {
  COUNT: 'COUNT', ORGANISATIONS: 'ORGANISATIONS',
  LISTED_DAYS_COUNT: 'LISTED_DAYS_COUNT', LISTED_DAYS_SUM: 'LISTED_DAYS_SUM', LISTED_DAYS_MIN: 'LISTED_DAYS_MIN',
  LISTED_DAYS_MAX: 'LISTED_DAYS_MAX', LISTED_DAYS_AVERAGE: 'LISTED_DAYS_AVERAGE',
} as const;
type CreditListFigure = keyof typeof CreditListFigure;

registerEnumType(CreditListFigure, {
  name: 'CreditListFigure',
  description: '一组的数字，供 having 与排序使用 · A number of a group, for having and order.',
  valuesConfig: {
    COUNT: { description: '记录数 · Entries.' },
    ORGANISATIONS: { description: '不同主体数，以统一社会信用代码计 · Distinct organisations, by their code.' },
    LISTED_DAYS_COUNT: { description: '有期限的记录数 · Entries with a period.' },
    LISTED_DAYS_SUM: { description: '有效天数之和 · Days on the list, sum.' },
    LISTED_DAYS_MIN: { description: '有效天数之最小 · Days on the list, least.' },
    LISTED_DAYS_MAX: { description: '有效天数之最大 · Days on the list, most.' },
    LISTED_DAYS_AVERAGE: { description: '有效天数之平均 · Days on the list, average.' },
  },
});

/** What may be grouped and measured of entries by who sees their rows. */
export const creditListStatistics: StatisticsDeclaration = {
  field: 'creditListStatistics',
  type: 'ListEntry',
  unit: { field: 'organisations', property: 'subjectCode' },
  dimensions: {
    LIST: { field: 'list', property: 'list' },
    GROUND: { field: 'ground', property: 'ground' },
    SEVERITY: { field: 'severity', property: 'severity' },
    STATE: { field: 'state', property: 'state' },
    DISTRICT: { field: 'district', property: 'district' },
    RESPONSIBLE_ORGAN: { field: 'responsibleOrgan', property: 'responsibleOrgan.code' },
    YEAR: { field: 'year', property: 'publishedOn', period: 'YEAR' },
    QUARTER: { field: 'quarter', property: 'publishedOn', period: 'QUARTER' },
    MONTH: { field: 'month', property: 'publishedOn', period: 'MONTH' },
    END_MONTH: { field: 'endMonth', property: 'validTo', period: 'MONTH' },
  } satisfies Record<CreditListDimension, Dimension>,
  measures: [
    { field: 'listedDays', quantity: { days: ['validFrom', 'validTo'], endless: '2099-12-31' } },
    { field: 'publishedOn', quantity: { date: 'publishedOn' } },
    { field: 'validTo', quantity: { date: 'validTo' } },
  ],
  figures: {
    COUNT: 'count',
    ORGANISATIONS: 'unit',
    LISTED_DAYS_COUNT: { of: 'listedDays', summary: 'count' },
    LISTED_DAYS_SUM: { of: 'listedDays', summary: 'sum' },
    LISTED_DAYS_MIN: { of: 'listedDays', summary: 'min' },
    LISTED_DAYS_MAX: { of: 'listedDays', summary: 'max' },
    LISTED_DAYS_AVERAGE: { of: 'listedDays', summary: 'average' },
  } satisfies Record<CreditListFigure, Figure>,
  filters: listFilters,
};

export const creditListStatisticsRead = statisticsRead(creditListStatistics);

export const listStatisticsBoundaries: readonly Boundary[] = [
  { form: 'carrier', type: 'Query', of: 'ListEntry', fields: ['creditListStatistics'] },
  { form: 'carrier', type: 'CreditListStatistics', of: 'ListEntry', fields: ['groups', 'hasMore'] },
  {
    form: 'carrier',
    type: 'CreditListGroup',
    of: 'ListEntry',
    fields: [
      'list', 'ground', 'severity', 'state', 'district', 'responsibleOrgan', 'year', 'quarter', 'month', 'endMonth', 'count', 'organisations', 'listedDays',
      'publishedOn', 'validTo',
    ],
  },
];

@InputType({ description: '一组的数字须在界内，两端均含 · Keeps groups whose figure lies within the bounds, both included.' })
export class CreditListHaving {
  @Field(() => CreditListFigure, { description: '何数 · Which figure.' })
  figure!: CreditListFigure;

  @Field(() => Float, { nullable: true, description: '不小于 · At least.' })
  atLeast?: number;

  @Field(() => Float, { nullable: true, description: '不大于 · At most.' })
  atMost?: number;
}

@InputType({ description: '排序：维度与数字写明其一 · An order by one dimension or one figure.' })
export class CreditListGroupOrder {
  @Field(() => CreditListDimension, { nullable: true, description: '分组所用的维度 · A dimension of groupBy.' })
  dimension?: CreditListDimension;

  @Field(() => CreditListFigure, { nullable: true, description: '一组的数字 · A figure of the group.' })
  figure?: CreditListFigure;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: '方向；空值在后 · Direction; nulls come last either way.' })
  direction!: OrderDirection;
}

@ObjectType({ description: '一组名单记录；未用于分组的维度为空 · One group of entries; a dimension that does not group is null.' })
export class CreditListGroup {
  @Field(() => CreditList, { nullable: true, description: '名单 · Which list.' })
  list!: CreditList | null;

  @Field(() => String, { nullable: true, description: '列入事由代码 · Code of the ground.' })
  ground!: string | null;

  @Field(() => Severity, { nullable: true, description: '失信程度 · How grave.' })
  severity!: Severity | null;

  @Field(() => ListEntryState, { nullable: true, description: '状态 · Where they stand.' })
  state!: ListEntryState | null;

  @Field(() => String, { nullable: true, description: '所在区 · District.' })
  district!: string | null;

  @Field(() => String, { nullable: true, description: '认定机关代码 · Code of the organ that answers.' })
  responsibleOrgan!: string | null;

  @Field(() => String, { nullable: true, description: '公布年份 · Year of publication, 2025.' })
  year!: string | null;

  @Field(() => String, { nullable: true, description: '公布季度 · Quarter of publication, 2025-Q1.' })
  quarter!: string | null;

  @Field(() => String, { nullable: true, description: '公布月份 · Month of publication, 2025-01.' })
  month!: string | null;

  @Field(() => String, { nullable: true, description: '期满月份 · Month in which the period ends, 2027-03.' })
  endMonth!: string | null;

  @Field(() => Int, { description: '记录数 · Entries.' })
  count!: number;

  @Field(() => Int, { description: '不同主体数，以统一社会信用代码计；自然人无代码，不计 · Distinct organisations by their code; natural persons have none and are not counted.' })
  organisations!: number;

  @Field(() => NumberSummary, { description: '有效天数（两端均含；无期限者不计） · Days on the list, both ends included; entries without end are not measured.' })
  listedDays!: NumberSummary;

  @Field(() => DateSummary, { description: '公布日期 · Day of publication.' })
  publishedOn!: DateSummary;

  @Field(() => DateSummary, { description: '有效期至 · Last day on the list.' })
  validTo!: DateSummary;
}

@ObjectType({ description: '名单的分组统计，确数 · Groups of entries with exact figures.' })
export class CreditListStatistics {
  @Field(() => [CreditListGroup], { description: '各组，按所求之序，余序依维度 · The groups in the order asked; ties by the dimensions.' })
  groups!: CreditListGroup[];

  @Field(() => Boolean, { description: '尚有未列之组 · Whether there are more groups than shown.' })
  hasMore!: boolean;
}

/** The root of `creditListStatisticsRead`; the planner answers it. */
@Resolver()
export class CreditListStatisticsOperation {
  @Query(() => CreditListStatistics, {
    nullable: true,
    description: '本机关可见名单记录的分组统计：确数，不论分页 · Exact statistics over the entries this viewer may see, whatever the page.',
  })
  creditListStatistics(
    @Arg('filter', () => CreditListFilter, { nullable: true, description: '筛选条件 · Filters.' }) _filter?: CreditListFilter,
    @Arg('groupBy', () => [CreditListDimension], { nullable: true, description: '维度；不写则合为一组 · Dimensions; without any, all entries are one group.' }) _groupBy?: CreditListDimension[],
    @Arg('having', () => [CreditListHaving], { nullable: true, description: '各组须同时满足 · What every group shown must meet.' }) _having?: CreditListHaving[],
    @Arg('orderBy', () => [CreditListGroupOrder], { nullable: true, description: '排序 · Order of the groups.' }) _orderBy?: CreditListGroupOrder[],
    @Arg('first', () => Int, { nullable: true, description: '至多几组，1 到 1000，缺省 100 · At most so many groups, 1 to 1,000, by default 100.' }) _first?: number,
  ): CreditListStatistics | null {
    throw new Error('Query.creditListStatistics is answered by the planner');
  }
}
