import { Arg, Args, Field, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { connectionOf, edgeOf, PageArguments } from '../planner/connection.js';
import { Subject } from './subject.js';

@ObjectType({ description: '行政相对人及游标 · A subject with its cursor.' })
export class SubjectEdge extends edgeOf(Subject) {}

@ObjectType({ description: '行政相对人列表的一页 · A page of subjects.' })
export class SubjectConnection extends connectionOf(Subject, SubjectEdge) {
  @Field(() => Int, { description: '符合条件且可见的总数，与翻页无关 · How many visible subjects fit, whatever the page.' })
  totalCount!: number;
}

@InputType({ description: '行政相对人筛选条件：至少有一件可见许可同时满足 · Filters on subjects: one visible permit must fit all of them.' })
export class SubjectFilter {
  @Field(() => String, { nullable: true, description: '许可事项代码 · Item of a permit, for example P01.' })
  item?: string;

  @Field(() => String, { nullable: true, description: '许可的监管区 · Supervising district of a permit, for example 120116.' })
  district?: string;
}

/** Answered by the planner: a subject is seen through the permits one may see. */
@Resolver()
export class SubjectOperations {
  @Query(() => Subject, {
    nullable: true,
    description: '按统一社会信用代码查询行政相对人 · A subject by its unified social credit code; null unless one of its permits is visible.',
  })
  subject(@Arg('uscc', () => String, { description: '统一社会信用代码 · Unified social credit code (GB 32100).' }) _uscc: string): Subject | null {
    throw new Error('Query.subject is answered by the planner');
  }

  @Query(() => SubjectConnection, {
    nullable: true,
    description: '可见许可的持有人，每人一次 · Holders of the permits this viewer may see, each once.',
  })
  subjects(
    @Args(() => PageArguments) _page: PageArguments,
    @Arg('filter', () => SubjectFilter, { nullable: true, description: '筛选条件 · Filters.' }) _filter?: SubjectFilter,
  ): SubjectConnection | null {
    throw new Error('Query.subjects is answered by the planner');
  }
}
