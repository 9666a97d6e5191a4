import { full, oneOf, viewer, type Boundary } from '../../boundary/declaration.js';
import { listingOrgans } from '../organs.js';

const everything = { CASE: full } as const;

/**
 * Who may see a case: the organ that answers for its entry, and the credit centre of its city. Whoever filed it is one of
 * the two, so that filing adds nobody. Those who follow the lists see the mark on the entry and nothing of the case.
 */
export const caseBoundaries: readonly Boundary[] = [
  {
    form: 'record',
    type: 'CreditCase',
    identity: 'caseNo',
    subject: 'subjectId',
    groups: {
      CASE: {
        zh: '异议及信用修复案件',
        en: 'objection and repair cases',
        fields: [
          'caseNo', 'kind', 'entryNo', 'jurisdiction', 'responsibleOrgan', 'filedBy', 'state', 'filedOn', 'grounds', 'promiseGiven', 'acceptanceDue', 'organDue',
          'answerDue', 'dueProvisional', 'nextDue', 'overdueFrom', 'extendedOn', 'acceptedOn', 'reviewedOn', 'closedOn', 'centreOpinion', 'organOpinion', 'outcome', 'changes',
        ],
      },
    },
    relations: [
      {
        relation: 'caseDeciding',
        zh: '本机关负责的名单记录的异议、修复案件',
        en: 'cases about entries this organ answers for',
        viewers: listingOrgans,
        where: { responsibleOrganCode: viewer.agency },
        sees: everything,
        rows: ['B-38'],
        clauses: ['YZ-3.5b', 'YZ-3.5e'],
      },
      {
        relation: 'caseReviewing',
        zh: '天津名单记录的异议、修复案件（信用中心）',
        en: 'cases about entries of Tianjin, for its credit centre',
        viewers: ['CREDIT_PLATFORM'],
        where: { jurisdiction: oneOf('CN-TJ') },
        sees: everything,
        rows: ['B-38'],
        clauses: ['YZ-3.5e'],
      },
      {
        relation: 'caseReviewingXiamen',
        zh: '厦门名单记录的异议、修复案件（局信用信息管理部门）',
        en: 'cases about entries of Xiamen, for its credit division',
        viewers: ['XM_CREDIT_DIV'],
        where: { jurisdiction: oneOf('CN-FJ-350200') },
        sees: everything,
        rows: ['B-40'],
        clauses: ['XM-3.6.4b', 'XM-3.6.4c'],
      },
    ],
  },
  { form: 'part', type: 'CreditCaseChange', of: 'CreditCase', groups: { CASE: ['field', 'oldValue', 'newValue'] } },
  { form: 'carrier', type: 'Query', of: 'CreditCase', fields: ['creditCase', 'creditCases'] },
  { form: 'carrier', type: 'CreditCaseConnection', of: 'CreditCase', fields: ['nodes', 'edges', 'pageInfo', 'totalCount'] },
  { form: 'carrier', type: 'CreditCaseEdge', of: 'CreditCase', fields: ['node', 'cursor'] },
];
