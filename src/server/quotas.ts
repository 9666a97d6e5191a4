import type { Viewer } from '../access/viewer.js';
import type { Quota } from '../explain/viewer-rights.js';
import { limits } from '../limits/limits.js';
import type { LimitSettings } from '../limits/settings.js';
import { statementTimeoutMs } from '../planner/readers.js';

/** What a viewer is held to: the table of limits, what its agency may ask for, and the time of a statement. */
export function quotasFrom(settings: LimitSettings): (viewer: Viewer) => readonly Quota[] {
  return (viewer) => {
    const { operationCost, budget } = settings.of(viewer.agency);
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
        name: 'statementTime',
        limit: statementTimeoutMs,
        unit: '毫秒 · milliseconds per statement',
        reason: '慢查询会耽误同一连接上的其他查询 · A slow statement delays all behind it on its connection.',
      },
    ];
  };
}
