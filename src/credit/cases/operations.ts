import { Arg, Args, Field, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { LegalDate } from '../../measures/legal-date.js';
import { connectionOf, edgeOf, PageArguments } from '../../planner/connection.js';
import { CaseKind, CreditCaseState } from './codes.js';
import { CreditCase } from './credit-case.js';

@ObjectType({ description: '案件及游标 · A case with its cursor.' })
export class CreditCaseEdge extends edgeOf(CreditCase) {}

@ObjectType({ description: '案件的一页 · A page of cases.' })
export class CreditCaseConnection extends connectionOf(CreditCase, CreditCaseEdge) {
  @Field(() => Int, { description: '符合条件且可见的总数，与翻页无关 · How many visible cases fit, whatever the page.' })
  totalCount!: number;
}

@InputType({ description: '案件筛选条件，须同时成立 · Filters on cases, all of which must hold.' })
export class CreditCaseFilter {
  @Field(() => ID, { nullable: true, description: '所涉名单记录的编号 · Number of the entry.' })
  entryNo?: string;

  @Field(() => CaseKind, { nullable: true, description: '种类 · What it asks for.' })
  kind?: CaseKind;

  @Field(() => CreditCaseState, { nullable: true, description: '状态 · Where it stands.' })
  state?: CreditCaseState;

  @Field(() => String, { nullable: true, description: '认定机关代码 · Code of the organ that answers for the entry.' })
  responsibleOrgan?: string;

  @Field(() => LegalDate, { nullable: true, description: '提交日期不早于 · Filed on or after.' })
  filedFrom?: string;

  @Field(() => LegalDate, { nullable: true, description: '当前步骤的期限不晚于；仅未办结案件 · Open cases whose next step is due on or before.' })
  dueBy?: string;

  @Field(() => LegalDate, { nullable: true, description: '截至该日已逾期；仅未办结案件 · Open cases whose next step is late on this day.' })
  overdueOn?: string;
}

/** The roots of `reads.ts`. The planner answers them; a resolver that runs means the planner was left out. */
@Resolver()
export class CreditCaseOperations {
  @Query(() => CreditCase, { nullable: true, description: '按编号查询一件异议或修复案件 · One case by its number.' })
  creditCase(@Arg('caseNo', () => ID, { description: '案件编号 · Number of the case.' }) _caseNo: string): CreditCase | null {
    throw new Error('Query.creditCase is answered by the planner');
  }

  @Query(() => CreditCaseConnection, { nullable: true, description: '本机关可见的异议、修复案件，由新到旧 · Objection and repair cases this viewer may see, newest first.' })
  creditCases(
    @Args(() => PageArguments) _page: PageArguments,
    @Arg('filter', () => CreditCaseFilter, { nullable: true, description: '筛选条件 · Filters.' }) _filter?: CreditCaseFilter,
  ): CreditCaseConnection | null {
    throw new Error('Query.creditCases is answered by the planner');
  }
}
