import { Arg, Ctx, Field, Float, InputType, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import type { AggregateBoundary } from '../../boundary/declaration.js';
import type { Release } from '../../boundary/release.js';
import type { OperationContext } from '../../planner/context.js';
import { OrderDirection } from '../../planner/order-direction.js';
import { Publication } from '../../statistics/publication.js';
import { publicationBoundaries } from '../../statistics/publications.js';
import { publishedCells } from '../../statistics/published-cells.js';

/**
 * Totals of the black list of Tianjin for analysts (B-39): entries published and in force when they were counted. What was
 * repaired or expired by then is in no number.
 */
export const blackListCube: AggregateBoundary = {
  form: 'aggregate',
  cube: 'black_list',
  type: 'Query',
  fields: ['publishedListStatistics'],
  of: 'ListEntry',
  viewers: ['ANALYST'],
  where: { jurisdiction: { oneOf: ['CN-TJ'] }, list: { oneOf: ['BLACK'] }, state: { oneOf: ['PUBLISHED', 'OBJECTED'] } },
  dated: 'publishedOn',
  dimensions: { ground: { property: 'ground' }, district: { property: 'district' }, year: { property: 'publishedOn', period: 'YEAR' } },
  sums: {},
  unit: 'subjectId',
  zh: '黑名单的合计，供统计分析',
  en: 'totals of the black list, for analysts',
  rows: ['B-39'],
  clauses: ['YZ-3.5a', 'YZ-2.9.2c'],
};

export const publishedListBoundaries = publicationBoundaries(blackListCube, 'PublishedListStatistics', { PublishedListCell: ['ground', 'district', 'year', 'subjects', 'count'] });

/** What the cube tells of hidden entries. */
export const listStatisticsRelease: Release = {
  form: 'AGGREGATE',
  coordinates: ['Query.publishedListStatistics', 'PublishedListStatistics.cells', 'PublishedListStatistics.hasMore', 'PublishedListCell.subjects', 'PublishedListCell.count'],
  viewers: ['ANALYST'],
  tells: {
    zh: '天津黑名单在列记录的主体数、记录数，按列入事由、区、公布年份；截至上月末，每月一次，修约至 3 的倍数，不足三家主体者与足以推知者不列；不及任何一条、任何一家',
    en: 'numbers of subjects and entries of the black list of Tianjin by ground, district and year of publication; as of the end of last month, once a month, rounded to multiples of 3, without cells of fewer than three subjects and those that would give them away; no entry and no subject',
  },
  why: { zh: '统计分析只需合计', en: 'analysis needs totals alone' },
  rows: ['B-39'],
  clauses: ['YZ-3.5a', 'YZ-2.9.2c'],
};

const PublishedListDimension = { GROUND: 'ground', DISTRICT: 'district', YEAR: 'year' } as const;
type PublishedListDimension = (typeof PublishedListDimension)[keyof typeof PublishedListDimension];

registerEnumType(PublishedListDimension, {
  name: 'PublishedListDimension',
  description: '黑名单公布合计的维度 · Dimensions of the published totals of the black list.',
  valuesConfig: {
    GROUND: { description: '列入事由 · Ground.' },
    DISTRICT: { description: '所在区 · District.' },
    YEAR: { description: '公布年份 · Year of publication.' },
  },
});

const PublishedListFigure = { SUBJECTS: 'holders', COUNT: 'count' } as const;
type PublishedListFigure = (typeof PublishedListFigure)[keyof typeof PublishedListFigure];

registerEnumType(PublishedListFigure, {
  name: 'PublishedListFigure',
  description: '公布的数字，均已修约 · Published numbers, all of them rounded.',
  valuesConfig: {
    SUBJECTS: { description: '主体数 · Subjects.' },
    COUNT: { description: '记录数 · Entries.' },
  },
});

@InputType({ description: '选取单元；写明的维度亦用于分组，多值不相加 · Picks cells; a dimension named here tells the cells apart too, and several values are never added up.' })
export class PublishedListWhere {
  @Field(() => [String], { nullable: true, description: '列入事由代码 · Grounds.' })
  ground?: string[];

  @Field(() => [String], { nullable: true, description: '区 · Districts, 120101.' })
  district?: string[];

  @Field(() => [String], { nullable: true, description: '公布年份 · Years of publication, 2025.' })
  year?: string[];
}

@InputType({ description: '公布的数字须在界内，两端均含；不公布者不满足 · Keeps cells whose published number lies within the bounds, both included; a withheld one lies in none.' })
export class PublishedListHaving {
  @Field(() => PublishedListFigure, { description: '何数 · Which figure.' })
  figure!: PublishedListFigure;

  @Field(() => Float, { nullable: true, description: '不小于 · At least.' })
  atLeast?: number | null;

  @Field(() => Float, { nullable: true, description: '不大于 · At most.' })
  atMost?: number | null;
}

@InputType({ description: '排序：维度与公布的数字写明其一 · An order by one dimension or one published figure.' })
export class PublishedListOrder {
  @Field(() => PublishedListDimension, { nullable: true, description: '维度 · A dimension.' })
  dimension?: PublishedListDimension | null;

  @Field(() => PublishedListFigure, { nullable: true, description: '公布的数字 · A published figure.' })
  figure?: PublishedListFigure | null;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: '方向 · Direction.' })
  direction!: OrderDirection;
}

