import { Arg, Ctx, Field, Float, InputType, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import type { AggregateBoundary } from '../boundary/declaration.js';
import type { OperationContext } from '../planner/context.js';
import { OrderDirection } from '../planner/order-direction.js';
import type { ReadCell } from '../statistics/choose-cells.js';
import { publishedCells } from '../statistics/published-cells.js';
import { Publication } from '../statistics/publication.js';
import { PermitItemCode, PermitOutcome, PermitStatus } from './codes.js';

/**
 * City totals of special working hours and collective contracts for analysts (B-11): the permits that the cells of Forms 2
 * and 3 are counted from. No district: the district bureau sees its own rows instead (B-09).
 */
export const labourRelationsCube: AggregateBoundary = {
  form: 'aggregate',
  cube: 'labour_relations',
  type: 'Query',
  fields: ['publishedStatistics'],
  of: 'Permit',
  viewers: ['ANALYST'],
  where: { jurisdiction: { oneOf: ['CN-TJ'] }, item: { oneOf: ['P05', 'P06'] } },
  dated: 'decidedOn',
  dimensions: { item: { property: 'item' }, status: { property: 'status' }, outcome: { property: 'outcome' }, year: { property: 'decidedOn', period: 'YEAR' } },
  sums: { actions: 'actions' },
  unit: 'holder',
  zh: '特殊工时许可、集体合同审查的全市合计，供统计分析',
  en: 'totals of the whole city over special working hours and collective contracts, for analysts',
  rows: ['B-11'],
  clauses: ['XT-5.3.2a', 'YZ-2.9.2c'],
};

const PublishedDimension = { ITEM: 'item', STATUS: 'status', OUTCOME: 'outcome', YEAR: 'year' } as const;
type PublishedDimension = (typeof PublishedDimension)[keyof typeof PublishedDimension];

registerEnumType(PublishedDimension, {
  name: 'PublishedDimension',
  description: '公布合计的维度；无区，只有全市 · Dimensions of the published totals; no district, the city alone.',
  valuesConfig: {
    ITEM: { description: '许可事项：P05、P06 · Permit item: P05, P06.' },
    STATUS: { description: '当前状态 · Current state.' },
    OUTCOME: { description: '决定结果 · Outcome.' },
    YEAR: { description: '决定年份 · Year of decision.' },
  },
});

const PublishedFigure = { HOLDERS: 'holders', COUNT: 'count', ACTIONS: 'actions' } as const;
type PublishedFigure = (typeof PublishedFigure)[keyof typeof PublishedFigure];

registerEnumType(PublishedFigure, {
  name: 'PublishedFigure',
  description: '公布的数字，均已修约 · Published numbers, all of them rounded.',
  valuesConfig: {
    HOLDERS: { description: '单位数 · Enterprises.' },
    COUNT: { description: '件数 · Permits.' },
    ACTIONS: { description: '办理次数之和 · Actions, sum.' },
  },
});

@InputType({ description: '选取单元；写明的维度亦用于分组，多值不相加 · Picks cells; a dimension named here tells the cells apart too, and several values are never added up.' })
export class PublishedWhere {
  @Field(() => [PermitItemCode], { nullable: true, description: '许可事项 · Permit items.' })
  item?: PermitItemCode[];

  @Field(() => [PermitStatus], { nullable: true, description: '当前状态 · States.' })
  status?: PermitStatus[];

  @Field(() => [PermitOutcome], { nullable: true, description: '决定结果 · Outcomes.' })
  outcome?: PermitOutcome[];

  @Field(() => [String], { nullable: true, description: '决定年份 · Years of decision, 2025.' })
  year?: string[];
}

@InputType({ description: '公布的数字须在界内，两端均含；不公布者不满足 · Keeps cells whose published number lies within the bounds, both included; a withheld one lies in none.' })
export class PublishedHaving {
  @Field(() => PublishedFigure, { description: '何数 · Which figure.' })
  figure!: PublishedFigure;

  @Field(() => Float, { nullable: true, description: '不小于 · At least.' })
  atLeast?: number | null;

  @Field(() => Float, { nullable: true, description: '不大于 · At most.' })
  atMost?: number | null;
}

@InputType({ description: '排序：维度与公布的数字写明其一 · An order by one dimension or one published figure.' })
export class PublishedOrder {
  @Field(() => PublishedDimension, { nullable: true, description: '维度 · A dimension.' })
  dimension?: PublishedDimension | null;

  @Field(() => PublishedFigure, { nullable: true, description: '公布的数字 · A published figure.' })
  figure?: PublishedFigure | null;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: '方向 · Direction.' })
  direction!: OrderDirection;
}

