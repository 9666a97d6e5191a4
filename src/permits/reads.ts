import type { ReadDeclaration } from '../planner/read.js';

/** `permit` and `permits`, answered by the planner. */
export const permitReads: readonly ReadDeclaration[] = [
  {
    field: 'permit',
    type: 'Permit',
    form: 'one',
    filters: { documentNo: { property: 'documentNo', compare: '=' } },
    order: [{ property: 'id', direction: 'ASC' }],
  },
  {
    field: 'permits',
    type: 'Permit',
    form: 'connection',
    filters: {
      'filter.item': { property: 'item', compare: '=' },
      'filter.status': { property: 'status', compare: '=' },
      'filter.district': { property: 'district', compare: '=' },
      'filter.decidedFrom': { property: 'decidedOn', compare: '>=' },
      'filter.decidedTo': { property: 'decidedOn', compare: '<=' },
    },
    order: [
      { property: 'decidedOn', direction: 'DESC' },
      { property: 'id', direction: 'DESC' },
    ],
  },
];
