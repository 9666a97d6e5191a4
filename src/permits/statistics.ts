import { Arg, Field, Float, InputType, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { OrderDirection } from '../planner/order-direction.js';
import { statisticsRead } from '../statistics/compile-statistics.js';
import type { Dimension, Figure, StatisticsDeclaration } from '../statistics/declaration.js';
import { DateSummary, NumberSummary } from '../statistics/summaries.js';
import { PermitItemCode, PermitOutcome, PermitStatus } from './codes.js';
import { PermitFilter } from './operations.js';
import { permitFilters } from './reads.js';
import { PermitWhere } from './where.js';

const PermitDimension = {
  DISTRICT: 'DISTRICT', LOCATION: 'LOCATION', ITEM: 'ITEM', STATUS: 'STATUS', OUTCOME: 'OUTCOME', YEAR: 'YEAR', QUARTER: 'QUARTER', MONTH: 'MONTH',
  DECIDED_BY: 'DECIDED_BY', LEGAL_AUTHORITY: 'LEGAL_AUTHORITY', HOLDER_KIND: 'HOLDER_KIND',
} as const;
type PermitDimension = keyof typeof PermitDimension;

registerEnumType(PermitDimension, {
  name: 'PermitDimension',
  description: '许可的统计维度；许可不载行业，故无行业维度 · Dimensions of permits; permits state no industry, so there is none.',
  valuesConfig: {
    DISTRICT: { description: '监管区 · Supervising district.' },
    LOCATION: { description: '坐落 · District or free-trade area.' },
    ITEM: { description: '许可事项 · Permit item.' },
    STATUS: { description: '当前状态 · Current state.' },
    OUTCOME: { description: '决定结果 · Outcome.' },
    YEAR: { description: '决定年份 · Year of decision.' },
    QUARTER: { description: '决定季度 · Quarter of decision, 2025-Q1.' },
    MONTH: { description: '决定月份 · Month of decision, 2025-01.' },
    DECIDED_BY: { description: '许可机关 · Deciding bureau.' },
    LEGAL_AUTHORITY: { description: '法律责任机关 · Organ in whose authority the decision stands.' },
    HOLDER_KIND: { description: '行政相对人类别 · Kind of holder.' },
  },
});

const PermitFigure = {
  COUNT: 'COUNT', HOLDERS: 'HOLDERS',
  VALIDITY_DAYS_COUNT: 'VALIDITY_DAYS_COUNT', VALIDITY_DAYS_SUM: 'VALIDITY_DAYS_SUM', VALIDITY_DAYS_MIN: 'VALIDITY_DAYS_MIN',
  VALIDITY_DAYS_MAX: 'VALIDITY_DAYS_MAX', VALIDITY_DAYS_AVERAGE: 'VALIDITY_DAYS_AVERAGE',
  ACTIONS_SUM: 'ACTIONS_SUM', ACTIONS_MIN: 'ACTIONS_MIN', ACTIONS_MAX: 'ACTIONS_MAX', ACTIONS_AVERAGE: 'ACTIONS_AVERAGE',
} as const;
type PermitFigure = keyof typeof PermitFigure;

registerEnumType(PermitFigure, {
  name: 'PermitFigure',
  description: '一组的数字，供 having 与排序使用 · A number of a group, for having and order.',
  valuesConfig: {
    COUNT: { description: '件数 · Permits.' },
    HOLDERS: { description: '不同被许可人数 · Distinct holders.' },
    VALIDITY_DAYS_COUNT: { description: '有起止日期的件数 · Permits with a period.' },
    VALIDITY_DAYS_SUM: { description: '有效天数之和 · Days of validity, sum.' },
    VALIDITY_DAYS_MIN: { description: '有效天数之最小 · Days of validity, least.' },
    VALIDITY_DAYS_MAX: { description: '有效天数之最大 · Days of validity, most.' },
    VALIDITY_DAYS_AVERAGE: { description: '有效天数之平均 · Days of validity, average.' },
    ACTIONS_SUM: { description: '办理次数之和 · Actions, sum.' },
    ACTIONS_MIN: { description: '办理次数之最小 · Actions, least.' },
    ACTIONS_MAX: { description: '办理次数之最大 · Actions, most.' },
    ACTIONS_AVERAGE: { description: '办理次数之平均 · Actions, average.' },
  },
});

/** What may be grouped and measured of permits by who sees their rows. */
export const permitStatistics: StatisticsDeclaration = {
  field: 'permitStatistics',
  type: 'Permit',
  unit: { field: 'holders', property: 'holder' },
  dimensions: {
    DISTRICT: { field: 'district', property: 'district' },
    LOCATION: { field: 'location', property: 'location' },
    ITEM: { field: 'item', property: 'item' },
    STATUS: { field: 'status', property: 'status' },
    OUTCOME: { field: 'outcome', property: 'outcome' },
    YEAR: { field: 'year', property: 'decidedOn', period: 'YEAR' },
    QUARTER: { field: 'quarter', property: 'decidedOn', period: 'QUARTER' },
    MONTH: { field: 'month', property: 'decidedOn', period: 'MONTH' },
    DECIDED_BY: { field: 'decidedBy', property: 'decidedBy.code' },
    LEGAL_AUTHORITY: { field: 'legalAuthority', property: 'legalAuthority' },
    HOLDER_KIND: { field: 'holderKind', property: 'holder.kind' },
  } satisfies Record<PermitDimension, Dimension>,
  measures: [
    { field: 'validityDays', quantity: { days: ['validFrom', 'validTo'], endless: '2099-12-31' } },
    { field: 'actions', quantity: { rows: 'actions' } },
    { field: 'decidedOn', quantity: { date: 'decidedOn' } },
    { field: 'validTo', quantity: { date: 'validTo' } },
  ],
  figures: {
    COUNT: 'count',
    HOLDERS: 'unit',
    VALIDITY_DAYS_COUNT: { of: 'validityDays', summary: 'count' },
    VALIDITY_DAYS_SUM: { of: 'validityDays', summary: 'sum' },
    VALIDITY_DAYS_MIN: { of: 'validityDays', summary: 'min' },
    VALIDITY_DAYS_MAX: { of: 'validityDays', summary: 'max' },
    VALIDITY_DAYS_AVERAGE: { of: 'validityDays', summary: 'average' },
    ACTIONS_SUM: { of: 'actions', summary: 'sum' },
    ACTIONS_MIN: { of: 'actions', summary: 'min' },
    ACTIONS_MAX: { of: 'actions', summary: 'max' },
    ACTIONS_AVERAGE: { of: 'actions', summary: 'average' },
  } satisfies Record<PermitFigure, Figure>,
  filters: permitFilters,
};

export const permitStatisticsRead = statisticsRead(permitStatistics);

@InputType({ description: '一组的数字须在界内，两端均含 · Keeps groups whose figure lies within the bounds, both included.' })
export class PermitHaving {
  @Field(() => PermitFigure, { description: '何数 · Which figure.' })
  figure!: PermitFigure;

  @Field(() => Float, { nullable: true, description: '不小于 · At least.' })
  atLeast?: number;

  @Field(() => Float, { nullable: true, description: '不大于 · At most.' })
  atMost?: number;
}

@InputType({ description: '排序：维度与数字写明其一 · An order by one dimension or one figure.' })
export class PermitGroupOrder {
  @Field(() => PermitDimension, { nullable: true, description: '分组所用的维度 · A dimension of groupBy.' })
  dimension?: PermitDimension;

  @Field(() => PermitFigure, { nullable: true, description: '一组的数字 · A figure of the group.' })
  figure?: PermitFigure;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: '方向；空值在后 · Direction; nulls come last either way.' })
  direction!: OrderDirection;
}

