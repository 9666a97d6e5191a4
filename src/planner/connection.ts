import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';

/** Page information of a connection (Relay cursor connections). */
@ObjectType({ description: '翻页信息 · Page information.' })
export class PageInfo {
  @Field(() => Boolean, { description: '后面还有 · Whether more records follow.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: '前面还有 · Whether records stand before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: '本页首条的游标 · Cursor of the first record of this page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: '本页末条的游标 · Cursor of the last record of this page.' })
  endCursor!: string | null;
}

/** Base of an edge type: `class PermitEdge extends edgeOf(Permit)`. */
export function edgeOf<T extends object>(record: ClassType<T>) {
  @ObjectType()
  abstract class Edge {
    @Field(() => String, { description: '游标 · Cursor of this record; where records are not public, sealed for the asking agency.' })
    cursor!: string;

    @Field(() => record, { description: '记录 · The record.' })
    node!: T;
  }
  return Edge;
}

/** Base of a connection type: `class PermitConnection extends connectionOf(Permit, PermitEdge)`. */
export function connectionOf<T extends object, E extends object>(record: ClassType<T>, edge: ClassType<E>) {
  @ObjectType()
  abstract class Connection {
    @Field(() => [record], { description: '本页记录 · Records of this page.' })
    nodes!: T[];

    @Field(() => [edge], { description: '本页记录及其游标 · Records with their cursors.' })
    edges!: E[];

    @Field(() => PageInfo, { description: '翻页信息 · Page information.' })
    pageInfo!: PageInfo;
  }
  return Connection;
}

/** The paging arguments of every connection: exactly one of `first` and `last`. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, description: '自前向后的件数 · Page size from the front; either first or last is required.' })
  first?: number;

  @Field(() => String, { nullable: true, description: '从此游标之后 · Only records behind this cursor.' })
  after?: string;

  @Field(() => Int, { nullable: true, description: '自后向前的件数 · Page size from the end; either first or last is required.' })
  last?: number;

  @Field(() => String, { nullable: true, description: '到此游标之前 · Only records before this cursor.' })
  before?: string;
}
