import { Field, ObjectType, type ClassType } from 'type-graphql';

/** Page information of a connection (Relay cursor connections, forward only). */
@ObjectType({ description: '翻页信息 · Page information.' })
export class PageInfo {
  @Field(() => Boolean, { description: '后面还有 · Whether more records follow.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: '本页末条的游标 · Cursor of the last record of this page.' })
  endCursor!: string | null;
}

/** Base of an edge type: `class PermitEdge extends edgeOf(Permit)`. */
export function edgeOf<T extends object>(record: ClassType<T>) {
  @ObjectType()
  abstract class Edge {
    @Field(() => String, { description: '游标 · Sealed cursor, valid for the asking agency only.' })
    cursor!: string;

    @Field(() => record)
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

    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return Connection;
}
