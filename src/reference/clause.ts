import { GraphQLScalarType } from 'graphql';
import { Field, ID, ObjectType } from 'type-graphql';
import { City, ClauseForce, ClauseKind, ClauseTextMode, HubClass, SourceDocument } from './vocabulary.js';

/** Output only: what a rule holds depends on its kind. */
export const RuleObject = new GraphQLScalarType<never, unknown>({
  name: 'RuleObject',
  description: '机器可读规则（JSON 对象） · A rule for machines, as a JSON object; its members depend on the kind of clause.',
});

@ObjectType({ description: '条款涉及的机构 · The parties of a clause, as codes of the vocabulary.' })
export class ClauseParties {
  @Field(() => [String], { description: '义务方或发送方 · Who owes, sends or acts.' })
  from!: readonly string[];

  @Field(() => [String], { description: '接收方 · Who receives.' })
  to!: readonly string[];
}

@ObjectType({ description: '条款涉及的数据 · A kind of record a clause speaks of.' })
export class ClauseData {
  @Field(() => String, { description: '实体 · Kind of record.' })
  entity!: string;

  @Field(() => [String], { description: '字段 · Its fields.' })
  fields!: readonly string[];
}

@ObjectType({ description: '条款 · A clause of the measures: the smallest passage that demands something.' })
export class Clause {
  @Field(() => ID, { description: '条款编号 · Stable id, for example XT-5.1.2c.' })
  id!: string;

  @Field(() => SourceDocument, { description: '来源文件 · Source document.' })
  document!: SourceDocument;

  @Field(() => City, { description: '适用城市 · City it binds.' })
  city!: City;

  @Field(() => String, { description: '在文件中的位置 · Where in the document it stands.' })
  place!: string;

  @Field(() => String, { description: '条款文字 · The operative words.' })
  textZh!: string;

  @Field(() => ClauseTextMode, { description: '原文或转述 · Whether the words are quoted.' })
  textMode!: ClauseTextMode;

  @Field(() => String, { description: '英文释义 · What it means, in English.' })
  textEn!: string;

  @Field(() => ClauseKind, { description: '条款类别 · What it is about.' })
  kind!: ClauseKind;

  @Field(() => ClauseForce, { description: '效力 · Its force.' })
  force!: ClauseForce;

  @Field(() => HubClass, { description: '枢纽对条款的处理 · What the hub does with it.' })
  hub!: HubClass;

  @Field(() => ClauseParties, { description: '涉及机构 · Its parties.' })
  parties!: ClauseParties;

  @Field(() => [ClauseData], { description: '涉及数据 · The records it speaks of.' })
  data!: readonly ClauseData[];

  @Field(() => RuleObject, { description: '机器可读规则；与裁定不一致时以裁定为准 · Its rule; where a ruling differs, the ruling decides.' })
  rule!: unknown;

  @Field(() => [String], { description: '责任部门 · Responsible departments as printed.' })
  responsible!: readonly string[];

  @Field(() => [ID], { description: '相关裁定编号 · Ids of the rulings on it; see ruling(id:).' })
  rulings!: readonly string[];
}

@ObjectType({ description: '裁定 · The project’s final reading of an unclear passage, until a later document settles it.' })
export class Ruling {
  @Field(() => ID, { description: '裁定编号 · Stable id, for example A-01.' })
  id!: string;

  @Field(() => String, { description: '标题 · Title.' })
  title!: string;

  @Field(() => [ID], { description: '所解释的条款编号 · Ids of the clauses it reads; see clause(id:).' })
  clauses!: readonly string[];

  @Field(() => String, { description: '问题 · What is unclear.' })
  problem!: string;

  @Field(() => String, { description: '裁定 · How it is read.' })
  ruling!: string;

  @Field(() => String, { description: '理由 · Why.' })
  why!: string;
}
