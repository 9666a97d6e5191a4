import { Arg, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { jointMeasureCatalogue } from '../../measures/credit/joint-measure-catalogue.js';
import { ListedSubjectKind } from '../lists/list-mutations.js';
import { CreditList } from '../lists/codes.js';
import { JointMeasureKind, JointMeasureType } from './codes.js';

const published = { form: 'open', zh: '联合惩戒、联合激励措施目录公开', en: 'the catalogue of joint measures is public', rows: ['B-52'], clauses: ['YZ-3.5d', 'SX-3.1.1.1a'] } as const;

/** The catalogue says what the texts say, and nothing of anybody. */
export const catalogueBoundaries: readonly Boundary[] = [
  { ...published, type: 'Query', fields: ['jointMeasureCatalogue'] },
  {
    ...published,
    type: 'JointMeasureItem',
    fields: ['code', 'kind', 'type', 'nameZh', 'nameEn', 'list', 'jurisdictions', 'subjectKinds', 'clauses', 'paper', 'confirmed', 'responsible', 'cooperating'],
  },
];

@ObjectType({ description: '联合惩戒、联合激励措施目录的一项 · An item of the catalogue of joint sanctions and incentives.' })
export class JointMeasureItem {
  @Field(() => ID, { description: '代码，由本项目编制 · Code, set by the project.' })
  code!: string;

  @Field(() => JointMeasureKind, { description: '惩戒或激励 · Sanction or incentive.' })
  kind!: JointMeasureKind;

  @Field(() => JointMeasureType, { description: '措施类型 · Type of measure.' })
  type!: JointMeasureType;

  @Field(() => String, { description: '名称 · Name.' })
  nameZh!: string;

  @Field(() => String, { description: '英文名称 · Name in English.' })
  nameEn!: string;

  @Field(() => CreditList, { description: '所依名单 · The list it answers.' })
  list!: CreditList;

  @Field(() => [String], { description: '适用法域 · Jurisdictions in which it may be taken.' })
  jurisdictions!: readonly string[];

  @Field(() => [ListedSubjectKind], { description: '适用主体类别 · Kinds of subject it may meet.' })
  subjectKinds!: readonly ListedSubjectKind[];

  @Field(() => [String], { description: '所依条款 · Clauses it rests on.' })
  clauses!: readonly string[];

  @Field(() => String, { nullable: true, description: '所出文件（办法之外） · The paper it is taken from, where that is none of the measures.' })
  paper!: string | null;

  @Field(() => Boolean, { description: '原文已核实；否则实施机关须自行核实依据 · Whether the text was seen; where not, who takes it has to confirm its basis.' })
  confirmed!: boolean;

  @Field(() => [String], { description: '原文所列实施机关类别，未列则为空 · Kinds of body that take it, as far as the text names them.' })
  responsible!: readonly string[];

  @Field(() => [String], { description: '原文所列协同机关类别，未列则为空 · Kinds of body that cooperate, as far as the text names them.' })
  cooperating!: readonly string[];
}

@Resolver()
export class JointMeasureCatalogueOperation {
  @Query(() => [JointMeasureItem], { nullable: true, description: '联合惩戒、联合激励措施目录 · The catalogue of joint sanctions and incentives.' })
  jointMeasureCatalogue(@Arg('list', () => CreditList, { nullable: true, description: '名单 · Only what answers this list.' }) list: CreditList | null): readonly JointMeasureItem[] {
    return jointMeasureCatalogue().filter((item) => (list ?? item.list) === item.list);
  }
}
