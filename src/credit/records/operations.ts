import { Arg, Args, Field, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { LegalDate } from '../../measures/legal-date.js';
import { connectionOf, edgeOf, PageArguments } from '../../planner/connection.js';
import { CreditRecordState, RecordCategory } from './codes.js';
import { CreditRecord } from './credit-record.js';

@ObjectType({ description: '信用信息及游标 · A record with its cursor.' })
export class CreditRecordEdge extends edgeOf(CreditRecord) {}

@ObjectType({ description: '信用信息的一页 · A page of records.' })
export class CreditRecordConnection extends connectionOf(CreditRecord, CreditRecordEdge) {
  @Field(() => Int, { description: '符合条件且可见的总数，与翻页无关 · How many visible records fit, whatever the page.' })
  totalCount!: number;
}

@InputType({ description: '信用信息筛选条件，须同时成立 · Filters on records, all of which must hold.' })
export class CreditRecordFilter {
  @Field(() => RecordCategory, { nullable: true, description: '类别 · Category.' })
  category?: RecordCategory;

  @Field(() => String, { nullable: true, description: '事由代码 · Code of the ground.' })
  ground?: string;

  @Field(() => CreditRecordState, { nullable: true, description: '状态 · Where it stands.' })
  state?: CreditRecordState;

  @Field(() => String, { nullable: true, description: '所在区 · District, for example 350203.' })
  district?: string;

  @Field(() => String, { nullable: true, description: '记录单位代码 · Code of the unit that answers for it.' })
  responsibleOrgan?: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code of the subject.' })
  subjectCode?: string;

  @Field(() => LegalDate, { nullable: true, description: '确认日期不早于 · Confirmed on or after.' })
  confirmedFrom?: string;

  @Field(() => LegalDate, { nullable: true, description: '确认日期不晚于 · Confirmed on or before.' })
  confirmedTo?: string;

  @Field(() => LegalDate, { nullable: true, description: '公示期至不晚于（即将期满） · Last day on or before: what ends soon.' })
  endsBy?: string;
}

/** The roots of `reads.ts`. The planner answers them; a resolver that runs means the planner was left out. */
@Resolver()
export class CreditRecordOperations {
  @Query(() => CreditRecord, { nullable: true, description: '按编号查询一条信用信息 · One credit record by its number.' })
  creditRecord(@Arg('recordNo', () => ID, { description: '信息编号 · Number of the record.' }) _recordNo: string): CreditRecord | null {
    throw new Error('Query.creditRecord is answered by the planner');
  }

  @Query(() => CreditRecordConnection, { nullable: true, description: '本机关可见的信用信息，由新到旧 · Credit records this viewer may see, newest first.' })
  creditRecords(
    @Args(() => PageArguments) _page: PageArguments,
    @Arg('filter', () => CreditRecordFilter, { nullable: true, description: '筛选条件 · Filters.' }) _filter?: CreditRecordFilter,
  ): CreditRecordConnection | null {
    throw new Error('Query.creditRecords is answered by the planner');
  }
}
