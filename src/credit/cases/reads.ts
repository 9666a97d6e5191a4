import type { ReadDeclaration } from '../../planner/read.js';

/** The usual questions: each on a column with an index, or on the few cases of an organ or an entry. */
const caseFilters: ReadDeclaration['filters'] = {
  'filter.entryNo': { property: 'entryNo', compare: '=' },
  'filter.kind': { property: 'kind', compare: '=' },
  'filter.state': { property: 'state', compare: '=' },
  'filter.responsibleOrgan': { property: 'responsibleOrgan.code', compare: '=' },
  'filter.filedFrom': { property: 'filedOn', compare: '>=' },
  'filter.dueBy': { property: 'nextDue', compare: '<=' },
  'filter.overdueOn': { property: 'overdueFrom', compare: '<=' },
};

/** Fields over cases, answered by the planner. Newest first, by when the hub learnt of them. */
export const caseReads: readonly ReadDeclaration[] = [
  { field: 'Query.creditCase', type: 'CreditCase', form: 'one', filters: { caseNo: { property: 'caseNo', compare: '=' } }, order: [{ property: 'id', direction: 'ASC' }] },
  { field: 'Query.creditCases', type: 'CreditCase', form: 'connection', filters: caseFilters, order: [{ property: 'id', direction: 'DESC' }] },
];
