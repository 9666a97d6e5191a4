import type { Boundary, OpenBoundary } from '../boundary/declaration.js';

/** The measures were published by the bureaux themselves; legal basis, powers and procedure are public information. */
function published(type: string, fields: readonly string[], clauses: readonly string[] = ['SX-3.1.1.1a', 'XM-3.6.1']): OpenBoundary {
  return { form: 'open', type, fields, zh: '办法、目录与期限公开', en: 'measures, catalogues and time limits are public', rows: ['B-52'], clauses };
}

const edge = ['cursor', 'node'] as const;
const connection = ['edges', 'nodes', 'pageInfo'] as const;
const division = ['code', 'city', 'nameZh', 'nameEn', 'from', 'until', 'now'] as const;

/** Reference data is open to every authenticated viewer: it says what the law asks, and nothing of anybody. */
export const referenceBoundaries: readonly Boundary[] = [
  // Reached through a connection only, which says who may have it; page information itself is of all connections.
  published('PageInfo', ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']),
  published('Query', ['clauses', 'clause', 'rulings', 'ruling', 'enforcementCatalogue', 'dueDate']),
  published('Clause', [
    'id', 'document', 'city', 'place', 'textZh', 'textMode', 'textEn', 'kind', 'force', 'hub', 'parties', 'data', 'rule', 'responsible', 'rulings',
  ]),
  published('ClauseParties', ['from', 'to']),
  published('ClauseData', ['entity', 'fields']),
  published('ClauseEdge', edge),
  published('ClauseConnection', connection),
  published('Ruling', ['id', 'title', 'clauses', 'problem', 'ruling', 'why']),
  published('RulingEdge', edge),
  published('RulingConnection', connection),
  published('EnforcementItem', [
    'code', 'category', 'seq', 'nameZh', 'nameEn', 'responsible', 'responsibleCodes', 'publishWithinWorkingDays', 'permitItem',
    'permitItemIsDerived', 'legalReview',
  ], ['SX-A.1', 'SX-3.1.1.1a']),
  published('EnforcementItemEdge', edge, ['SX-A.1', 'SX-3.1.1.1a']),
  published('EnforcementItemConnection', connection, ['SX-A.1', 'SX-3.1.1.1a']),
  published('Query', ['supervisionItems'], ['XM-3.6.1', 'XM-3.1a']),
  published('SupervisionItem', [
    'seq', 'class', 'classZh', 'nameZh', 'nameEn', 'inspectorPool', 'objectKind', 'subItemCount', 'tianjinPermit',
  ], ['XM-3.6.1', 'XM-3.1a']),
  published('DueDate', ['clause', 'from', 'countedFrom', 'readings'], ['SX-3.1.1.1a', 'A-68']),
  published('DueReading', ['kind', 'standing', 'what', 'due', 'provisional', 'movedFrom', 'clauses', 'rulings'], ['SX-3.1.1.1a', 'A-68']),
  published('Query', ['divisions'], ['A-07', 'A-69']),
  published('Division', division, ['A-07', 'A-69']),
  published('Query', ['industrySections'], ['XT-A2.4']),
  published('IndustrySection', ['code', 'nameZh', 'nameEn', 'firstDivision', 'lastDivision', 'form2Row', 'splits'], ['XT-A2.4']),
  published('IndustryDivision', ['code', 'nameZh', 'form2Row'], ['XT-A2.4']),
  published('Form2Row', ['row', 'labelZh', 'doubtful', 'reason'], ['XT-A2.4']),
];
