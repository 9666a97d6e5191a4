import { Field, Float, Int, ObjectType } from 'type-graphql';
import { LegalDate } from '../measures/legal-date.js';

@ObjectType({ description: '数量的概要；只计有值者 · Summary of a quantity over the records that have it.' })
export class NumberSummary {
  @Field(() => Int, { description: '有值的件数 · Records that have it.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: '和 · Sum; null where none has it.' })
  sum!: number | null;

  @Field(() => Float, { nullable: true, description: '最小 · Least.' })
  min!: number | null;

  @Field(() => Float, { nullable: true, description: '最大 · Most.' })
  max!: number | null;

  @Field(() => Float, { nullable: true, description: '平均，四位小数 · Average, to four decimals.' })
  average!: number | null;
}

@ObjectType({ description: '日期的概要 · Summary of a date.' })
export class DateSummary {
  @Field(() => LegalDate, { nullable: true, description: '最早 · Earliest.' })
  min!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '最晚 · Latest.' })
  max!: string | null;
}
