import { bulkPageLimit, type Viewer } from '../access/viewer.js';
import type { Quota } from '../explain/viewer-rights.js';
import { largestDocumentTokens } from '../planner/planner.js';
import { largestNestedList } from '../planner/read.js';
import { statementTimeoutMs } from '../planner/reader-session.js';
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
      reason: '慢查询会耽误同一连接上的其他查询 · A slow statement delays all behind it on its connection.',
    },
  ];
}
