import { GraphQLError } from 'graphql';
import type { NodeIds } from '../access/node-ids.js';
import { standingOf, type Viewer } from '../access/viewer.js';
import { denialError } from '../boundary/denial.js';
import { viewersOf, type OperationView } from '../boundary/operation-view.js';
import type { BoundaryPolicy } from '../boundary/policy.js';
import { ServiceKey } from '../planner/context.js';
import { Subject } from '../subjects/subject.js';
import type { SearchSeal } from './search-statement.js';

/** What search and matching need of the hub: ids of subjects, the seal of cursors, and the boundary in force. */
export interface SearchParts {
  readonly ids: NodeIds;
  readonly seal: SearchSeal;
  readonly policy: BoundaryPolicy;
}

export const searchParts = new ServiceKey<SearchParts>('search');

/** A subject as the views of the search show it. */
export interface FoundSubject {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly uscc: string | null;
  readonly identityMask: string | null;
}

export function subjectOf({ id, ...found }: FoundSubject, ids: NodeIds): Subject {
  return Object.assign(new Subject(), found, { id: ids.encode('Subject', id) });
}

/**
 * Refuses a viewer class that does not read names in full in every relation, for whom there is no view: each answer would
 * tell of names it may not read. Throws the denial of the subject's name.
 */
export function assertSearches(policy: BoundaryPolicy, viewer: Viewer, view: OperationView): void {
  if (viewersOf(policy, view).includes(viewer.principal)) return;
  const { message, extensions } = denialError(policy, standingOf(viewer), 'Subject.name', []);
  throw new GraphQLError(message, { extensions });
}
