import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { VariablesObject } from '../explain/operations.js';
import { DateTime } from '../measures/date-time.js';
import { connectionOf, edgeOf } from '../planner/connection.js';
import { deliveryStates, webhookStates } from './webhook.js';

const WebhookStateCode = Object.fromEntries(webhookStates.map((state) => [state, state]));

registerEnumType(WebhookStateCode, {
  name: 'WebhookState',
  description: '回调状态 · State of a webhook.',
  valuesConfig: {
    PENDING: { description: '待质询 · Its receiver has not answered a challenge yet; nothing is sent.' },
    ACTIVE: { description: '投递中 · Changes are sent.' },
    PAUSED: { description: '本机关已暂停，位置保留 · Paused by its agency; it keeps its place.' },
    SUSPENDED: { description: '枢纽已中止，位置保留 · Suspended by the hub; it keeps its place.' },
  },
});

export const DeliveryStateCode = Object.fromEntries(deliveryStates.map((state) => [state, state]));

registerEnumType(DeliveryStateCode, {
  name: 'WebhookDeliveryState',
  description: '投递状态 · What became of a message.',
  valuesConfig: {
    FAILING: { description: '未送达，将重试 · Not taken yet; tried again.' },
    DELIVERED: { description: '已送达 · The receiver answered with 2xx.' },
    DEAD: { description: '死信，可重投 · Given up; may be sent again.' },
    QUEUED: { description: '死信，等待重投 · A dead letter that is to be sent again.' },
  },
});

@InputType({ description: '登记回调 · A webhook to register.' })
export class WebhookInput {
  @Field(() => String, { description: '接收地址；主机与端口须经枢纽管理员批准 · Address to post to; host and port need the approval of an administrator of the hub.' })
  url!: string;

  @Field(() => String, { description: '订阅文本：一个订阅，不带 after · A document with one subscription, without after.' })
  query!: string;

  @Field(() => String, { nullable: true, description: '文档含多个操作时的名称 · Which operation, where the document has several.' })
  operationName?: string | null;

  @Field(() => VariablesObject, { nullable: true, description: '变量，加密保存 · Its variables; stored sealed.' })
  variables?: Readonly<Record<string, unknown>> | null;

  @Field(() => String, { description: '名称，1 至 80 字 · A name of 1 to 80 characters.' })
  label!: string;
}

@ObjectType({ description: '签名密钥的编号，密钥本身只在生成时给出 · Id of a signing key; the secret itself is told when it is made alone.' })
export class WebhookKey {
  @Field(() => ID, { description: '密钥编号 · Id, as in the header concordat-key-ids.' })
  id!: string;

  @Field(() => DateTime, { nullable: true, description: '停用时间；当前密钥为空 · When it stops to sign; null for the present key.' })
  until!: Date | null;
}

@ObjectType({ description: '新的签名密钥，只给出这一次 · A new signing key, told this once.' })
export class NewWebhookKey {
  @Field(() => ID, { description: '密钥编号 · Id, as in the header concordat-key-ids.' })
  id!: string;

  @Field(() => String, { description: '密钥（whsec_ 加 base64） · The secret, whsec_ and base64.' })
  secret!: string;
}

@ObjectType({ description: '中止的原因 · Why the hub suspended a webhook.' })
export class WebhookSuspension {
  @Field(() => String, { description: '代码 · Stable code.' })
  code!: string;

  @Field(() => String, { description: '原因 · What happened.' })
  message!: string;

  @Field(() => String, { description: '下一步 · What to do.' })
  nextStep!: string;
}

@ObjectType('Webhook', { description: '变更回调 · A webhook: changes are posted to an address of the agency.' })
export class WebhookType {
  @Field(() => ID, { description: '编号 · Id.' })
  id!: string;

  @Field(() => String, { description: '名称 · Name.' })
  label!: string;

  @Field(() => String, { description: '接收地址 · Address.' })
  url!: string;

  @Field(() => String, { description: '订阅文本 · Its document.' })
  query!: string;

  @Field(() => WebhookStateCode, { description: '状态 · State.' })
  state!: (typeof webhookStates)[number];

  @Field(() => WebhookSuspension, { nullable: true, description: '中止的原因 · Why it is suspended.' })
  suspension!: WebhookSuspension | null;

