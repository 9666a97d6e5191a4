import type { ReadDeclaration } from '../../planner/read.js';

/** The usual questions: each on a column with an index, or on few rows. */
const measureFilters: ReadDeclaration['filters'] = {
  'filter.entryNo': { property: 'entryNo', compare: '=' },
  'filter.code': { property: 'code', compare: '=' },
  'filter.kind': { property: 'kind', compare: '=' },
  'filter.state': { property: 'state', compare: '=' },
  'filter.bureau': { property: 'bureau.code', compare: '=' },
  'filter.leadOrgan': { property: 'leadOrgan.code', compare: '=' },
  'filter.toLiftBy': { property: 'toLiftSince', compare: '<=' },
};

/** Fields over joint measures, answered by the planner. Newest first, by when the hub learnt of them. */
export const measureReads: readonly ReadDeclaration[] = [
  { field: 'Query.jointMeasure', type: 'JointMeasure', form: 'one', filters: { measureNo: { property: 'measureNo', compare: '=' } }, order: [{ property: 'id', direction: 'ASC' }] },
  { field: 'Query.jointMeasures', type: 'JointMeasure', form: 'connection', filters: measureFilters, order: [{ property: 'id', direction: 'DESC' }] },
];

/** What `node(id:)` reads. */
export const measureNodes: ReadonlyMap<string, ReadDeclaration> = new Map([
  ['JointMeasure', { field: 'Query.node', type: 'JointMeasure', form: 'one', filters: { id: { property: 'id', compare: '=', nodeId: true } }, order: [{ property: 'id', direction: 'ASC' }] }],
]);