@ObjectType({ description: '一组许可；未用于分组的维度为空 · One group of permits; a dimension that does not group is null.' })
export class PermitGroup {
  @Field(() => String, { nullable: true, description: '监管区 · Supervising district.' })
  district!: string | null;

  @Field(() => String, { nullable: true, description: '坐落 · District or free-trade area.' })
  location!: string | null;

  @Field(() => PermitItemCode, { nullable: true, description: '许可事项 · Permit item.' })
  item!: PermitItemCode | null;

  @Field(() => PermitStatus, { nullable: true, description: '当前状态；来源未载者亦为空 · Current state; null also where the source states none.' })
  status!: PermitStatus | null;

  @Field(() => PermitOutcome, { nullable: true, description: '决定结果 · Outcome.' })
  outcome!: PermitOutcome | null;

  @Field(() => String, { nullable: true, description: '决定年份 · Year of decision, 2025.' })
  year!: string | null;

  @Field(() => String, { nullable: true, description: '决定季度 · Quarter of decision, 2025-Q1.' })
  quarter!: string | null;

  @Field(() => String, { nullable: true, description: '决定月份 · Month of decision, 2025-01.' })
  month!: string | null;

  @Field(() => String, { nullable: true, description: '许可机关代码 · Code of the deciding bureau.' })
  decidedBy!: string | null;

