import { Arg, Args, Field, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { LegalDate } from '../../measures/legal-date.js';
import { connectionOf, edgeOf, PageArguments } from '../../planner/connection.js';
import { CreditList, ListEntryState } from './codes.js';
import { ListEntry } from './list-entry.js';

@ObjectType({ description: '名单记录及游标 · An entry with its cursor.' })
export class ListEntryEdge extends edgeOf(ListEntry) {}

@ObjectType({ description: '名单的一页 · A page of entries.' })
export class ListEntryConnection extends connectionOf(ListEntry, ListEntryEdge) {
  @Field(() => Int, { description: '符合条件且可见的总数，与翻页无关 · How many visible entries fit, whatever the page.' })
  totalCount!: number;
}

@InputType({ description: '名单筛选条件，须同时成立 · Filters on entries, all of which must hold.' })
export class CreditListFilter {
  @Field(() => CreditList, { nullable: true, description: '名单 · Which list.' })
  list?: CreditList;

  @Field(() => String, { nullable: true, description: '列入事由代码 · Code of the ground.' })
  ground?: string;

  @Field(() => ListEntryState, { nullable: true, description: '状态 · Where it stands.' })
  state?: ListEntryState;

  @Field(() => String, { nullable: true, description: '所在区 · District, for example 120101.' })
  district?: string;

  @Field(() => String, { nullable: true, description: '认定机关代码 · Code of the organ that answers for it.' })
  responsibleOrgan?: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code of the subject.' })
  subjectCode?: string;

  @Field(() => LegalDate, { nullable: true, description: '公布日期不早于 · Published on or after.' })
  publishedFrom?: string;

  @Field(() => LegalDate, { nullable: true, description: '公布日期不晚于 · Published on or before.' })
  publishedTo?: string;

  @Field(() => LegalDate, { nullable: true, description: '有效期至不晚于（即将期满） · Last day on or before: what ends soon.' })
  endsBy?: string;
}

/** The roots of `reads.ts`. The planner answers them; a resolver that runs means the planner was left out. */
@Resolver()
export class CreditListOperations {
  @Query(() => ListEntry, { nullable: true, description: '按编号查询一条名单记录 · One entry by its number.' })
  creditListEntry(@Arg('entryNo', () => ID, { description: '记录编号 · Number of the entry.' }) _entryNo: string): ListEntry | null {
    throw new Error('Query.creditListEntry is answered by the planner');
  }

  @Query(() => ListEntryConnection, { nullable: true, description: '本机关可见的名单记录，由新到旧 · Entries this viewer may see, newest first.' })
  creditList(
    @Args(() => PageArguments) _page: PageArguments,
    @Arg('filter', () => CreditListFilter, { nullable: true, description: '筛选条件 · Filters.' }) _filter?: CreditListFilter,
  ): ListEntryConnection | null {
    throw new Error('Query.creditList is answered by the planner');
  }
}
