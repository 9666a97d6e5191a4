import { full, oneOf, open, viewer, type Boundary, type Condition } from '../../boundary/declaration.js';
import { recordingUnits } from '../organs.js';

const xiamen = oneOf('CN-FJ-350200');

/** In the credit file: confirmed and not over. What is not confirmed yet or has ended is its unit's alone. */
const inFile: Readonly<Record<string, Condition>> = { jurisdiction: xiamen, state: oneOf('CONFIRMED'), overOn: open };

/**
 * Who may see what of a credit record: rows B-40, B-41 and B-43 of the boundary table. Outside Xiamen's human-resources
 * system there is the city's platform alone, for what the credit division released.
 */
export const recordBoundaries: readonly Boundary[] = [
  {
    form: 'record',
    type: 'CreditRecord',
    identity: 'recordNo',
    subject: 'subjectId',
    // Who holds a copy has to know that it must not be used any more, and on what ground.
    farewell: { property: 'state', oneOf: ['REPAIRED', 'EXPIRED', 'WITHDRAWN'], rows: ['B-40', 'B-41'], clauses: ['XM-3.6.4c', 'XM-3.6.5'] },
    groups: {
      RECORD_BASIC: {
        zh: '信用信息基本内容',
        en: 'basic facts of the record',
        fields: [
          'id', 'recordNo', 'jurisdiction', 'category', 'inspectionNo', 'ground', 'legalBasis', 'documentNo', 'responsibleOrgan', 'district',
          'subjectKind', 'subjectName', 'subjectCode', 'penalties', 'severity', 'state', 'decidedOn', 'confirmedOn', 'publicFrom', 'publicUntil',
        ],
      },
      FINDING: { zh: '发现问题与处理', en: 'problem and handling', fields: ['problem', 'handling'] },
      PROCEDURE: {
        zh: '记录单位的办理记录',
        en: 'the unit’s own record of the procedure',
        fields: ['informedOn', 'defenceUntil', 'repairFrom', 'endedOn'],
      },
    },
    relations: [
      {
        relation: 'recording',
        zh: '本单位记录、负责的信用信息（各状态）',
        en: 'records this unit answers for, in every state',
        viewers: recordingUnits,
        where: { responsibleOrganCode: viewer.agency },
        sees: { RECORD_BASIC: full, FINDING: full, PROCEDURE: full },
        rows: ['B-40'],
        clauses: ['XM-3.6.4a'],
      },
      {
        relation: 'recordsWithin',
        zh: '厦门人社系统内已确认的信用信息',
        en: 'confirmed records of Xiamen, inside its human-resources system',
        viewers: ['XM_HRSS', 'XM_CREDIT_DIV', 'XM_DISTRICT_HRSS', 'XM_UNIT'],
        where: inFile,
        sees: { RECORD_BASIC: full, FINDING: full },
        rows: ['B-40'],
        clauses: ['XM-3.6.3a', 'XM-3.6.4a', 'XM-3.6.4c'],
      },
      {
        relation: 'publicRecords',
        zh: '厦门属于公共信用信息的记录，经局信用信息管理部门推送；自然人的须有理由',
        en: 'records of Xiamen that its credit division released as public credit information, of natural persons with a reason',
        viewers: ['XM_CITY_CREDIT'],
        where: { ...inFile, channel: oneOf('PUBLIC_CREDIT') },
        sees: { RECORD_BASIC: full, FINDING: full },
        rows: ['B-41', 'B-43'],
        clauses: ['XM-3.6.3b', 'XM-3.6.3e', 'XM-3.6.5', 'A-51'],
      },
    ],
  },
  { form: 'carrier', type: 'Query', of: 'CreditRecord', fields: ['creditRecord', 'creditRecords'] },
  { form: 'carrier', type: 'Subscription', of: 'CreditRecord', fields: ['creditRecordChanged'] },
  { form: 'carrier', type: 'CreditRecordChange', of: 'CreditRecord', fields: ['kind', 'number', 'cursor', 'recordNo', 'leftAs', 'record'] },
  { form: 'carrier', type: 'CreditRecordConnection', of: 'CreditRecord', fields: ['nodes', 'edges', 'pageInfo', 'totalCount'] },
  { form: 'carrier', type: 'CreditRecordEdge', of: 'CreditRecord', fields: ['node', 'cursor'] },
];
