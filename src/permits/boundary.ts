import { labourRelationsCube } from './published-statistics.js';
import { publicationBoundaries } from '../statistics/publications.js';
import { forPurpose, full, masked, oneOf, viewer, type Boundary } from '../boundary/declaration.js';

const tianjin = oneOf('CN-TJ');

/**
 * Who may see what of a permit. Rows B-01 to B-07, B-09, B-13 and B-15 of the boundary table; everyone else is
 * denied. P07 is for the deciding bureau and the authority of the day alone until foreigner cases have a capability of
 * their own (A-12, A-63, B-16).
 *
 * PERMIT_BASIC is the field set of A-58. What else the deciding organ uploaded is its own record: only it reads that,
 * and personal data in it stays masked until a purpose and a case number can be declared.
 */
export const permitBoundaries: readonly Boundary[] = [
  ...publicationBoundaries(labourRelationsCube, 'PublishedStatistics', { PublishedCell: ['item', 'status', 'outcome', 'year', 'holders', 'count', 'actions'] }),
  {
    form: 'record',
    type: 'Permit',
    identity: 'documentNo',
    groups: {
      PERMIT_BASIC: {
        zh: '许可基本信息',
        en: 'basic facts of the permit (A-58)',
        fields: [
          'id', 'jurisdiction', 'item', 'documentNo', 'documentPart', 'certificateNo', 'holder', 'decidedBy', 'legalAuthority', 'location',
          'district', 'outcome', 'status', 'decidedOn', 'validFrom', 'validTo', 'actions',
          // Where the facts above come from and since when they stand; changes of other cells do not move these.
          'source', 'batch', 'receivedAt', 'updatedAt',
        ],
      },
      DECISION_RECORD: {
        zh: '决定机关的办理记录',
        en: 'the deciding organ’s own record',
        // The revision counts changes of the whole record, also of cells others may not see.
        fields: ['content', 'revision'],
      },
      PERSONAL: { zh: '个人信息', en: 'personal data', fields: ['legalRepresentative'], sensitive: true },
    },
    relations: [
      {
        relation: 'deciding',
        zh: '本机关作出的决定',
        en: 'permits this bureau decided',
        viewers: ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'],
        where: { jurisdiction: tianjin, decidedByCode: viewer.agency },
        sees: {
          PERMIT_BASIC: full,
          DECISION_RECORD: full,
          PERSONAL: forPurpose(['CASE_HANDLING', 'SUPERVISION', 'ENFORCEMENT'], full, masked('familyName')),
        },
        rows: ['B-01', 'B-13'],
        clauses: ['XT-3.1b', 'XT-3.7b', 'XT-3.10a', 'XT-5.2.2a'],
      },
      {
        relation: 'supervising',
        zh: '坐落本区的劳务派遣许可（不论由谁决定）',
        en: 'labour-dispatch permits located in the own district, whoever decided',
        viewers: ['DISTRICT_HRSS'],
        where: { jurisdiction: tianjin, district: viewer.district, item: oneOf('P01') },
        sees: { PERMIT_BASIC: full },
        rows: ['B-02'],
        clauses: ['XT-5.1.2c', 'XT-3.1c', 'A-63', 'A-07'],
      },
      {
        relation: 'sharing',
        zh: '坐落本区、依法共享的许可',
        en: 'permits of the shared items located in the own district',
        viewers: ['DISTRICT_HRSS', 'DISTRICT_APPROVAL'],
        where: {
          jurisdiction: tianjin,
          district: viewer.district,
          item: oneOf('P02', 'P03', 'P04', 'P08', 'P09', 'P10'),
        },
        sees: { PERMIT_BASIC: full },
        rows: ['B-04', 'B-05', 'B-06'],
        clauses: ['XT-5.2.2a', 'XT-5.2.1', 'XT-3.8c', 'XT-3.10c', 'A-59'],
      },
      {
        relation: 'labourRelations',
        zh: '坐落本区的特殊工时许可、集体合同审查',
        en: 'special working hours and collective contracts located in the own district',
        viewers: ['DISTRICT_HRSS'],
        where: { jurisdiction: tianjin, district: viewer.district, item: oneOf('P05', 'P06') },
        sees: { PERMIT_BASIC: full },
        rows: ['B-09'],
        clauses: ['XT-5.3.2a', 'XT-5.3.2b', 'XT-3.5e', 'XT-3.6b'],
      },
      {
        relation: 'workRegister',
        zh: '全市特殊工时许可、集体合同审查（金保二期信息系统）',
        en: 'special working hours and collective contracts of the whole city, for the social-security information system',
        viewers: ['JINBAO'],
        where: { jurisdiction: tianjin, item: oneOf('P05', 'P06') },
        sees: { PERMIT_BASIC: full },
        rows: ['B-09'],
        clauses: ['XT-5.3.2b'],
      },
      {
        relation: 'guiding',
        zh: '全市许可（指导与监督；外国人来华工作许可除外）',
        en: 'permits of the whole city, for guidance and supervision (foreigner work permits excepted)',
        viewers: ['MUNI_HRSS'],
        where: {
          jurisdiction: tianjin,
          item: oneOf('P01', 'P02', 'P03', 'P04', 'P05', 'P06', 'P08', 'P09', 'P10'),
        },
        sees: { PERMIT_BASIC: full },
        rows: ['B-03', 'B-04', 'B-05', 'B-06', 'B-07', 'B-09'],
        clauses: ['XT-5.1.1a', 'XT-5.2.1', 'XT-5.2.2a', 'XT-5.3.1', 'XT-3.2c', 'XT-3.2e', 'XT-3.8c', 'XT-3.10c'],
      },
      {
        relation: 'foreignExperts',
        zh: '全市外国人来华工作许可（市外国专家局，至 2020-04-14）',
        en: 'foreigner work permits of the whole city: the foreign-experts bureau, until 2020-04-14',
        viewers: ['MUNI_FEB'],
        where: { jurisdiction: tianjin, item: oneOf('P07') },
        sees: { PERMIT_BASIC: full },
        until: '2020-04-14',
        rows: ['B-15'],
        clauses: ['XT-3.7a', 'XT-5.4.1b', 'A-12', 'A-57'],
      },
      {
        relation: 'foreignWorkAuthority',
        zh: '全市外国人来华工作许可（市科技局、市人社局，自 2020-04-15）',
        en: 'foreigner work permits of the whole city: the science bureau and the human-resources bureau, from 2020-04-15',
        viewers: ['MUNI_STB', 'MUNI_HRSS'],
        where: { jurisdiction: tianjin, item: oneOf('P07') },
        sees: { PERMIT_BASIC: full },
        from: '2020-04-15',
        rows: ['B-15'],
        clauses: ['CK-1a', 'A-12', 'A-57', 'A-63'],
      },
    ],
    byAgreement: { groups: ['PERMIT_BASIC'], where: { jurisdiction: tianjin }, rows: ['B-54'], clauses: ['YZ-2.9.2b', 'A-59'] },
    never: [
      {
        zh: '外国人来华工作许可不与区人社局、其他部门和公众共享',
        en: 'permits of foreigners are not shared with district human-resources bureaus, other bureaus or the public',
        viewers: ['DISTRICT_HRSS', 'PARTNER_BUREAU', 'PUBLIC'],
        where: { item: oneOf('P07') },
        rows: ['B-16'],
        clauses: ['XT-3.7c', 'SX-3.1.3.1e'],
      },
    ],
  },
  { form: 'part', type: 'PermitAction', of: 'Permit', groups: { PERMIT_BASIC: ['action', 'actedOn'] } },
  { form: 'carrier', type: 'PermitConnection', of: 'Permit', fields: ['nodes', 'edges', 'pageInfo', 'totalCount'] },
  { form: 'carrier', type: 'PermitEdge', of: 'Permit', fields: ['cursor', 'node'] },
  { form: 'carrier', type: 'PermitChange', of: 'Permit', fields: ['kind', 'number', 'cursor', 'documentNo', 'permit'] },
  { form: 'carrier', type: 'Query', of: 'Permit', fields: ['permit', 'permits', 'permitStatistics'] },
  { form: 'carrier', type: 'Subject', of: 'Permit', fields: ['permits'] },
  { form: 'carrier', type: 'PermitStatistics', of: 'Permit', fields: ['groups', 'hasMore'] },
  {
    form: 'carrier',
    type: 'PermitGroup',
    of: 'Permit',
    fields: [
      'district', 'location', 'item', 'status', 'outcome', 'year', 'quarter', 'month', 'decidedBy', 'legalAuthority', 'holderKind',
      'count', 'holders', 'validityDays', 'actions', 'decidedOn', 'validTo',
    ],
  },
  { form: 'carrier', type: 'Subscription', of: 'Permit', fields: ['permitChanged'] },
  {
    form: 'operation',
    type: 'Query',
    fields: ['permitDuplicate'],
    viewers: ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'],
    zh: '办理中的案件查询同一主体、同一事项是否已有有效许可',
    en: 'for a pending case: does the same holder already hold a valid permit of the same item',
    rows: ['B-01'],
    clauses: ['XT-3.1b', 'XT-5.2.2a'],
  },
  {
    form: 'operation',
    type: 'PermitDuplicate',
    fields: ['exists', 'organ', 'number'],
    viewers: ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'],
    zh: '重复许可查询的答复：有无、机关、文号，别无其他',
    en: 'answer of the duplicate check: exists, organ, number, nothing else',
    rows: ['B-01'],
    clauses: ['XT-3.1b', 'XT-5.2.2a'],
  },
];
