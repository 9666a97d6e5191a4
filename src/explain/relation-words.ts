import { Field, ObjectType } from 'type-graphql';
import { CitedClause } from './basis.js';

/** A relation in words, with its legal ground: what an explanation and a viewer's own rights say alike of it. */
@ObjectType()
export abstract class RelationWords {
  @Field(() => String, { description: '记录类型 · Type of the records.' })
  type!: string;

  @Field(() => String, { description: '关系 · Name of the relation.' })
  relation!: string;

  @Field(() => String, { description: '关系说明 · The relation in words.' })
  zh!: string;

  @Field(() => String, { description: '英文关系说明 · The relation in English.' })
  en!: string;

  @Field(() => String, { description: '何行：由条件生成 · Which rows, in words made from the conditions.' })
  rowsZh!: string;

  @Field(() => String, { description: '何行（英文） · Which rows, in English.' })
  rowsEn!: string;

  @Field(() => [String], { description: '边界表的行 · Rows of the boundary table.' })
  rows!: readonly string[];

  @Field(() => [CitedClause], { description: '条款与裁定 · Clauses and rulings.' })
  clauses!: readonly CitedClause[];
}
