import type { GraphQLResolveInfo } from 'graphql';
import type { Viewer } from '../../access/viewer.js';
import type { BoundStatement, Row } from '../../database/envelope.js';
import type { OperationContext } from '../context.js';
import type { Variables } from '../selection.js';

/** One run of a fallback: whose, with what, and what it counts for cost and evidence. */
export interface Run {
  readonly viewer: Viewer;
  readonly variables: Variables;
  /** What resolvers of other fields get. */
  readonly context: Partial<OperationContext>;
  /** Sends one statement; `adHoc` as of a compiled read. */
  readonly send: (statement: BoundStatement, adHoc: boolean) => Promise<readonly Row[]>;
}

/** An object the hub loaded itself: it answers its fields, where ordinary objects have a property for each. */
export abstract class Loaded {
  abstract readonly typeName: string;

  /** The value of a field, or undefined where only the field's own resolver knows it. */
  abstract field(info: GraphQLResolveInfo): unknown;

  /** What the resolver of a field no table maps gets as its parent: the values this viewer may read. */
  get values(): Readonly<Record<string, unknown>> {
    return {};
  }
}

/** A value in the form the answer shows it; it is not serialised again. */
export class Shown {
  constructor(readonly value: unknown) {}
}
