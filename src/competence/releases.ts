import type { Release } from '../boundary/release.js';
import { certificateStockViewers } from './certificate-stock.js';

/** What the capability says on purpose of permits its asker may not see. */
export const competenceReleases: readonly Release[] = [
  {
    form: 'AGGREGATE',
    coordinates: ['Query.certificateStock', 'CertificateStockInfo.used', 'CertificateStockInfo.share', 'CertificateStockInfo.warning'],
    viewers: certificateStockViewers,
    tells: {
      zh: '全部发证机关合计已用的编号数；不及编号、持证人、发证机关',
      en: 'how many numbers of the series all issuers together have used; no number, holder or issuer',
    },
    why: {
      zh: '编号由各发证机关共用一个序列，任何一家须知何时将尽',
      en: 'the issuers share one series, and each must know when it runs out',
    },
    rows: ['B-22'],
    clauses: ['XT-4.1.2b', 'XT-4.1.2c', 'A-03'],
  },
];