@ObjectType({ description: '一个公布的单元；不足三家主体者不列，与无主体者无异 · One published cell; one of fewer than three subjects is absent, like one of none.' })
export class PublishedListCell {
  @Field(() => String, { nullable: true, description: '列入事由；未用于分组则为空 · Ground; null where not grouped by.' })
  ground!: string | null;

  @Field(() => String, { nullable: true, description: '所在区 · District.' })
  district!: string | null;

  @Field(() => String, { nullable: true, description: '公布年份 · Year of publication.' })
  year!: string | null;

  @Field(() => Int, { nullable: true, description: '主体数，修约至 3 的倍数 · Subjects, rounded to a multiple of 3.' })
  subjects!: number | null;

  @Field(() => Int, { nullable: true, description: '记录数，修约至 3 的倍数；由一家主体主导或足以推知他数者为空 · Entries, rounded to a multiple of 3; null where one subject dominates or it would give another number away.' })
  count!: number | null;
}

@ObjectType({ description: '黑名单的公布合计 · Published totals of the black list.' })
export class PublishedListStatistics extends Publication {
  @Field(() => [PublishedListCell], { description: '各单元，按所求之序 · The cells in the order asked.' })
  cells!: PublishedListCell[];
}

@Resolver()
export class PublishedListStatisticsOperation {
  @Query(() => PublishedListStatistics, {
    nullable: true,
    description: '天津黑名单在列记录的合计，供统计分析，经修约与隐匿 · Totals of the black list of Tianjin for analysts, rounded and suppressed (B-39).',
  })
  async publishedListStatistics(
    @Arg('groupBy', () => [PublishedListDimension], { nullable: true, description: '维度；不写则为总计 · Dimensions; without any, the grand total.' }) groupBy: PublishedListDimension[] | null | undefined,
    @Arg('where', () => PublishedListWhere, { nullable: true, description: '选取单元 · Picks cells.' }) where: PublishedListWhere | null | undefined,
    @Arg('having', () => [PublishedListHaving], { nullable: true, description: '按公布的数字 · By published numbers.' }) having: PublishedListHaving[] | null | undefined,
    @Arg('orderBy', () => [PublishedListOrder], { nullable: true, description: '按维度或公布的数字 · By dimensions or published numbers.' }) orderBy: PublishedListOrder[] | null | undefined,
    @Arg('first', () => Int, { nullable: true, description: '至多几个单元，1 到 1000，缺省 100 · At most so many cells, 1 to 1,000, by default 100.' }) first: number | null | undefined,
    @Ctx() context: OperationContext,
  ): Promise<PublishedListStatistics> {
    const { cells, ...published } = await publishedCells(blackListCube, context, { groupBy, where, having, orderBy, first });
    return {
      ...published,
      cells: cells.map(({ values, numbers }) => ({
        ground: values['ground'] ?? null, district: values['district'] ?? null, year: values['year'] ?? null,
        subjects: numbers['holders'] ?? null, count: numbers['count'] ?? null,
      })),
    };
  }
}
