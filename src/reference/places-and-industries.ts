import { Field, ID, Int, ObjectType } from 'type-graphql';
import { City } from './vocabulary.js';

@ObjectType({ description: '行政区划 · A district or county in the years in which it bore its code (GB/T 2260).' })
export class Division {
  @Field(() => String, { description: '区划代码；350205 曾先后为两区 · Code; 350205 has named two districts in turn.' })
  code!: string;

  @Field(() => City, { description: '所属城市 · City.' })
  city!: City;

  @Field(() => String, { description: '名称 · Name.' })
  nameZh!: string;

  @Field(() => String, { description: '英文名称 · Name in English.' })
  nameEn!: string;

  @Field(() => Int, { nullable: true, description: '启用年份，未知为空 · First year of the code; null where not known.' })
  from!: number | null;

  @Field(() => Int, { nullable: true, description: '停用年份 · Last year of the code; null while in force.' })
  until!: number | null;

  @Field(() => String, { nullable: true, description: '现由何区继受 · Code of the division that holds its area today.' })
  now!: string | null;
}

@ObjectType({ description: '填报行 · A row of Form 2 (XT-A2.4).' })
export class Form2Row {
  @Field(() => Int, { description: '行次 · Row, 2 to 21.' })
  row!: number;

  @Field(() => String, { description: '表中行名 · Label as printed.' })
  labelZh!: string;

  @Field(() => Boolean, { description: '对应存疑 · Part of it stood elsewhere in the edition the form follows.' })
  doubtful!: boolean;

  @Field(() => String, { nullable: true, description: '单列理由 · Why it does not follow its section.' })
  reason!: string | null;
}

@ObjectType({ description: '单独对应的行业大类 · A division of industry that is mapped by itself.' })
export class IndustryDivision {
  @Field(() => ID, { description: '门类及大类代码 · Section and division, for example S94.' })
  code!: string;

  @Field(() => String, { description: '名称 · Name.' })
  nameZh!: string;

  @Field(() => Form2Row, { description: '填报行 · Row of Form 2.' })
  form2Row!: Form2Row;
}

@ObjectType({ description: '国民经济行业门类 · A section of GB/T 4754-2017 and its row of Form 2.' })
export class IndustrySection {
  @Field(() => ID, { description: '门类代码 · Section, A to T.' })
  code!: string;

  @Field(() => String, { description: '名称 · Name.' })
  nameZh!: string;

  @Field(() => String, { description: '英文名称 · Name in English.' })
  nameEn!: string;

  @Field(() => String, { description: '首个大类 · First division.' })
  firstDivision!: string;

  @Field(() => String, { description: '末个大类 · Last division.' })
  lastDivision!: string;

  @Field(() => Form2Row, { description: '填报行 · Row of Form 2.' })
  form2Row!: Form2Row;

  @Field(() => [IndustryDivision], { description: '不随门类的大类 · Divisions mapped by themselves.' })
  splits!: readonly IndustryDivision[];
}
