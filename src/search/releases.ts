import type { Release } from '../boundary/release.js';

/** What matching says on purpose beyond the fields of the subjects it answers with. */
export const searchReleases: readonly Release[] = [
  {
    form: 'GATE',
    coordinates: ['Query.matchSubjects', 'SubjectMatch.status', 'SubjectMatch.reason', 'SubjectMatch.candidates', 'SubjectMatch.more'],
    viewers: [],
    tells: {
      zh: '调用方所举的组织机构代码、注册号或被合并主体的代码，是否属于其可见的主体；不列出任何未举的代码，不及不可见的主体',
      en: 'whether an organisation code, a registration number or the code of a merged subject, which the caller names, belongs to a subject it sees; no code it did not name, and nothing of a subject it does not see',
    },
    why: {
      zh: '各机关按旧代码登记的名单须能与共享的许可对应（A-60）',
      en: 'lists kept by older codes have to find the shared permits of the same subject (A-60)',
    },
    rows: ['B-04', 'B-06'],
    clauses: ['XT-5.2.2a', 'A-60'],
  },
];
