import type { Release } from '../../boundary/release.js';

/** What is said on purpose of credit records the receiver may not see any more. */
export const recordReleases: readonly Release[] = [
  {
    form: 'GATE',
    coordinates: ['AccessRead.subjects'],
    viewers: [],
    tells: {
      zh: '本机关的访问日志中有所读信用信息之主体的标识；凭该标识不得查看任何内容',
      en: 'the asker’s own access log holds the ids of the subjects of the credit records it read; by them nothing can be seen',
    },
    why: { zh: '信用信息的读取须可按主体查证', en: 'reads of credit records must be traceable by subject' },
    rows: ['B-40', 'B-41'],
    clauses: ['XM-3.6.4c', 'XM-3.6.5'],
  },
  {
    form: 'EVENT',
    coordinates: [
      'CreditRecordChange.kind', 'CreditRecordChange.recordNo', 'CreditRecordChange.leftAs', 'CreditRecordChange.number', 'CreditRecordChange.cursor',
      'Subscription.creditRecordChanged',
    ],
    viewers: [],
    tells: {
      zh: '一条曾经可见的信用信息移出（LEFT），只及其编号，及移出是因修复、期满还是撤回；不及变更后的内容',
      en: 'that a record which was visible left, by its number alone, and whether it was repaired, expired or withdrawn; not what it says now',
    },
    why: {
      zh: '持有副本的单位须随即停止共享、使用，市信用平台须终止公示',
      en: 'who holds a copy has to stop sharing and using it at once, and the city’s platform to stop showing it',
    },
    rows: ['B-40', 'B-41'],
    clauses: ['XM-3.6.4c', 'XM-3.6.5'],
  },
];
