import { either } from './words.js';

const words = {
  title: ['推送与互联互通状况', 'Feed and interconnection'],
  platforms: ['各平台的互联互通（YZ-3.3c）', 'Interconnection of the platforms (YZ-3.3c)'],
  others: ['其他机关的订阅', 'Other agencies that follow the feed'],
  none: ['尚无机关订阅。', 'Nobody follows the feed yet.'],
  agency: ['机关', 'Agency'],
  clauses: ['条款', 'Clauses'],
  recordTypes: ['可订阅的记录', 'May follow'],
  state: ['状态', 'State'],
  transport: ['方式', 'Transport'],
  consumers: ['在线 / 全部', 'Connected / all'],
  lag: ['滞后', 'Behind by'],
  lastSeen: ['最近读取', 'Last seen'],
  delivered: ['已交出', 'Handed out'],
  lastDelivered: ['最近交出', 'Last handed out'],
  acknowledged: ['最近签收', 'Last acknowledged'],
  asOf: ['查询时刻', 'As of'],
  lastChange: ['最近一次变更', 'Last change'],
  refresh: ['刷新', 'Refresh'],
  unreachable: ['无法连接枢纽。', 'The hub cannot be reached.'],
  NOT_ENTITLED: ['尚无可推送的记录', 'No records shared yet'],
  NEVER_SEEN: ['从未接入', 'Never connected'],
  CURRENT: ['正常', 'Current'],
  LAGGING: ['滞后', 'Lagging'],
  SILENT: ['失联', 'Silent'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type HealthWord = keyof typeof words;

/** A word of the page of feed health in the reader's language. */
export function tell(word: HealthWord): string {
  const [zh, en] = words[word];
  return either(zh, en);
}

/** A code of the hub in words; one the page does not know stays as it is. */
export function stateWords(state: string): string {
  return state === 'NOT_ENTITLED' || state === 'NEVER_SEEN' || state === 'CURRENT' || state === 'LAGGING' || state === 'SILENT' ? tell(state) : state;
}
