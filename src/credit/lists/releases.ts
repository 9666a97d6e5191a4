import type { Release } from '../../boundary/release.js';

/** What is said on purpose of entries the receiver may not see any more. */
export const listReleases: readonly Release[] = [
  {
    form: 'GATE',
    coordinates: ['AccessRead.subjects'],
    viewers: [],
    tells: {
      zh: '本机关的访问日志中有所读名单记录之主体的标识；凭该标识不得查看任何内容',
      en: 'the asker’s own access log holds the ids of the subjects of the entries it read; by them nothing can be seen',
    },
    why: { zh: '名单的读取须可按主体查证', en: 'reads of the lists must be traceable by subject' },
    rows: ['B-38'],
    clauses: ['YZ-3.5c', 'YZ-3.5b'],
  },
  {
    form: 'EVENT',
    coordinates: [
      'CreditListChange.kind', 'CreditListChange.entryNo', 'CreditListChange.leftAs', 'CreditListChange.number', 'CreditListChange.cursor',
      'Subscription.creditListChanged',
    ],
    viewers: [],
    tells: {
      zh: '一条曾经可见的名单记录移出（LEFT），只及其编号，及移出是因修复、期满还是撤销；不及变更后的内容',
      en: 'that an entry which was visible left, by its number alone, and whether it was repaired, expired or revoked; not what it says now',
    },
    why: {
      zh: '实施惩戒或激励的机关须随即停止共享、使用并解除措施（终止公示、停止共享、解除惩戒同时生效）',
      en: 'who imposed a measure has to stop sharing and using the entry and to lift the measure at once',
    },
    rows: ['B-38'],
    clauses: ['YZ-3.5e', 'A-49'],
  },
];
