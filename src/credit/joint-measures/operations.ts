import { Arg, Args, Field, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { LegalDate } from '../../measures/legal-date.js';
import { connectionOf, edgeOf, PageArguments } from '../../planner/connection.js';
import { JointMeasureKind, JointMeasureState } from './codes.js';
import { JointMeasure } from './joint-measure.js';

@ObjectType({ description: '措施及游标 · A measure with its cursor.' })
export class JointMeasureEdge extends edgeOf(JointMeasure) {}

@ObjectType({ description: '措施的一页 · A page of joint measures.' })
export class JointMeasureConnection extends connectionOf(JointMeasure, JointMeasureEdge) {
  @Field(() => Int, { description: '符合条件且可见的总数，与翻页无关 · How many visible measures fit, whatever the page.' })
  totalCount!: number;
}

@InputType({ description: '措施筛选条件，须同时成立 · Filters on joint measures, all of which must hold.' })
export class JointMeasureFilter {
  @Field(() => ID, { nullable: true, description: '名单记录编号 · Number of the entry.' })
  entryNo?: string;

  @Field(() => String, { nullable: true, description: '措施目录代码 · Code of the catalogue.' })
  code?: string;

  @Field(() => JointMeasureKind, { nullable: true, description: '惩戒或激励 · Sanction or incentive.' })
  kind?: JointMeasureKind;

  @Field(() => JointMeasureState, { nullable: true, description: '状态 · Where it stands.' })
  state?: JointMeasureState;

  @Field(() => String, { nullable: true, description: '实施机关代码 · Code of the bureau that takes it.' })
  bureau?: string;

  @Field(() => String, { nullable: true, description: '牵头机关代码 · Code of the organ that leads.' })
  leadOrgan?: string;

  @Field(() => LegalDate, {
    nullable: true,
    description: '自该日或更早起须解除；与 state: TO_LIFT 合用即逾期未解除者 · To be lifted since this day or earlier; with state: TO_LIFT, what is still not lifted.',
  })
  toLiftBy?: string;
}

/** The roots of `reads.ts`. The planner answers them; a resolver that runs means the planner was left out. */
@Resolver()
export class JointMeasureOperations {
  @Query(() => JointMeasure, { nullable: true, description: '按编号查询一条联合措施 · One joint measure by its number.' })
  jointMeasure(@Arg('measureNo', () => ID, { description: '措施编号 · Number of the measure.' }) _measureNo: string): JointMeasure | null {
    throw new Error('Query.jointMeasure is answered by the planner');
  }

  @Query(() => JointMeasureConnection, { nullable: true, description: '本机关可见的联合措施，由新到旧 · Joint measures this viewer may see, newest first.' })
  jointMeasures(
    @Args(() => PageArguments) _page: PageArguments,
    @Arg('filter', () => JointMeasureFilter, { nullable: true, description: '筛选条件 · Filters.' }) _filter?: JointMeasureFilter,
  ): JointMeasureConnection | null {
    throw new Error('Query.jointMeasures is answered by the planner');
  }
}
