import { Field, Float, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { VariablesObject } from '../explain/operations.js';
import { DateTime } from '../measures/date-time.js';
import { connectionOf, edgeOf } from '../planner/connection.js';
import { exportFormats, exportStates } from './export-job.js';

export const ExportFormatCode = Object.fromEntries(exportFormats.map((format) => [format, format]));

registerEnumType(ExportFormatCode, {
  name: 'ExportFormat',
  description: '导出文件格式 · Format of an export file.',
  valuesConfig: {
    NDJSON: { description: '每行一个 JSON 对象 · One JSON object a line, as an answer shows it.' },
    CSV: { description: 'CSV（RFC 4180，UTF-8 带 BOM） · Comma-separated values; columns are dotted paths of the selection.' },
  },
});

const ExportStateCode = Object.fromEntries(exportStates.map((state) => [state, state]));

registerEnumType(ExportStateCode, {
  name: 'ExportState',
  description: '导出任务状态 · State of an export job.',
  valuesConfig: {
    QUEUED: { description: '排队 · Waits for a hub.' },
    RUNNING: { description: '进行中 · Being written.' },
    READY: { description: '可下载 · Complete; may be fetched until it expires.' },
    FAILED: { description: '失败，已写部分已删除 · Ended without a file; error says why.' },
    CANCELLED: { description: '已取消 · Cancelled; what was written is deleted.' },
    EXPIRED: { description: '已过期，文件已删除 · Its time is over; the file is deleted.' },
  },
});

@InputType({ description: '导出请求 · What is exported.' })
export class ExportInput {
  @Field(() => String, {
    description: '查询文本：仅含一个列表字段，只选 nodes，不带分页参数 · A query of one connection that selects nodes alone, without page arguments.',
  })
  query!: string;

  @Field(() => String, { nullable: true, description: '文档含多个操作时的名称 · Which operation, where the document has several.' })
  operationName?: string | null;

  @Field(() => VariablesObject, { nullable: true, description: '变量 · Its variables.' })
  variables?: Readonly<Record<string, unknown>> | null;

  @Field(() => ExportFormatCode, { description: '格式 · Format.' })
  format!: (typeof exportFormats)[number];

  @Field(() => String, { description: '幂等键：同键重发即同一任务 · The same key again is the same job; 1 to 128 visible ASCII characters.' })
  idempotencyKey!: string;
}

@ObjectType({ description: '导出失败的原因 · Why an export ended without a file.' })
export class ExportError {
  @Field(() => String, { description: '代码 · Stable code.' })
  code!: string;

  @Field(() => String, { description: '原因 · What happened.' })
  message!: string;

  @Field(() => String, { description: '下一步 · What to do.' })
  nextStep!: string;
}

@ObjectType('ExportJob', { description: '批量导出任务 · A bulk export as an asynchronous job.' })
export class ExportJobType {
  @Field(() => ID, { description: '任务编号 · Id of the job.' })
  id!: string;

  @Field(() => ExportStateCode, { description: '状态 · State.' })
  state!: (typeof exportStates)[number];

  @Field(() => ExportFormatCode, { description: '格式 · Format.' })
  format!: (typeof exportFormats)[number];

  @Field(() => String, { description: '提出请求的账户 · Account that asked.' })
  account!: string;

  @Field(() => String, { nullable: true, description: '声明的用途 · Declared purpose.' })
  purpose!: string | null;

  @Field(() => String, { nullable: true, description: '案号 · Case number.' })
  caseNo!: string | null;

  @Field(() => DateTime, { description: '请求时间 · When it was requested.' })
  requestedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: '开始时间 · When it was first taken up.' })
  startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: '结束时间 · When it ended.' })
  finishedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: '文件保留至 · Until when the file is kept.' })
  expiresAt!: Date | null;

  @Field(() => Float, { description: '已写记录数 · Records written so far.' })
  records!: number;

  @Field(() => Float, { nullable: true, description: '预计记录数，未知为空 · Records it will have, as counted at its start; null where nothing counts them.' })
  expected!: number | null;

  @Field(() => Float, { description: '文件长度（字节） · Length of the file so far, in bytes.' })
  bytes!: number;

  @Field(() => String, { nullable: true, description: '文件的 SHA-256（十六进制） · SHA-256 of the file, hexadecimal; null until it is READY.' })
  digest!: string | null;

  @Field(() => String, { nullable: true, description: '文件地址，以令牌获取 · Path of the file on this hub, fetched with a token; null until it is READY.' })
  data!: string | null;

  @Field(() => String, { nullable: true, description: '清单地址 · Path of its manifest.' })
  manifest!: string | null;

  @Field(() => String, {
    nullable: true,
    description: '读取之初的变更游标，自此续取变更而无遗漏 · Sealed feed cursor from before its first page: changes behind it go on where the file ends; null until it runs.',
  })
  position!: string | null;

  @Field(() => ExportError, { nullable: true, description: '失败原因 · Why it failed.' })
  error!: ExportError | null;
}

@ObjectType({ description: '导出任务及游标 · An export job with its cursor.' })
export class ExportJobEdge extends edgeOf(ExportJobType) {}

@ObjectType({ description: '导出任务的一页，自新至旧 · A page of export jobs, newest first.' })
export class ExportJobConnection extends connectionOf(ExportJobType, ExportJobEdge) {}
