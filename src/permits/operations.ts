import { GraphQLError } from 'graphql';
import { Arg, Args, ArgsType, Field, FieldResolver, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { LegalDate } from '../measures/legal-date.js';
import { connectionOf, edgeOf, PageArguments } from '../planner/connection.js';
import { PermitItemCode, PermitStatus } from './codes.js';
import { Subject } from '../subjects/subject.js';
import { Permit } from './permit.js';
import { PermitOrder, PermitWhere } from './where.js';

@ObjectType({ description: '许可及游标 · A permit with its cursor.' })
export class PermitEdge extends edgeOf(Permit) {}

@ObjectType({ description: '许可列表的一页 · A page of permits.' })
export class PermitConnection extends connectionOf(Permit, PermitEdge) {
  @Field(() => Int, { description: '符合条件且可见的总数，与翻页无关 · How many visible permits fit, whatever the page.' })
  totalCount!: number;
}

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

/** Which permits, in which order. */
@ArgsType()
export class PermitQuestion {
  @Field(() => PermitFilter, { nullable: true, description: '常用筛选条件，由索引支持 · The usual filters, served by an index.' })
  filter?: PermitFilter;

  @Field(() => PermitWhere, { nullable: true, description: '任意条件；与 filter 须同时成立 · Any conditions, beside those of filter.' })
  where?: PermitWhere;

  @Field(() => [PermitOrder], { nullable: true, description: '排序，至多 5 项；默认按决定日期由新到旧 · Order, at most 5 fields; by default newest decision first.' })
  orderBy?: PermitOrder[];
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
    description: '本机关可见的许可，默认按决定日期由新到旧 · Permits this viewer may see, by default newest decision first.',
  })
  permits(
    @Args(() => PageArguments) _page: PageArguments,
    @Args(() => PermitQuestion) _question: PermitQuestion,
  ): PermitConnection | null {
    throw new Error('Query.permits is answered by the planner');
  }
}

/** Declared here, by the folder that owns permits: subjects know nothing of them. */
@Resolver(() => Subject)
export class PermitsOfSubject {
  @FieldResolver(() => PermitConnection, {
    nullable: true,
    description: '其名下本机关可见的许可，默认按决定日期由新到旧 · Visible permits of this holder, by default newest decision first.',
  })
  permits(@Args(() => PageArguments) _page: PageArguments, @Args(() => PermitQuestion) _question: PermitQuestion): PermitConnection | null {
    // Under a planned read it never comes here; the subjects of a search or a match are answered by resolvers.
    throw new GraphQLError('检索与比对结果不带许可，请以 node(id:) 另查 · Hits and matches come without permits: ask for the subject by its id.', {
      extensions: { code: 'BAD_USER_INPUT', nextStep: '{ node(id: "…") { ... on Subject { permits(first: 20) { nodes { documentNo } } } } }' },
    });
  }
}