@ObjectType({ description: '一个公布的单元；不足三家单位者不列，与无单位者无异 · One published cell; one of fewer than three enterprises is absent, like one of none.' })
export class PublishedCell {
  @Field(() => PermitItemCode, { nullable: true, description: '许可事项；未用于分组则为空 · Permit item; null where not grouped by.' })
  item!: string | null;

  @Field(() => PermitStatus, { nullable: true, description: '当前状态；来源未载者亦为空 · Current state; null also where the source states none.' })
  status!: string | null;

  @Field(() => PermitOutcome, { nullable: true, description: '决定结果 · Outcome.' })
  outcome!: string | null;

  @Field(() => String, { nullable: true, description: '决定年份 · Year of decision.' })
  year!: string | null;

  @Field(() => Int, { nullable: true, description: '单位数，修约至 3 的倍数 · Enterprises, rounded to a multiple of 3.' })
  holders!: number | null;

  @Field(() => Int, { nullable: true, description: '件数，修约至 3 的倍数；由一家单位主导或足以推知他数者为空 · Permits, rounded to a multiple of 3; null where one enterprise dominates or it would give another number away.' })
  count!: number | null;

  @Field(() => Int, { nullable: true, description: '办理次数之和，修约至 3 的倍数；为空者同上 · Actions, rounded to a multiple of 3; null for the same reasons.' })
  actions!: number | null;
}

@ObjectType({ description: '公布的合计 · Published totals.' })
export class PublishedStatistics extends Publication {
  @Field(() => [PublishedCell], { description: '各单元，按所求之序 · The cells in the order asked.' })
  cells!: PublishedCell[];
}

@Resolver()
export class PublishedStatisticsOperation {
  @Query(() => PublishedStatistics, {
    nullable: true,
    description: '特殊工时许可、集体合同审查的全市合计，供统计分析，经修约与隐匿 · Totals of the city over special working hours and collective contracts for analysts, rounded and suppressed (B-11).',
  })
  async publishedStatistics(
    @Arg('groupBy', () => [PublishedDimension], { nullable: true, description: '维度；不写则为总计 · Dimensions; without any, the grand total.' }) groupBy: PublishedDimension[] | null | undefined,
    @Arg('where', () => PublishedWhere, { nullable: true, description: '选取单元 · Picks cells.' }) where: PublishedWhere | null | undefined,
    @Arg('having', () => [PublishedHaving], { nullable: true, description: '按公布的数字 · By published numbers.' }) having: PublishedHaving[] | null | undefined,
    @Arg('orderBy', () => [PublishedOrder], { nullable: true, description: '按维度或公布的数字 · By dimensions or published numbers.' }) orderBy: PublishedOrder[] | null | undefined,
    @Arg('first', () => Int, { nullable: true, description: '至多几个单元，1 到 1000，缺省 100 · At most so many cells, 1 to 1,000, by default 100.' }) first: number | null | undefined,
    @Ctx() context: OperationContext,
  ): Promise<PublishedStatistics> {
    const { cells, ...published } = await publishedCells(labourRelationsCube, context, { groupBy, where, having, orderBy, first });
    return { ...published, cells: cells.map(shownCell) };
  }
}

function shownCell({ values, numbers }: ReadCell): PublishedCell {
  const [value, number] = [(name: string) => values[name] ?? null, (name: string) => numbers[name] ?? null];
  return {
    item: value('item'), status: value('status'), outcome: value('outcome'), year: value('year'),
    holders: number('holders'), count: number('count'), actions: number('actions'),
  };
}
