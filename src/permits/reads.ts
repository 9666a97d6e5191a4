import type { ReadDeclaration } from '../planner/read.js';
import { permitOrders } from './where.js';

const newestFirst = [
  { property: 'decidedOn', direction: 'DESC' },
  { property: 'id', direction: 'DESC' },
] as const;

/** The usual questions: each on a column with an index. */
export const permitFilters: ReadDeclaration['filters'] = {
  'filter.item': { property: 'item', compare: '=' },
  'filter.status': { property: 'status', compare: '=' },
  'filter.district': { property: 'district', compare: '=' },
  'filter.documentNo': { property: 'documentNo', compare: '=' },
  'filter.certificateNo': { property: 'certificateNo', compare: '=' },
  'filter.decidedBy': { property: 'decidedBy.code', compare: '=' },
  'filter.holderUscc': { property: 'holder.uscc', compare: '=' },
  'filter.decidedFrom': { property: 'decidedOn', compare: '>=' },
  'filter.decidedTo': { property: 'decidedOn', compare: '<=' },
};

/** Fields over permits, answered by the planner. Holders are read through the permits one may see. */
export const permitReads: readonly ReadDeclaration[] = [
  {
    field: 'Query.permit',
    type: 'Permit',
    form: 'one',
    filters: {
      documentNo: { property: 'documentNo', compare: '=' },
      part: { property: 'documentPart', compare: '=' },
    },
    order: [{ property: 'id', direction: 'ASC' }],
  },
  {
    field: 'Query.permits',
    type: 'Permit',
    form: 'connection',
    filters: permitFilters,
    order: newestFirst,
    orders: permitOrders,
  },
  {
    field: 'Subject.permits',
    type: 'Permit',
    via: 'holder',
    form: 'connection',
    filters: permitFilters,
    order: newestFirst,
    orders: permitOrders,
  },
  {
    field: 'Query.subject',
    type: 'Permit',
    part: 'holder',
    form: 'one',
    filters: { uscc: { property: 'holder.uscc', compare: '=' } },
    order: [{ property: 'holderId', direction: 'ASC' }],
  },
  {
    field: 'Query.subjects',
    type: 'Permit',
    part: 'holder',
    form: 'connection',
    filters: {
      'filter.item': { property: 'item', compare: '=' },
      'filter.district': { property: 'district', compare: '=' },
    },
    order: [{ property: 'holderId', direction: 'ASC' }],
  },
];

/** What `node(id:)` reads, by type. */
export const permitNodes: ReadonlyMap<string, ReadDeclaration> = new Map([
  ['Permit', { field: 'Query.node', type: 'Permit', form: 'one', filters: { id: { property: 'id', compare: '=', nodeId: true } }, order: [{ property: 'id', direction: 'ASC' }] }],
  ['Subject', { field: 'Query.node', type: 'Permit', part: 'holder', form: 'one', filters: { id: { property: 'holder.id', compare: '=', nodeId: true } }, order: [{ property: 'holderId', direction: 'ASC' }] }],
]);
