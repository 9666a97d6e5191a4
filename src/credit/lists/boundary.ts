import { forPurpose, full, oneOf, open, viewer, type Boundary, type Condition, type Right } from '../../boundary/declaration.js';
import { listingOrgans } from '../organs.js';

const tianjin = oneOf('CN-TJ');
const xiamen = oneOf('CN-FJ-350200');

/** On the list: published and not over. What was repaired, expired or revoked is none of anybody’s sight but the organ’s. */
const listed: Readonly<Record<string, Condition>> = { state: oneOf('PUBLISHED', 'OBJECTED'), overOn: open };

/** Details of a case are for whoever imposes sanctions (B-38). */
const forSanctions: Right = forPurpose(['JOINT_SANCTION'], full);

/**
 * Who may see what of an entry of the lists: rows B-38, B-40 and B-41 of the boundary table. Approval bureaus see their
 * own entries alone and ask the credit gate about others (B-35); analysts see none (B-39).
 */
export const listBoundaries: readonly Boundary[] = [
  {
    form: 'record',
    type: 'ListEntry',
    identity: 'entryNo',
    subject: 'subjectId',
    // Whoever imposed a sanction has to know that it must be lifted, and on what ground.
    farewell: { property: 'state', oneOf: ['REPAIRED', 'EXPIRED', 'REVOKED'], rows: ['B-38'], clauses: ['YZ-3.5e', 'A-49'] },
    groups: {
      LIST_BASIC: {
        zh: '名单基本信息',
        en: 'basic facts of the entry',
        fields: [
          'id', 'entryNo', 'jurisdiction', 'list', 'ground', 'legalBasis', 'documentNo', 'severity', 'responsibleOrgan', 'district',
          'subjectKind', 'subjectName', 'subjectCode', 'state', 'decidedOn', 'publishedOn', 'validFrom', 'validTo', 'openCase',
        ],
      },
      REASON: { zh: '事由详情', en: 'details of the case', fields: ['reason'] },
      PROCEDURE: {
        zh: '认定机关的办理记录',
        en: 'the organ’s own record of the procedure',
        fields: ['informedOn', 'defenceUntil', 'repairFrom', 'endedOn'],
      },
    },
    relations: [
      {
        relation: 'answering',
        zh: '本机关认定、负责的名单记录（各状态）',
        en: 'entries this organ answers for, in every state',
        viewers: listingOrgans,
        where: { responsibleOrganCode: viewer.agency },
        sees: { LIST_BASIC: full, REASON: full, PROCEDURE: full },
        rows: ['B-38'],
        clauses: ['YZ-3.5b', 'YZ-3.5c'],
      },
      {
        relation: 'sanctioning',
        zh: '天津在列的黑名单记录',
        en: 'entries on the black list of Tianjin',
        viewers: ['BLACKLIST_DB', 'CREDIT_PLATFORM', 'JOINT_SANCTION_PLATFORM', 'MUNI_HRSS', 'DISTRICT_HRSS'],
        where: { jurisdiction: tianjin, list: oneOf('BLACK'), ...listed },
        sees: { LIST_BASIC: full, REASON: forSanctions },
        rows: ['B-38'],
        clauses: ['YZ-3.5c', 'YZ-3.5d', 'YZ-3.5e'],
      },
      {
        relation: 'honouring',
        zh: '天津在列的红名单记录',
        en: 'entries on the red list of Tianjin',
        viewers: ['CREDIT_PLATFORM', 'JOINT_SANCTION_PLATFORM'],
        where: { jurisdiction: tianjin, list: oneOf('RED'), ...listed },
        sees: { LIST_BASIC: full },
        rows: ['B-38'],
        clauses: ['YZ-3.5a'],
      },
      {
        relation: 'withinXiamen',
        zh: '厦门人社系统内的名单记录',
        en: 'entries on the lists of Xiamen, inside its human-resources system',
        viewers: ['XM_HRSS', 'XM_CREDIT_DIV', 'XM_DISTRICT_HRSS', 'XM_UNIT'],
        where: { jurisdiction: xiamen, list: oneOf('RED', 'BLACK'), ...listed },
        sees: { LIST_BASIC: full },
        rows: ['B-40'],
        clauses: ['XM-3.6.4b', 'XM-3.6.4c'],
      },
      {
        relation: 'publicCredit',
        zh: '厦门属于公共信用信息的名单记录，经局信用信息管理部门推送',
        en: 'entries of Xiamen that its credit division released as public credit information',
        viewers: ['XM_CITY_CREDIT'],
        where: { jurisdiction: xiamen, channel: oneOf('PUBLIC_CREDIT'), ...listed },
        sees: { LIST_BASIC: full },
        rows: ['B-41'],
        clauses: ['XM-3.6.3b', 'XM-3.6.5', 'A-51'],
      },
    ],
  },
  { form: 'carrier', type: 'Query', of: 'ListEntry', fields: ['creditList', 'creditListEntry'] },
  { form: 'carrier', type: 'Subscription', of: 'ListEntry', fields: ['creditListChanged'] },
  { form: 'carrier', type: 'CreditListChange', of: 'ListEntry', fields: ['kind', 'number', 'cursor', 'entryNo', 'leftAs', 'entry'] },
  { form: 'carrier', type: 'ListEntryConnection', of: 'ListEntry', fields: ['nodes', 'edges', 'pageInfo', 'totalCount'] },
  { form: 'carrier', type: 'ListEntryEdge', of: 'ListEntry', fields: ['node', 'cursor'] },
];
