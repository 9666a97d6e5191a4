import { bulkPageLimit, type Viewer } from '../access/viewer.js';
import type { Quota } from '../explain/viewer-rights.js';
import { exclusiveLimits } from '../planner/exclusive-pool.js';
import { largestDocumentTokens } from '../planner/planner.js';
import { largestNestedList } from '../planner/read.js';
import { adHocTimeoutMs, statementTimeoutMs } from '../planner/reader-session.js';
import { largestBody } from './request.js';

/** The limits that exist today, each from where it is enforced. There is none on the number of requests or of records. */
export function quotasOf(viewer: Viewer): readonly Quota[] {
  return [
    {
      name: 'pageSize',
      limit: viewer.pageLimit,
      unit: '条 · records per page',
      reason: `每页有界，翻页取全；令牌带 bulk 范围时为 ${bulkPageLimit} · A page is bounded, the rest comes with its cursor; ${bulkPageLimit} for a token with the scope bulk.`,
    },
    {
      name: 'nestedList',
      limit: largestNestedList,
      unit: '条 · entries per record',
      reason: '记录内的列表只给最早的若干条 · Lists within a record hold its oldest entries.',
    },
    {
      name: 'documentTokens',
      limit: largestDocumentTokens,
      unit: '词元 · tokens per document',
      reason: '过长的查询在解析前拒绝 · Longer documents are refused before they cost anything.',
    },
    { name: 'requestBody', limit: largestBody, unit: '字节 · bytes per request', reason: '过大的请求体不读取 · Larger bodies are not read.' },
    {
      name: 'statementTime',
      limit: statementTimeoutMs,
      unit: '毫秒 · milliseconds per statement',
      reason: '慢查询会耽误同一连接上的其他查询;屡次慢的改为独占连接 · A slow statement delays all behind it on its connection; one that is often slow gets a connection of its own.',
    },
    {
      name: 'adHocStatementTime',
      limit: adHocTimeoutMs,
      unit: '毫秒 · milliseconds per ad-hoc statement',
      reason: '复杂查询独占连接;更大的用批量导出 · Ad-hoc reads have a connection of their own; larger ones are exports.',
    },
    {
      name: 'adHocAtOnce',
      limit: exclusiveLimits.perAgency,
      unit: '个 · ad-hoc reads of one agency at a time',
      reason: `全枢纽同时 ${exclusiveLimits.places} 个,使一个机关不能占满 · ${exclusiveLimits.places} in all, so that no agency holds them all.`,
    },
    {
      name: 'adHocQueue',
      limit: exclusiveLimits.waitingPerAgency,
      unit: '个 · waiting ad-hoc reads of one agency',
      reason: `全枢纽 ${exclusiveLimits.waiting} 个,各机关轮流 · ${exclusiveLimits.waiting} in all; agencies take turns.`,
    },
    {
      name: 'adHocQueueTime',
      limit: exclusiveLimits.waitMs,
      unit: '毫秒 · milliseconds of waiting',
      reason: '等不到即答复 QUEUE_TIMEOUT · Then the answer is QUEUE_TIMEOUT.',
    },
  ];
}
