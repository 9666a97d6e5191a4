import { full, oneOf, viewer, type Boundary, type RecordBoundary, type RelationDeclaration } from '../../boundary/declaration.js';
import type { Release } from '../../boundary/release.js';
import { listingOrgans } from '../organs.js';

const sees = { JOINT_MEASURE: full };
const ofOrgan = (relation: string, property: string, zh: string, en: string): RelationDeclaration => ({
  relation, zh, en, viewers: listingOrgans, where: { [property]: viewer.agency }, sees, rows: ['B-38'], clauses: ['YZ-3.5b', 'YZ-3.5d', 'XM-3.6.4b'],
});

const record: RecordBoundary = {
  form: 'record',
  type: 'JointMeasure',
  identity: 'measureNo',
  subject: 'subjectId',
  groups: {
    JOINT_MEASURE: {
      zh: '联合惩戒、联合激励措施',
      en: 'joint sanctions and incentives',
      fields: [
        'id', 'measureNo', 'entryNo', 'jurisdiction', 'validTo', 'code', 'kind', 'leadOrgan', 'bureau', 'role', 'legalBasis', 'documentNo', 'state', 'askedOn',
        'startedOn', 'feedback', 'feedbackOn', 'toLiftSince', 'liftReason', 'liftedOn',
      ],
    },
  },
  relations: [
    ofOrgan('taking', 'bureauCode', '由本机关实施的措施', 'measures this bureau takes or was asked to take'),
    ofOrgan('leading', 'leadOrganCode', '由本机关牵头的措施', 'measures this organ leads'),
    ofOrgan('overseeing', 'entryOrganCode', '依本机关所负责的名单记录实施的措施', 'measures on entries this organ answers for'),
    {
      relation: 'assembling',
      zh: '天津的全部联合惩戒、联合激励措施',
      en: 'all joint measures of Tianjin',
      viewers: ['JOINT_SANCTION_PLATFORM'],
      where: { jurisdiction: oneOf('CN-TJ') },
      sees,
      rows: ['B-38'],
      clauses: ['YZ-3.5a', 'YZ-3.5d'],
    },
  ],
};

/** Who may see a measure: those who take, lead or caused it, and the platform of joint sanctions; nobody else (B-38). */
export const measureBoundaries: readonly Boundary[] = [
  record,
  { form: 'carrier', type: 'Query', of: 'JointMeasure', fields: ['jointMeasures', 'jointMeasure'] },
  { form: 'carrier', type: 'Subscription', of: 'JointMeasure', fields: ['jointMeasureChanged'] },
  { form: 'carrier', type: 'JointMeasureChange', of: 'JointMeasure', fields: ['kind', 'number', 'cursor', 'measureNo', 'measure'] },
  { form: 'carrier', type: 'JointMeasureConnection', of: 'JointMeasure', fields: ['nodes', 'edges', 'pageInfo', 'totalCount'] },
  { form: 'carrier', type: 'JointMeasureEdge', of: 'JointMeasure', fields: ['node', 'cursor'] },
];

/** What is said on purpose of entries the receiver may not see any more. */
export const measureReleases: readonly Release[] = [
  {
    form: 'EVENT',
    coordinates: ['JointMeasure.state', 'JointMeasure.toLiftSince', 'JointMeasure.liftReason', 'JointMeasure.validTo', 'AccessRead.subjects'],
    viewers: [],
    tells: {
      zh: '措施所依的名单记录已移出、移出之日及因修复、期满还是撤销；不及记录的其他内容；本机关的访问日志中另有主体的标识，凭该标识不得查看任何内容',
      en: 'that the entry a measure rests on left the list, on which day, and whether it was repaired, expired or revoked; nothing else of it; the asker’s own access log holds the subject’s id, by which nothing can be seen',
    },
    why: { zh: '修复后须同时解除惩戒，实施机关须知何时起应解除', en: 'a repair ends its sanctions at the same time: who imposed one has to know since when it must be lifted' },
    rows: ['B-38'],
    clauses: ['YZ-3.5e', 'A-49'],
  },
];
