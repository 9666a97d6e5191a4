import { Arg, Args, Field, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { LegalDate } from '../measures/legal-date.js';
import { connectionOf, edgeOf, PageArguments } from '../planner/connection.js';
import { PermitItemCode, PermitStatus } from './codes.js';
import { Permit } from './permit.js';

@ObjectType({ description: '许可及游标 · A permit with its cursor.' })
export class PermitEdge extends edgeOf(Permit) {}

@ObjectType({ description: '许可列表的一页 · A page of permits, newest decision first.' })
export class PermitConnection extends connectionOf(Permit, PermitEdge) {}

@InputType({ description: '许可筛选条件，各条件同时成立 · Filters on permits, all of which must hold.' })
export class PermitFilter {
  @Field(() => PermitItemCode, { nullable: true, description: '许可事项 · Permit item.' })
  item?: PermitItemCode;

  @Field(() => PermitStatus, { nullable: true, description: '当前状态 · Current state.' })
  status?: PermitStatus;

  @Field(() => String, { nullable: true, description: '监管区 · Supervising district, for example 120116.' })
  district?: string;

  @Field(() => String, { nullable: true, description: '决定文书号 · Number of the decision document.' })
  documentNo?: string;

  @Field(() => String, { nullable: true, description: '许可编号 · Certificate number.' })
  certificateNo?: string;

  @Field(() => String, { nullable: true, description: '许可机关代码 · Code of the deciding bureau, for example BINHAI_APPROVAL.' })
  decidedBy?: string;

  @Field(() => String, { nullable: true, description: '被许可人的统一社会信用代码 · Unified social credit code of the holder.' })
  holderUscc?: string;

  @Field(() => LegalDate, { nullable: true, description: '决定日期不早于 · Decided on or after.' })
  decidedFrom?: string;

  @Field(() => LegalDate, { nullable: true, description: '决定日期不晚于 · Decided on or before.' })
  decidedTo?: string;
}

/** The roots of `reads.ts`. The planner answers them; a resolver that runs means the planner was left out. */
@Resolver()
export class PermitOperations {
  @Query(() => Permit, { nullable: true, description: '按决定文书号查询一件许可 · One permit by the number of its decision document.' })
  permit(
    @Arg('documentNo', () => ID, { description: '决定文书号 · Number of the decision document.' }) _documentNo: string,
    @Arg('part', () => Int, { nullable: true, description: '同一文书号下的第几件 · Part of the decision, where one number stands on several.' }) _part?: number,
  ): Permit | null {
    throw new Error('Query.permit is answered by the planner');
  }

  @Query(() => PermitConnection, {
    nullable: true,
    description: '本机关可见的许可，按决定日期由新到旧 · Permits this viewer may see, newest decision first.',
  })
  permits(
    @Args(() => PageArguments) _page: PageArguments,
    @Arg('filter', () => PermitFilter, { nullable: true, description: '筛选条件 · Filters.' }) _filter?: PermitFilter,
  ): PermitConnection | null {
    throw new Error('Query.permits is answered by the planner');
  }
}
