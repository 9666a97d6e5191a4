import type { Boundary } from '../boundary/declaration.js';

/** What is found is a subject seen through permits: it adds nothing to the rights on those. */
export const searchBoundaries: readonly Boundary[] = [
  { form: 'carrier', type: 'Query', of: 'Permit', fields: ['subjectSearch', 'matchSubjects'] },
  { form: 'carrier', type: 'SubjectSearchConnection', of: 'Permit', fields: ['nodes', 'edges', 'pageInfo'] },
  { form: 'carrier', type: 'SubjectHitEdge', of: 'Permit', fields: ['cursor', 'node'] },
  { form: 'carrier', type: 'SubjectHit', of: 'Permit', fields: ['subject', 'match'] },
  { form: 'carrier', type: 'SubjectMatch', of: 'Permit', fields: ['reference', 'status', 'reason', 'candidates', 'more'] },
];
