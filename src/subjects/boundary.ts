import type { Boundary } from '../boundary/declaration.js';

/** A subject is seen only as the holder of a permit one may see (A-58: holder name, credit code). */
export const subjectBoundaries: readonly Boundary[] = [
  { form: 'part', type: 'Subject', of: 'Permit', groups: { PERMIT_BASIC: ['id', 'kind', 'name', 'uscc'] }, lookUp: 'uscc' },
  { form: 'carrier', type: 'SubjectConnection', of: 'Permit', fields: ['nodes', 'edges', 'pageInfo'] },
  { form: 'carrier', type: 'SubjectEdge', of: 'Permit', fields: ['cursor', 'node'] },
  { form: 'carrier', type: 'Query', of: 'Permit', fields: ['subject', 'subjects'] },
];
