import type { FieldNode, GraphQLObjectType } from 'graphql';
import { decideRoot, operandUses, type DecisionRequest, type RootDecision } from '../planner/decisions.js';
import type { PlannerParts } from '../planner/parts.js';
import type { ReadDeclaration } from '../planner/read.js';
import type { ChangeDeclaration } from './change-declaration.js';

/**
 * Decides the root field of a subscription, for the feed, which opens it, and for `explainAccess`, which words it. A
 * stream is refused for any denied coordinate below it and, as a list is, for a filter by a field the viewer may not read
 * in full everywhere: what comes and what stays away would tell its value.
 */
export function decideChange(
  parts: PlannerParts,
  request: DecisionRequest,
  declaration: ChangeDeclaration,
  root: GraphQLObjectType,
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): RootDecision {
  const decided = decideRoot(parts, request, root, nodes, allowed);
  const read = changeRead(declaration);
  const hidden = operandUses(parts, request, read, nodes).find(({ readable }) => !readable);
  return { ...decided, read, refusal: decided.refusal ?? hidden?.coordinate ?? null };
}

/** The filters of a subscription as those of a list. */
function changeRead({ field, type, filters }: ChangeDeclaration): ReadDeclaration {
  return { field: `Subscription.${field}`, type, form: 'connection', filters: filters ?? {}, order: [{ property: 'id', direction: 'ASC' }] };
}
