import { Field, ID, ObjectType } from 'type-graphql';
import { LegalDate } from '../measures/legal-date.js';
import { DueKind, DueStanding } from './vocabulary.js';

@ObjectType({ description: '一种读法下的到期日 · When a duty is due under one reading.' })
export class DueReading {
  @Field(() => DueKind, { description: '计算方式 · How it is counted.' })
  kind!: DueKind;

  @Field(() => DueStanding, { description: '依据 · What it rests on; past a POLICY_DEFAULT is no breach.' })
  standing!: DueStanding;

  @Field(() => String, { nullable: true, description: '义务的部分 · The part of the duty, where a clause sets several.' })
  what!: string | null;

  @Field(() => LegalDate, { description: '到期日，含当日 · The last day in time, until 24:00.' })
  due!: string;

  @Field(() => Boolean, {
    description: '暂定：该日的放假安排尚未公布，到期日不早于所列日期 · The calendar for that day is not published; the day given is the earliest it can be (A-68).',
  })
  provisional!: boolean;

  @Field(() => LegalDate, { nullable: true, description: '因申辩期顺延前的日期 · The day before the defence of the inspected moved it (A-47).' })
  movedFrom!: string | null;

  @Field(() => [ID], { description: '条款编号 · Ids of the clauses it rests on.' })
  clauses!: readonly string[];

  @Field(() => [ID], { description: '裁定编号 · Ids of the rulings it rests on.' })
  rulings!: readonly string[];
}

@ObjectType({ description: '到期日 · When the duty of a clause is due.' })
export class DueDate {
  @Field(() => ID, { description: '条款编号 · Id of the clause.' })
  clause!: string;

  @Field(() => LegalDate, { description: '起算日，次日为第一日 · The day counted from; the day after it is day 1.' })
  from!: string;

  @Field(() => String, { description: '起算日的含义 · What day that is.' })
  countedFrom!: string;

  @Field(() => [DueReading], { description: '各种读法，以第一种为准 · All readings, the binding one first.' })
  readings!: readonly DueReading[];
}
