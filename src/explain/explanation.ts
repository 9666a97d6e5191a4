import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { rowWords, shownWords, conditionWords } from '../boundary/text/words.js';
import type { CoordinateEffect, Effect, RelationEffect } from '../boundary/effect.js';
import type { OperandForm } from '../planner/operand.js';
import type { Purpose as PurposeCode } from '../measures/purposes.js';
import { AccessBasis, accessBasis, AccessEffect, Purpose, PurposeWords, purposeWords } from './basis.js';
import { RelationWords } from './relation-words.js';
import { citedClause } from '../boundary/basis.js';

const OperandUse = { LOOK_UP: 'LOOK_UP', FILTER: 'FILTER', ORDER: 'ORDER', GROUP: 'GROUP', MEASURE: 'MEASURE' } as const satisfies Record<OperandForm, OperandForm>;

registerEnumType(OperandUse, {
  name: 'OperandUse',
  description: '参数怎样使用字段 · How an argument uses a field.',
  valuesConfig: {
    LOOK_UP: { description: '查找一件 · Looks up one record.' },
    FILTER: { description: '筛选 · Filters a list.' },
    ORDER: { description: '排序 · Orders a list.' },
    GROUP: { description: '分组 · Groups records.' },
    MEASURE: { description: '合计 · Is aggregated.' },
  },
});

@ObjectType({ description: '一项关系下的提供方式 · How a field is seen in the rows of one relation.' })
export class ExplainedRelation extends RelationWords {
  @Field(() => AccessEffect, { description: '提供方式 · How the field is shown in these rows.' })
  effect!: Effect;

  @Field(() => String, { description: '提供方式的文字 · How, in words.' })
  shownZh!: string;

  @Field(() => String, { description: '提供方式的文字（英文） · How, in English.' })
  shownEn!: string;

  @Field(() => [PurposeWords], { description: '可见更多的用途 · Purposes that would show more of it.' })
  purposes!: readonly PurposeWords[];
}

@ObjectType({ description: '答复中的一个路径 · One path of the answer.' })
export class ExplainedPath {
  @Field(() => [String], { description: '答复路径 · Response path, with aliases.' })
  path!: readonly string[];

  @Field(() => String, { description: '模式坐标 · Schema coordinate, Type.field.' })
  coordinate!: string;

  @Field(() => String, { nullable: true, description: '字段组 · Field group of the record.' })
  group!: string | null;

  @Field(() => AccessEffect, { description: '提供方式：任何可见行中的最大限度 · How it is shown: the most that any visible row shows.' })
  effect!: Effect;

  @Field(() => Boolean, { description: '是否因行而异，见 relations · Whether it depends on the row; see relations.' })
  dependsOnRow!: boolean;

  @Field(() => [String], {
    nullable: true,
    description: '拒绝时，错误所在的路径（本路径或其上级） · Where denied, the path whose error stands in the answer: this one or one above it.',
  })
  deniedAt!: readonly string[] | null;

  @Field(() => String, { nullable: true, description: '拒绝时，导致拒绝的坐标 · Where denied, the coordinate that is denied.' })
  because!: string | null;

  @Field(() => [ExplainedRelation], { description: '各关系下的提供方式 · How it is shown, relation by relation.' })
  relations!: readonly ExplainedRelation[];

  @Field(() => AccessBasis, { description: '依据 · Basis.' })
  basis!: AccessBasis;
}

@ObjectType({ description: '参数对字段的一处使用 · One use of a field by an argument or an order.' })
export class ExplainedOperand {
  @Field(() => [String], { description: '所属根字段的答复路径 · Response path of the root field.' })
  path!: readonly string[];

  @Field(() => OperandUse, { description: '使用方式 · How it is used.' })
  use!: OperandForm;

  @Field(() => String, { nullable: true, description: '参数路径；排序为空 · Path of the argument; null for an order.' })
  argument!: string | null;

  @Field(() => String, { description: '所用字段的坐标 · Coordinate of the field it uses.' })
  coordinate!: string;

  @Field(() => AccessEffect, {
    description: '准许，或拒绝：字段并非在每一关系下全部可读 · ALLOW, or DENY where the field is not readable in full in every relation.',
  })
  effect!: Effect;

  @Field(() => AccessBasis, { description: '依据 · Basis.' })
  basis!: AccessBasis;
}

@ObjectType({ description: '一个操作的权限说明，未读取任何数据 · What an operation would be answered, path by path; no data was read.' })
export class AccessExplanation {
  @Field(() => String, { description: '操作种类：query、mutation、subscription · Kind of operation.' })
  operation!: string;

  @Field(() => String, { nullable: true, description: '操作名称 · Name of the operation.' })
  operationName!: string | null;

  @Field(() => String, { description: '权限主体 · What rights were judged for: role, kind of agency, with agreements.' })
  principal!: string;

  @Field(() => Purpose, { nullable: true, description: '所依用途 · The purpose it was judged for; it counts with a case number only.' })
  purpose!: PurposeCode | null;

  @Field(() => String, { nullable: true, description: '案号 · The case number it was judged for.' })
  caseNo!: string | null;

  @Field(() => String, { description: '边界版本 · Version of the boundary.' })
  boundary!: string;

  @Field(() => Boolean, { description: '整个操作不执行（订阅中有字段或筛选被拒） · The whole operation is refused: a subscription with a denied field or filter does not open.' })
  refused!: boolean;

  @Field(() => [ExplainedPath], { description: '答复的各路径 · Every path of the answer.' })
  paths!: readonly ExplainedPath[];

  @Field(() => [ExplainedOperand], { description: '参数与排序对字段的使用 · Every use of a field by an argument or an order.' })
  operands!: readonly ExplainedOperand[];
}

/** The parts of a path's explanation that the boundary alone decides. */
export function pathParts({ coordinate, group, dependsOnRow, relations, ground }: CoordinateEffect) {
  return { coordinate, group, dependsOnRow, relations: relations.map(explainedRelation), basis: accessBasis(ground) };
}

function explainedRelation({ record, relation, effect, shown, when, otherwise, purposes }: RelationEffect): ExplainedRelation {
  const rows = rowWords(relation);
  const how = shownWords(shown);
  const whenWords = when ? conditionWords(when.property, { day: when.day }) : null;
  const rest = shownWords(otherwise);
  return {
    type: record,
    relation: relation.relation,
    zh: relation.zh,
    en: relation.en,
    rowsZh: rows.zh,
    rowsEn: rows.en,
    effect,
    shownZh: whenWords ? `${how.zh}（${whenWords.zh}）；否则${rest.zh}` : how.zh,
    shownEn: whenWords ? `${how.en} (when the ${whenWords.en}); otherwise ${rest.en}` : how.en,
    purposes: purposes.map(purposeWords),
    rows: relation.rows,
    clauses: relation.clauses.map(citedClause),
  };
}
