import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../measures/date-time.js';
import { connectionOf, edgeOf } from '../../planner/connection.js';
import { outcomes } from './access-record.js';
import { Agency } from '../agency.js';

/** Outcomes as the schema names them. */
export const AccessOutcome = Object.fromEntries(outcomes.map((outcome) => [outcome, outcome]));

registerEnumType(AccessOutcome, {
  name: 'AccessOutcome',
  description: '答复结果 · How an answer came out.',
  valuesConfig: {
    ANSWERED: { description: '全部答复 · Everything asked for was answered.' },
    PARTLY_DENIED: { description: '部分不共享 · The boundary withheld part of it.' },
    DENIED: { description: '均不共享 · The boundary withheld all of it.' },
    REFUSED: { description: '请求不成立 · Refused: not understood, or not allowed as asked.' },
    FAILED: { description: '枢纽故障 · A fault of the hub.' },
    STREAM: { description: '订阅推送 · A frame of a subscription.' },
  },
});

@ObjectType({ description: '一次读取的留痕，不含任何数据值 · One answer in the evidence; it holds no value of the answer.' })
export class AccessRead {
  @Field(() => DateTime, { description: '记录时刻 · When it was recorded, before the answer left.' })
  recordedAt!: Date;

  @Field(() => DateTime, { description: '收到时刻 · When the request came.' })
  receivedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: '执行开始时刻 · When its statements were sent; null where none was.' })
  startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: '执行完成时刻 · When the rows were back; null where none was asked for.' })
  executedAt!: Date | null;

  @Field(() => Agency, { nullable: true, description: '查询机关 · The agency that read.' })
  agency!: Agency | null;

  @Field(() => String, { description: '账号 · The account, as its identity provider names it.' })
  account!: string;

  @Field(() => String, { nullable: true, description: '角色 · The role it acted in; null for its agency.' })
  role!: string | null;

  @Field(() => String, { nullable: true, description: '声明的用途 · The purpose it declared.' })
  purpose!: string | null;

  @Field(() => String, { nullable: true, description: '案件编号 · The number of the case it declared.' })
  caseNo!: string | null;

  @Field(() => String, { nullable: true, description: '查询文本的 SHA-256 · SHA-256 of the document; null where there was none to read.' })
  documentHash!: string | null;

  @Field(() => String, { nullable: true, description: '操作名 · Name of the operation.' })
  operation!: string | null;

  @Field(() => String, { nullable: true, description: '计划摘要 · Digest of the plan; it names what the operation may touch.' })
  plan!: string | null;

  @Field(() => [String], { description: '涉及的字段 · Coordinates the plan touches, for example Permit.status.' })
  coordinates!: string[];

  @Field(() => AccessOutcome, { nullable: true, description: '结果；旧式条目为空 · Outcome; null in entries of the old form.' })
  outcome!: string | null;

  @Field(() => Int, { description: 'HTTP 状态 · HTTP status.' })
  status!: number;

  @Field(() => Int, { description: '记录数 · Records in the answer.' })
  records!: number;

  @Field(() => [ID], { description: '所涉主体 · Subjects of those records, where the reader was shown whose they are.' })
  subjects!: string[];

  @Field(() => String, { description: '答复正文的带密钥摘要 · Keyed digest of the exact body; the key is outside the database.' })
  resultDigest!: string;

  @Field(() => String, { description: '边界版本 · Version of the sharing boundary.' })
  boundary!: string;

  @Field(() => String, {
    nullable: true,
    description: '留痕条目：链及位置，仅审计可见 · The entry it is read from, as chain:position; for those who see all reads.',
  })
  entry!: string | null;
}

@ObjectType({ description: '读取及游标 · A read with its cursor.' })
export class AccessReadEdge extends edgeOf(AccessRead) {}

@ObjectType({ description: '访问日志的一页 · A page of the access log.' })
export class AccessLogConnection extends connectionOf(AccessRead, AccessReadEdge) {}

@InputType({ description: '访问日志筛选条件，各条件同时成立 · Filters on the access log, all of which must hold.' })
export class AccessLogFilter {
  @Field(() => ID, { nullable: true, description: '主体的全局编号：谁查看过它 · Node id of a Subject: who looked at it.' })
  subject?: string | null;

  @Field(() => String, { nullable: true, description: '机关代码 · Code of the agency that read.' })
  agency?: string | null;

  @Field(() => String, { nullable: true, description: '账号 · Account that read.' })
  account?: string | null;

  @Field(() => String, { nullable: true, description: '用途 · Declared purpose.' })
  purpose?: string | null;

  @Field(() => String, { nullable: true, description: '案件编号 · Declared case number.' })
  caseNo?: string | null;

  @Field(() => DateTime, { nullable: true, description: '自此时刻起 · Recorded at this instant or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: '至此时刻前 · Recorded before this instant.' })
  to?: Date | null;

  @Field(() => AccessOutcome, { nullable: true, description: '结果 · Outcome.' })
  outcome?: string | null;

  @Field(() => String, { nullable: true, description: '涉及的字段 · A coordinate the read touched, for example Permit.remarks.' })
  coordinate?: string | null;
}
