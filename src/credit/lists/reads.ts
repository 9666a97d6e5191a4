import type { ReadDeclaration } from '../../planner/read.js';
import type { StatisticsDeclaration } from '../../statistics/declaration.js';

/** The usual questions: each on a column with an index, or on few rows. */
export const listFilters: ReadDeclaration['filters'] & StatisticsDeclaration['filters'] = {
  'filter.list': { property: 'list', compare: '=' },
  'filter.ground': { property: 'ground', compare: '=' },
  'filter.state': { property: 'state', compare: '=' },
  'filter.district': { property: 'district', compare: '=' },
  'filter.responsibleOrgan': { property: 'responsibleOrgan.code', compare: '=' },
  'filter.subjectCode': { property: 'subjectCode', compare: '=' },
  'filter.publishedFrom': { property: 'publishedOn', compare: '>=' },
  'filter.publishedTo': { property: 'publishedOn', compare: '<=' },
  'filter.endsBy': { property: 'validTo', compare: '<=' },
};

/** Fields over list entries, answered by the planner. Newest first, by when the hub learnt of them. */
export const listReads: readonly ReadDeclaration[] = [
  { field: 'Query.creditListEntry', type: 'ListEntry', form: 'one', filters: { entryNo: { property: 'entryNo', compare: '=' } }, order: [{ property: 'id', direction: 'ASC' }] },
  { field: 'Query.creditList', type: 'ListEntry', form: 'connection', filters: listFilters, order: [{ property: 'id', direction: 'DESC' }] },
];

/** What `node(id:)` reads. */
export const listNodes: ReadonlyMap<string, ReadDeclaration> = new Map([
  ['ListEntry', { field: 'Query.node', type: 'ListEntry', form: 'one', filters: { id: { property: 'id', compare: '=', nodeId: true } }, order: [{ property: 'id', direction: 'ASC' }] }],
]);
