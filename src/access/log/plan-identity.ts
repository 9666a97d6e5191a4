import { createHash } from 'node:crypto';

/** What the evidence needs to know of a plan; its digest names it in every access-log entry. */
export interface PlanIdentity {
  readonly digest: string;
  readonly description: string;
}

/** Identity of a plan: document, viewer class, purpose it was decided for, boundary version and the coordinates it touches. */
export function planIdentity(plan: {
  readonly document: string;
  readonly operation: string | null;
  readonly viewerClass: string;
  /** The purpose of the standing: null unless a case number came with it. */
  readonly purpose: string | null;
  readonly boundary: string;
  readonly coordinates: Iterable<string>;
}): PlanIdentity {
  const description = JSON.stringify({ ...plan, coordinates: [...plan.coordinates].sort() });
  return { digest: createHash('sha256').update(description).digest('hex'), description };
}