  @Field(() => String, { nullable: true, description: '法律责任机关代码 · Code of the organ in whose authority the decisions stand.' })
  legalAuthority!: string | null;

  @Field(() => String, { nullable: true, description: '行政相对人类别 · Kind of holder.' })
  holderKind!: string | null;

  @Field(() => Int, { description: '件数 · Permits.' })
  count!: number;

  @Field(() => Int, { description: '不同被许可人数 · Distinct holders.' })
  holders!: number;

  @Field(() => NumberSummary, { description: '有效天数（有效期至 − 有效期自 + 1；长期有效者不计） · Days of validity, both ends included; permits without end are not measured.' })
  validityDays!: NumberSummary;

  @Field(() => NumberSummary, { description: '每件的办理次数 · Actions per permit.' })
  actions!: NumberSummary;

  @Field(() => DateSummary, { description: '决定日期 · Date of decision.' })
  decidedOn!: DateSummary;

  @Field(() => DateSummary, { description: '有效期至 · Valid to.' })
  validTo!: DateSummary;
}

@ObjectType({ description: '许可的分组统计，确数 · Groups of permits with exact figures.' })
export class PermitStatistics {
  @Field(() => [PermitGroup], { description: '各组，按所求之序，余序依维度 · The groups in the order asked; ties by the dimensions.' })
  groups!: PermitGroup[];

  @Field(() => Boolean, { description: '尚有未列之组 · Whether there are more groups than shown.' })
  hasMore!: boolean;
}

/** The root of `permitStatisticsRead`; the planner answers it. */
@Resolver()
export class PermitStatisticsOperation {
  @Query(() => PermitStatistics, {
    nullable: true,
    description: '本机关可见许可的分组统计：确数，每件只计一次，不论分页 · Exact statistics over the permits this viewer may see, each counted once, whatever the page.',
  })
  permitStatistics(
    @Arg('filter', () => PermitFilter, { nullable: true, description: '常用筛选条件 · The usual filters.' }) _filter?: PermitFilter,
    @Arg('where', () => PermitWhere, { nullable: true, description: '任意条件；与 filter 须同时成立 · Any conditions, beside those of filter.' }) _where?: PermitWhere,
    @Arg('groupBy', () => [PermitDimension], { nullable: true, description: '维度；不写则合为一组 · Dimensions; without any, all permits are one group.' }) _groupBy?: PermitDimension[],
    @Arg('having', () => [PermitHaving], { nullable: true, description: '各组须同时满足 · What every group shown must meet.' }) _having?: PermitHaving[],
    @Arg('orderBy', () => [PermitGroupOrder], { nullable: true, description: '排序 · Order of the groups.' }) _orderBy?: PermitGroupOrder[],
    @Arg('first', () => Int, { nullable: true, description: '至多几组，1 到 1000，缺省 100 · At most so many groups, 1 to 1,000, by default 100.' }) _first?: number,
  ): PermitStatistics | null {
    throw new Error('Query.permitStatistics is answered by the planner');
  }
}
