import { Field, Int, ObjectType } from 'type-graphql';
import { LegalDate } from '../measures/legal-date.js';

/** What every publication says of its numbers; its cells are the capability's. */
@ObjectType()
export abstract class Publication {
  @Field(() => LegalDate, { description: '截至上月末；每月公布一次，公布后不变 · As of the end of last month; published once a month and frozen.' })
  asOf!: string;

  @Field(() => Int, { description: '修约的基数 · Every number is a multiple of this.' })
  roundedTo!: number;

  @Field(() => Int, { description: '列出的单元至少有这么多单位 · A cell that is listed has at least so many enterprises.' })
  fewestHolders!: number;

  @Field(() => String, { description: '怎样读这些数字 · How to read the numbers.' })
  note!: string;

  @Field(() => Boolean, { description: '尚有未列之单元 · Whether there are more published cells than shown.' })
  hasMore!: boolean;
}
