import type { Boundary, OpenBoundary } from '../boundary/declaration.js';
import { certificateStockViewers } from './certificate-stock.js';

/** Who is competent, and for what, is text of the measures: a partner that does not know it cannot work with them. */
const competenceOpen = {
  form: 'open',
  zh: '事项与权限依办法公开',
  en: 'items and competence are text of the measures',
  rows: ['B-52'],
  clauses: ['XT-3.0', 'YZ-3.1b'],
} as const;

/** Names of bureaus are public: a published decision shows its organ. */
const registerOpen = {
  form: 'open',
  zh: '机关名录公开',
  en: 'the register of bureaus is open',
  rows: ['B-24'],
  clauses: ['SX-3.1.3.1d', 'A-09'],
} as const;

const stock = {
  form: 'operation',
  viewers: certificateStockViewers,
  zh: '发证机关与样式提供机关可知编号使用总量，不及编号本身',
  en: 'the issuers and the supplier of the template learn how many numbers are used, and no number',
  rows: ['B-22'],
  clauses: ['XT-4.1.2b', 'XT-4.1.2c', 'A-03'],
} as const;

const open = (type: string, ...fields: readonly string[]): OpenBoundary => ({ ...competenceOpen, type, fields });

export const competenceBoundaries: readonly Boundary[] = [
  open('Query', 'competence', 'permitItems', 'permitItem'),
  open(
    'CompetenceAnswer', 'item', 'location', 'at', 'decidedBy', 'legalForm', 'legalAuthority', 'competenceBasis', 'decisionBasis',
    'supervisor', 'supervisorInferred', 'supervisorMayPenalise', 'supervisionBasis', 'guidedBy', 'guidanceBasis', 'notices',
  ),
  open('CompetenceNotice', 'kind', 'by', 'to', 'on', 'basis'),
  open('LegalBasis', 'clauses', 'rulings'),
  open('PermitItemInfo', 'code', 'nameZh', 'nameEn', 'names', 'certificates', 'catalogueCode', 'actions', 'basis'),
  open('PermitItemName', 'zh', 'from', 'basis'),
  open('PermitItemActions', 'listed', 'accepted', 'basis'),
  { ...registerOpen, type: 'Query', fields: ['agencies', 'agency'] },
  { ...registerOpen, type: 'AgencyConnection', fields: ['nodes', 'edges', 'pageInfo'] },
  { ...registerOpen, type: 'AgencyEdge', fields: ['cursor', 'node'] },
  { ...stock, type: 'Query', fields: ['certificateStock'] },
  { ...stock, type: 'CertificateStockInfo', fields: ['used', 'capacity', 'share', 'warning'] },
];
