import type { Release } from '../boundary/release.js';

/** What is said on purpose of permits the asker may not see. */
export const permitReleases: readonly Release[] = [
  {
    form: 'AGGREGATE',
    coordinates: ['Query.publishedStatistics', 'PublishedStatistics.cells', 'PublishedStatistics.hasMore', 'PublishedCell.holders', 'PublishedCell.count', 'PublishedCell.actions'],
    viewers: ['ANALYST'],
    tells: {
      zh: '特殊工时许可、集体合同审查的全市单位数、件数、办理次数，按事项、状态、结果、年份；截至上月末，每月一次，修约至 3 的倍数，不足三家单位者与足以推知者不列；不及任何一行、任何一家',
      en: 'numbers of enterprises, permits and actions over special working hours and collective contracts of the whole city, by item, state, outcome and year; as of the end of last month, once a month, rounded to multiples of 3, without cells of fewer than three enterprises and those that would give them away; no row and no enterprise',
    },
    why: { zh: '统计分析只需合计', en: 'analysis needs totals alone' },
    rows: ['B-11'],
    clauses: ['XT-5.3.2a', 'YZ-2.9.2c'],
  },
  {
    form: 'GATE',
    coordinates: ['Query.permitDuplicate', 'PermitDuplicate.exists', 'PermitDuplicate.organ', 'PermitDuplicate.number', 'AccessRead.subjects'],
    viewers: ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'],
    tells: {
      zh: '所指主体、所指事项是否已有有效许可，及最近一件的决定机关与文号；外国人来华工作许可除外；本机关的访问日志中另有该主体的标识，凭该标识不得查看任何内容，别无其他',
      en: 'whether the named holder has a valid permit of the named item, and organ and number of the newest; never of foreigners’ permits; the asker’s own access log holds that holder’s id, by which nothing can be seen; nothing else',
    },
    why: {
      zh: '审批机关办理中的案件须查明是否重复许可；案件编号记入访问日志',
      en: 'who handles an application has to know of a permit that exists already; the case number goes into the access log',
    },
    rows: ['B-01', 'B-16'],
    clauses: ['XT-3.1b', 'XT-5.2.2a'],
  },
  {
    form: 'EVENT',
    coordinates: ['PermitChange.kind', 'PermitChange.documentNo', 'PermitChange.number', 'PermitChange.cursor', 'Subscription.permitChanged'],
    viewers: [],
    tells: {
      zh: '一件曾经可见的许可离开了可见范围（LEFT），只及其文书号；不及原因、去向与变更后的内容',
      en: 'that a permit which was visible is so no longer (LEFT), by its document number alone; not why, where it went or what it says now',
    },
    why: {
      zh: '订阅方须停用不再向其共享的记录；移出与删除表现相同',
      en: 'a subscriber has to stop using what is no longer shared with it; moving out and deletion look alike',
    },
    rows: ['B-02', 'B-06'],
    clauses: ['XT-5.1.2c', 'XT-5.2.2a'],
  },
];
