import { bulkPageLimit, pageLimit } from '../access/viewer.js';

/** A limit as people read it: what it is, how much, in what unit, and why there is one. */
export interface Limit {
  readonly limit: number;
  /** “中文 · English”. */
  readonly unit: string;
  readonly reason: string;
}

/**
 * Every limit on what one request may hold, in one place. Both lanes, the streams and `explainAccess` obey the same
 * table; `viewer.quotas` and docs/limits.md show it. Those of a document are counted on the parsed text before it is
 * validated: graphql-js compares every pair of fields with one response key, so that 1,000 of them cost 75 ms and the
 * limits below 5 ms (measured, Node 20).
 */
export const limits = {
  pageSize: {
    limit: pageLimit,
    unit: '条 · records per page',
    reason: `每页有界，翻页取全；令牌带 bulk 范围时为 ${bulkPageLimit} · A page is bounded, the rest comes with its cursor; ${bulkPageLimit} for a token with the scope bulk.`,
  },
  nestedList: {
    limit: 20,
    unit: '条 · entries per record',
    reason: '记录内的列表只给最早的若干条 · Lists within a record hold its oldest entries.',
  },
  requestBody: {
    limit: 2 * 1024 * 1024,
    unit: '字节 · bytes per request',
    reason: '过大的请求体不读取；一万条名称、代码与编号约 1.5 MiB · Larger bodies are not read; ten thousand entries to match, with name, code and reference, are about 1.5 MiB.',
  },
  documentLength: {
    limit: 50_000,
    unit: '字符 · characters per document',
    reason: '已知文档留在内存 · Known documents stay in memory.',
  },
  documentTokens: {
    limit: 5_000,
    unit: '词元 · tokens per document',
    reason: '过长的查询在解析时即拒绝 · Longer documents are refused while they are parsed.',
  },
  depth: {
    limit: 16,
    unit: '层 · levels of fields',
    reason: '片段展开后计；结构查询为 15 层 · Counted with fragments spread out; the introspection of a client has 15.',
  },
  recursion: {
    limit: 2,
    unit: '次 · of one field on one path',
    reason: '持有人的许可的持有人的许可……逐层倍增 · Permits of the holder of the permits of … multiply at every step.',
  },
  rootFields: {
    limit: 50,
    unit: '个 · root fields per operation',
    reason: '批量猜测编号须逐个计数；成批核对另有操作 · Each is a question of its own; many names are matched by an operation made for it.',
  },
  aliases: {
    limit: 100,
    unit: '个 · aliases per document',
    reason: '别名使一个字段重复任意次 · An alias repeats a field as often as one likes.',
  },
  fields: {
    limit: 1_000,
    unit: '个 · fields per document',
    reason: '校验与计划随字段数增长 · Validation and planning grow with them.',
  },
  spreadFields: {
    limit: 5_000,
    unit: '个 · fields with fragments spread out',
    reason: '片段套片段可成指数增长 · Fragments within fragments grow exponentially.',
  },
  repeats: {
    limit: 30,
    unit: '次 · of one response key in one selection',
    reason: '校验逐对比较同名字段 · Validation compares every pair of them.',
  },
  fragments: {
    limit: 50,
    unit: '个 · fragments per document',
    reason: '校验逐对比较片段 · Validation compares every pair of them.',
  },
  directives: {
    limit: 100,
    unit: '个 · directives per document',
    reason: '逐个校验 · Each is validated.',
  },
  valueDepth: {
    limit: 16,
    unit: '层 · levels of lists and objects in a value',
    reason: '筛选条件与变量的嵌套 · Nested conditions and variables.',
  },
  listLength: {
    limit: 10_000,
    unit: '项 · entries of a list in a value',
    reason: '一次核对的名称数 · As many names as are matched at once.',
  },
  textLength: {
    limit: 50_000,
    unit: '字符 · characters of a text in a value',
    reason: '与查询文本同长：explainAccess 的参数即查询文本 · As long as a document, for explainAccess takes one.',
  },
  validationErrors: {
    limit: 10,
    unit: '条 · validation errors in an answer',
    reason: '其余错误改正后再报 · The rest is told once these are mended.',
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof limits;
