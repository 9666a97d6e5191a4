import type { ReadDeclaration } from '../../planner/read.js';

/** The usual questions: each on a column with an index. */
const recordFilters: ReadDeclaration['filters'] = {
  'filter.category': { property: 'category', compare: '=' },
  'filter.ground': { property: 'ground', compare: '=' },
  'filter.state': { property: 'state', compare: '=' },
  'filter.district': { property: 'district', compare: '=' },
  'filter.responsibleOrgan': { property: 'responsibleOrgan.code', compare: '=' },
  'filter.subjectCode': { property: 'subjectCode', compare: '=' },
  'filter.confirmedFrom': { property: 'confirmedOn', compare: '>=' },
  'filter.confirmedTo': { property: 'confirmedOn', compare: '<=' },
  'filter.endsBy': { property: 'publicUntil', compare: '<=' },
};

/** Fields over credit records, answered by the planner. Newest first, by when the hub learnt of them. */
export const recordReads: readonly ReadDeclaration[] = [
  { field: 'Query.creditRecord', type: 'CreditRecord', form: 'one', filters: { recordNo: { property: 'recordNo', compare: '=' } }, order: [{ property: 'id', direction: 'ASC' }] },
  { field: 'Query.creditRecords', type: 'CreditRecord', form: 'connection', filters: recordFilters, order: [{ property: 'id', direction: 'DESC' }] },
];

/** What `node(id:)` reads. */
export const recordNodes: ReadonlyMap<string, ReadDeclaration> = new Map([
  ['CreditRecord', { field: 'Query.node', type: 'CreditRecord', form: 'one', filters: { id: { property: 'id', compare: '=', nodeId: true } }, order: [{ property: 'id', direction: 'ASC' }] }],
]);
