import type { Boundary } from '../boundary/declaration.js';

/**
 * A subject is seen only as the holder of a permit one may see (A-58: holder name, credit code). What is left of a
 * natural person's identity number under its mask is part of the deciding organ's own record.
 */
export const subjectBoundaries: readonly Boundary[] = [
  {
    form: 'part',
    type: 'Subject',
    of: 'Permit',
    groups: { PERMIT_BASIC: ['id', 'kind', 'name', 'uscc'], DECISION_RECORD: ['identityMask'] },
    lookUp: 'uscc',
  },
  { form: 'carrier', type: 'SubjectConnection', of: 'Permit', fields: ['nodes', 'edges', 'pageInfo', 'totalCount'] },
  { form: 'carrier', type: 'SubjectEdge', of: 'Permit', fields: ['cursor', 'node'] },
  { form: 'carrier', type: 'Query', of: 'Permit', fields: ['subject', 'subjects'] },
];
