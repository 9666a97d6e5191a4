import type { Boundary } from '../boundary/declaration.js';

/** A subject is seen only as the holder of a permit one may see (A-58: holder name, credit code). */
export const subjectBoundaries: readonly Boundary[] = [
  { form: 'part', type: 'Subject', of: 'Permit', groups: { PERMIT_BASIC: ['kind', 'name', 'uscc'] } },
];
