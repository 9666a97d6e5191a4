import type { GraphQLSchema } from 'graphql';
import type { NodeIds } from '../access/node-ids.js';
import type { BoundaryPolicy } from '../boundary/policy.js';
import type { RuleMap } from '../boundary/shield.js';
import type { Table } from '../database/tables.js';
import type { Clock } from '../measures/clock.js';
import type { KeysetSeal } from './keyset.js';
import type { ReadDeclaration } from './read.js';
import type { Readers } from './readers.js';

/** What the planner is built from. */
export interface PlannerParts {
  readonly schema: GraphQLSchema;
  readonly policy: BoundaryPolicy;
  readonly rules: RuleMap;
  readonly tables: ReadonlyMap<string, Table>;
  /** By coordinate. */
  readonly reads: ReadonlyMap<string, ReadDeclaration>;
  /** By GraphQL type: the read behind `node(id:)`, a read of one with the argument `id`. */
  readonly nodes: ReadonlyMap<string, ReadDeclaration>;
  readonly ids: NodeIds;
  readonly seal: KeysetSeal;
  readonly readers: Readers;
  readonly clock: Clock;
  /** Leaves every read to resolvers: slower, and the same answers. For comparison. */
  readonly byResolvers?: boolean;
}
