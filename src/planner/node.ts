import { Arg, Field, ID, InterfaceType, Query, Resolver } from 'type-graphql';

/** A record with a global id (Relay object identification). */
@InterfaceType({ description: '可按全局标识取回的记录 · A record that can be fetched by its global id.' })
export abstract class Node {
  @Field(() => ID, { description: '全局标识，稳定、不透明 · Global id: stable and opaque.' })
  id!: string;
}

/** `node` is answered by the planner from the reads the capabilities declare for their types. */
@Resolver()
export class NodeOperations {
  @Query(() => Node, {
    nullable: true,
    description: '按全局标识取回一条可见记录 · One record by its global id; null when it is unknown or not shared with this viewer.',
  })
  node(@Arg('id', () => ID, { description: '全局标识 · Global id.' }) _id: string): Node | null {
    throw new Error('Query.node is answered by the planner');
  }
}
