import type { Viewer } from '../access/viewer.js';
import type { Quota } from '../explain/viewer-rights.js';
import { limits } from '../limits/limits.js';
import type { LimitSettings } from '../limits/settings.js';
import { subscriptionsPerConnection } from '../limits/stream-quota.js';
import { exclusiveLimits } from '../planner/exclusive-pool.js';
import { adHocTimeoutMs, statementTimeoutMs } from '../planner/reader-session.js';

/** What a viewer is held to: the table of limits, what its agency may ask for, and what statements may take. */
export function quotasFrom(settings: LimitSettings): (viewer: Viewer) => readonly Quota[] {
  return (viewer) => {
    const { operationCost, budget, subscriptions, connections } = settings.of(viewer.agency);
    return [
      ...Object.entries(limits).map(([name, quota]) => ({ name, ...quota, ...(name === 'pageSize' ? { limit: viewer.pageLimit } : {}) })),
      {
        name: 'operationCost',
        limit: operationCost,
        unit: '个 · objects per operation',
        reason: '执行前按页长与声明的列表长度计 · Counted before anything runs, from page sizes and declared sizes.',
      },
      {
        name: 'objectsPerMinute',
        limit: budget.perMinute,
        unit: '个 · objects per minute and agency',
        reason: '按对象而非请求计，本机关全部令牌合计 · Objects count, not requests, over all tokens of the agency.',
      },
      {
        name: 'objectsAtOnce',
        limit: budget.burst,
        unit: '个 · objects per agency saved up',
        reason: '未用的额度可积存至此 · Unused objects are kept up to this number.',
      },
      {
        name: 'subscriptions',
        limit: subscriptions,
        unit: '个 · open streams per agency',
        reason: '每个推送占用内存与套接字，本机关全部令牌合计 · Each holds memory and a socket, over all tokens of the agency.',
      },
      {
        name: 'connections',
        limit: connections,
        unit: '个 · WebSocket connections per agency',
        reason: `一个连接可承载 ${subscriptionsPerConnection} 个推送 · One connection carries up to ${subscriptionsPerConnection} streams.`,
      },
      ...statementQuotas,
    ];
  };
}

/** What reads may take of the database. */
const statementQuotas: readonly Quota[] = [
  {
    name: 'statementTime',
    limit: statementTimeoutMs,
    unit: '毫秒 · milliseconds per statement',
    reason: '慢查询会耽误同一连接上的其他查询；屡次慢的改为独占连接 · A slow statement delays all behind it on its connection; one that is often slow gets a connection of its own.',
  },
  {
    name: 'adHocStatementTime',
    limit: adHocTimeoutMs,
    unit: '毫秒 · milliseconds per ad-hoc statement',
    reason: '复杂查询独占连接；更大的用批量导出 · Ad-hoc reads have a connection of their own; larger ones are exports.',
  },
  {
    name: 'adHocAtOnce',
    limit: exclusiveLimits.perAgency,
    unit: '个 · ad-hoc reads of one agency at a time',
    reason: `全枢纽同时 ${exclusiveLimits.places} 个，使一个机关不能占满 · ${exclusiveLimits.places} in all, so that no agency holds them all.`,
  },
  {
    name: 'adHocQueue',
    limit: exclusiveLimits.waitingPerAgency,
    unit: '个 · waiting ad-hoc reads of one agency',
    reason: `全枢纽 ${exclusiveLimits.waiting} 个，各机关轮流 · ${exclusiveLimits.waiting} in all; agencies take turns.`,
  },
  {
    name: 'adHocQueueTime',
    limit: exclusiveLimits.waitMs,
    unit: '毫秒 · milliseconds of waiting',
    reason: '等不到即答复 QUEUE_TIMEOUT · Then the answer is QUEUE_TIMEOUT.',
  },
];