  @Field(() => [WebhookKey], { description: '正在签名的密钥 · Keys that sign.' })
  keys!: WebhookKey[];

  @Field(() => String, { nullable: true, description: '当前位置的游标，可用于订阅与重放 · Cursor of its place; streams and replays go on from it.' })
  cursor!: string | null;

  @Field(() => Float, { nullable: true, description: '最后一条消息的序号 · Number of its last message.' })
  number!: number | null;

  @Field(() => Int, { description: '当前消息已失败次数 · Failures of the message under way.' })
  attempts!: number;

  @Field(() => DateTime, { nullable: true, description: '何时起失败 · Since when it fails.' })
  failingSince!: Date | null;

  @Field(() => DateTime, { nullable: true, description: '下次尝试时间 · When it is tried again.' })
  nextAttemptAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: '最近送达时间 · When a message was taken last.' })
  deliveredAt!: Date | null;

  @Field(() => Int, { description: '死信件数 · Dead letters.' })
  deadLetters!: number;

  @Field(() => String, { description: '登记账户 · Account that registered it.' })
  registeredBy!: string;

  @Field(() => DateTime, { description: '登记时间 · When it was registered.' })
  registeredAt!: Date;
}

@ObjectType({ description: '登记结果，密钥只给出这一次 · A registered webhook with its key, whose secret is told this once.' })
export class WebhookRegistration {
  @Field(() => WebhookType, { description: '回调 · The webhook.' })
  webhook!: WebhookType;

  @Field(() => NewWebhookKey, { description: '签名密钥 · Its signing key.' })
  key!: NewWebhookKey;
}

@ObjectType({ description: '一条消息的投递情况 · How one message went.' })
export class WebhookDelivery {
  @Field(() => ID, { description: '回调编号 · Id of the webhook.' })
  webhook!: string;

  @Field(() => Float, { description: '送达序号 · Number of the message.' })
  number!: number;

  @Field(() => DeliveryStateCode, { description: '状态 · State.' })
  state!: (typeof deliveryStates)[number];

  @Field(() => Int, { description: '尝试次数 · Attempts.' })
  attempts!: number;

  @Field(() => DateTime, { description: '首次尝试 · First attempt.' })
  firstAt!: Date;

  @Field(() => DateTime, { description: '最近一次尝试 · Last attempt.' })
  lastAt!: Date;

  @Field(() => Int, { nullable: true, description: '最近答复的 HTTP 状态 · HTTP status of the last answer.' })
  status!: number | null;

  @Field(() => String, { nullable: true, description: '没有答复的原因 · Why there was no answer.' })
  fault!: string | null;
}

@ObjectType({ description: '一项变更向本机关各回调的投递：七路中送达七路 · One change and its way to the webhooks of the agency: delivered to 7 of 7.' })
export class WebhookEvent {
  @Field(() => ID, { description: '事件编号，即报文头 webhook-id · Id of the event, as in the header webhook-id.' })
  id!: string;

  @Field(() => Int, { description: '已送达的回调数 · Webhooks that took it.' })
  deliveredTo!: number;

  @Field(() => Int, { description: '应送达的回调数，尚未轮到者计入 · Webhooks it is for; those that are not there yet count.' })
  of!: number;

  @Field(() => [WebhookDelivery], { description: '各回调的投递 · Its messages.' })
  deliveries!: WebhookDelivery[];
}

@ObjectType({ description: '事件及游标 · An event with its cursor.' })
export class WebhookEventEdge extends edgeOf(WebhookEvent) {}

@ObjectType({ description: '事件的一页，自新至旧 · A page of events, newest first.' })
export class WebhookEventConnection extends connectionOf(WebhookEvent, WebhookEventEdge) {}

@ObjectType({ description: '已批准的接收主机 · A host that was approved for the agency.' })
export class WebhookTarget {
  @Field(() => String, { description: '主机 · Host.' })
  host!: string;

  @Field(() => Int, { description: '端口 · Port.' })
  port!: number;

  @Field(() => [String], { description: '其地址须在这些网段内 · Ranges its addresses lie in.' })
  ranges!: string[];

  @Field(() => Boolean, { description: '是否允许不加密的 http · Whether plain http will do.' })
  plainHttp!: boolean;

  @Field(() => DateTime, { description: '批准时间 · When it was approved.' })
  approvedAt!: Date;
}
