import { Field, ID, Int, ObjectType } from 'type-graphql';
import { EnforcementCategory, InspectorPool, SupervisedObject } from './vocabulary.js';

@ObjectType({ description: '行政执法决定事项 · An item of the catalogue of enforcement decisions (annex of SX).' })
export class EnforcementItem {
  @Field(() => ID, { description: '事项代码 · Code, for example CF-01.' })
  code!: string;

  @Field(() => EnforcementCategory, { description: '执法类别 · Category.' })
  category!: EnforcementCategory;

  @Field(() => Int, { description: '类内序号 · Number inside the category, as printed.' })
  seq!: number;

  @Field(() => String, { description: '事项名称 · Name as printed.' })
  nameZh!: string;

  @Field(() => String, { description: '英文名称 · Name in English.' })
  nameEn!: string;

  @Field(() => [String], { description: '责任部门 · Responsible departments as printed.' })
  responsible!: readonly string[];

  @Field(() => [String], { description: '责任部门代码 · Codes of the responsible departments.' })
  responsibleCodes!: readonly string[];

  @Field(() => Int, { description: '公开期限（工作日） · Working days within which a decision is published (SX-3.1.3.1a, SX-3.1.3.1b).' })
  publishWithinWorkingDays!: number;

  @Field(() => String, { nullable: true, description: '对应许可事项 · Permit item it decides or concerns, P01 to P10.' })
  permitItem!: string | null;

  @Field(() => Boolean, { description: '对应关系系推导 · Whether the permit item is derived, not printed.' })
  permitItemIsDerived!: boolean;

  @Field(() => String, { description: '法制审核要求 · When legal review is required (SX-3.3.2.1a, SX-3.3.2.1b).' })
  legalReview!: string;
}

@ObjectType({ description: '事中事后监管事项（厦门） · An item under supervision in Xiamen (XM-3.1a).' })
export class SupervisionItem {
  @Field(() => Int, { description: '序号 · Number, 1 to 23.' })
  seq!: number;

  @Field(() => Int, { description: '类别 · Class, 1 to 3.' })
  class!: number;

  @Field(() => String, { description: '类别名称 · Name of the class.' })
  classZh!: string;

  @Field(() => String, { description: '事项名称 · Name as printed.' })
  nameZh!: string;

  @Field(() => String, { description: '英文名称 · Name in English.' })
  nameEn!: string;

  @Field(() => InspectorPool, { description: '检查人员库 · Where its inspectors are drawn from.' })
  inspectorPool!: InspectorPool;

  @Field(() => SupervisedObject, { description: '监管对象 · What is supervised.' })
  objectKind!: SupervisedObject;

  @Field(() => Int, { nullable: true, description: '子项数 · Number of sub-items, which the source does not name (A-52).' })
  subItemCount!: number | null;

  @Field(() => String, { nullable: true, description: '天津对应许可事项，仅作标注 · Corresponding permit item of Tianjin: a label, never a rule (A-69).' })
  tianjinPermit!: string | null;
}
