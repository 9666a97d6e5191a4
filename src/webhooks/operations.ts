import { GraphQLError } from 'graphql';
import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Seal } from '../access/keys.js';
import type { Viewer } from '../access/viewer.js';
import type { OperationBoundary } from '../boundary/declaration.js';
import { PageArguments } from '../planner/connection.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { pageOf } from '../planner/page.js';
import type { DeliveredEvent } from './delivery-list.js';
import type { deliveryStates, Suspension } from './webhook.js';
import { webhookDesk, type ShownWebhook } from './webhook-desk.js';
import {
  DeliveryStateCode, NewWebhookKey, WebhookEventConnection, WebhookInput, WebhookRegistration, WebhookTarget, WebhookType, type WebhookEvent,
  type WebhookSuspension,
} from './webhook-types.js';

/** Seals the cursors of the list of events. */
export const webhookSeal = new ServiceKey<Pick<Seal, 'close' | 'open'>>('webhook cursors');

/** Webhooks are managed by the administrators of an agency; what is sent is judged by the agency's own boundary. */
export const webhookBoundaries: readonly OperationBoundary[] = [
  ['Query', 'webhook', 'webhooks', 'webhookEvents', 'webhookTargets'],
  [
    'Mutation', 'registerWebhook', 'verifyWebhook', 'pauseWebhook', 'resumeWebhook', 'removeWebhook', 'rotateWebhookKey', 'replayWebhook', 'redeliverWebhook',
  ],
  [
    'Webhook', 'id', 'label', 'url', 'query', 'state', 'suspension', 'keys', 'cursor', 'number', 'attempts', 'failingSince', 'nextAttemptAt', 'deliveredAt',
    'deadLetters', 'registeredBy', 'registeredAt',
  ],
  ['WebhookSuspension', 'code', 'message', 'nextStep'],
  ['WebhookKey', 'id', 'until'],
  ['NewWebhookKey', 'id', 'secret'],
  ['WebhookRegistration', 'webhook', 'key'],
  ['WebhookEventConnection', 'nodes', 'edges', 'pageInfo'],
  ['WebhookEventEdge', 'cursor', 'node'],
  ['WebhookEvent', 'id', 'deliveredTo', 'of', 'deliveries'],
  ['WebhookDelivery', 'webhook', 'number', 'state', 'attempts', 'firstAt', 'lastAt', 'status', 'fault'],
  ['WebhookTarget', 'host', 'port', 'ranges', 'plainHttp', 'approvedAt'],
].map(([type = '', ...fields]) => ({
  form: 'operation',
  type,
  fields,
  viewers: ['PERMISSION_ADMIN'],
  zh: '机关的系统管理员管理本机关的回调；投递内容按该机关自身的数据边界判定',
  en: 'the administrator of an agency manages its webhooks; what is sent is judged by the boundary of the agency itself',
  rows: [],
  clauses: ['XT-4.5.1b', 'XT-5.2.2a', 'A-15'],
}));

const anId = { description: '回调编号 · Id of the webhook.' };

@Resolver()
export class WebhookOperations {
  @Mutation(() => WebhookRegistration, {
    nullable: true,
    description: '登记回调；接收方应答质询后才投递 · Registers a webhook; nothing is sent before its receiver has answered a challenge.',
  })
  async registerWebhook(
    @Arg('input', () => WebhookInput, { description: '回调 · The webhook.' }) input: WebhookInput,
    @Ctx() context: OperationContext,
  ): Promise<WebhookRegistration | null> {
    const { url, query, operationName = null, variables, label } = input;
    if (!/^[^\p{C}]{1,80}$/u.test(label)) {
      throw new GraphQLError('label 须为 1 至 80 字，不含控制字符 · label has 1 to 80 characters and no control character.', {
        extensions: { code: 'BAD_USER_INPUT', nextStep: 'input.label' },
      });
    }
    const { id, key } = await context.services.get(webhookDesk).register(context.viewer, { url, query, operationName, variables: variables ?? {}, label });
    const webhook = await found(id, context);
    return webhook && { webhook, key: { id: key.id, secret: key.secret } };
  }

  @Mutation(() => WebhookType, { nullable: true, description: '发送质询；应答正确则开始投递 · Sends the challenge; where it is answered, deliveries begin.' })
  async verifyWebhook(@Arg('id', () => ID, anId) id: string, @Ctx() context: OperationContext): Promise<WebhookType | null> {
    return (await context.services.get(webhookDesk).verify(context.viewer, id)) ? found(id, context) : null;
  }

  @Mutation(() => WebhookType, { nullable: true, description: '暂停投递，位置保留 · Pauses deliveries; the place is kept.' })
  async pauseWebhook(@Arg('id', () => ID, anId) id: string, @Ctx() context: OperationContext): Promise<WebhookType | null> {
    return (await context.services.get(webhookDesk).pause(context.viewer, id)) ? found(id, context) : null;
  }

  @Mutation(() => WebhookType, { nullable: true, description: '从原位置恢复投递 · Goes on from the place it was paused or suspended at.' })
  async resumeWebhook(@Arg('id', () => ID, anId) id: string, @Ctx() context: OperationContext): Promise<WebhookType | null> {
    return (await context.services.get(webhookDesk).resume(context.viewer, id)) ? found(id, context) : null;
  }

  @Mutation(() => Boolean, { nullable: true, description: '删除回调及其投递记录，留痕不受影响 · Deletes a webhook and the list of its messages; the evidence stays.' })
  removeWebhook(@Arg('id', () => ID, anId) id: string, @Ctx() { viewer, services }: OperationContext): Promise<boolean> {
    return services.get(webhookDesk).remove(viewer, id);
  }

  @Mutation(() => NewWebhookKey, { nullable: true, description: '更换签名密钥；重叠期内新旧密钥同时签名 · Makes a new signing key; the old one signs beside it while they overlap.' })
  async rotateWebhookKey(
    @Arg('id', () => ID, anId) id: string,
    @Arg('overlapHours', () => Int, { defaultValue: 24, description: '重叠小时数，0 为立即停用旧密钥 · Hours of overlap, 0 to 168; with 0 the old key stops at once.' }) overlapHours: number,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<NewWebhookKey | null> {
    const key = await services.get(webhookDesk).rotate(viewer, id, overlapHours);
    return key && { id: key.id, secret: key.secret };
  }

  @Mutation(() => WebhookType, { nullable: true, description: '自某游标起重新投递；事件编号不变 · Sends again from a cursor on; ids of events stay the same.' })
  async replayWebhook(
    @Arg('id', () => ID, anId) id: string,
    @Arg('after', () => String, { nullable: true, description: '游标；不填则跳到当前 · Cursor of a message, stream or export; without it everything up to now is skipped.' }) after: string | null | undefined,
    @Ctx() context: OperationContext,
  ): Promise<WebhookType | null> {
    return (await context.services.get(webhookDesk).replay(context.viewer, id, after ?? null)) ? found(id, context) : null;
  }

  @Mutation(() => Int, { nullable: true, description: '重投死信，返回件数 · Has dead letters sent again; how many.' })
  redeliverWebhook(
    @Arg('id', () => ID, anId) id: string,
    @Arg('event', () => ID, { nullable: true, description: '事件编号；不填为全部死信 · Id of the event; all dead letters without it.' }) event: string | null | undefined,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<number | null> {
    return services.get(webhookDesk).redeliver(viewer, id, event ?? null);
  }

  @Query(() => WebhookType, { nullable: true, description: '本机关的一个回调 · A webhook of the own agency.' })
  webhook(@Arg('id', () => ID, anId) id: string, @Ctx() context: OperationContext): Promise<WebhookType | null> {
    return found(id, context);
  }

  @Query(() => [WebhookType], { nullable: true, description: '本机关的回调，至多二十个 · The webhooks of the own agency, at most 20.' })
  async webhooks(@Ctx() { viewer, services }: OperationContext): Promise<WebhookType[]> {
    const now = new Date();
    return (await services.get(webhookDesk).list(viewer)).map((one) => shown(one, now));
  }

  @Query(() => [WebhookTarget], { nullable: true, description: '已批准给本机关的接收主机 · Hosts that were approved for the own agency.' })
  async webhookTargets(@Ctx() { viewer, services }: OperationContext): Promise<WebhookTarget[]> {
    const targets = await services.get(webhookDesk).targets(viewer);
    return targets.map(({ host, port, ranges, plainHttp, approvedAt }) => ({ host, port, ranges: [...ranges], plainHttp, approvedAt }));
  }

  @Query(() => WebhookEventConnection, { nullable: true, description: '各项变更的投递情况，自新至旧 · Changes and how they were delivered, newest first.' })
  async webhookEvents(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('webhook', () => ID, { nullable: true, description: '仅此回调的 · Of this webhook alone.' }) webhook: string | null | undefined,
    @Arg('state', () => DeliveryStateCode, { nullable: true, description: '仅此状态的 · Of messages in this state alone.' }) state: (typeof deliveryStates)[number] | null | undefined,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<WebhookEventConnection> {
    const seal = services.get(webhookSeal);
    const { size, backward } = pageOf(page.first, page.last, viewer.pageLimit);
    const [after, before] = [page.after, page.before].map((cursor) => (typeof cursor === 'string' ? placeOf(cursor, viewer, seal) : null));
    // A page runs from one cursor on: `after` goes with `first`, `before` with `last`.
    if (backward ? after : before) throw badCursor();
    const at = (backward ? before : after) ?? null;
    const events = [...(await services.get(webhookDesk).events(viewer, { webhook: webhook ?? null, state: state ?? null, size: size + 1, backward, at }))];
    const more = events.length > size;
    const kept = events.slice(0, size);
    if (backward) kept.reverse();
    const edges = kept.map((event) => ({ cursor: cursorOf(event, viewer, seal), node: eventShown(event) }));
    return {
      nodes: edges.map(({ node }) => node),
      edges,
      pageInfo: {
        hasNextPage: backward ? at !== null : more,
        hasPreviousPage: backward ? more : at !== null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}

async function found(id: string, { viewer, services }: OperationContext): Promise<WebhookType | null> {
  const one = await services.get(webhookDesk).find(viewer, id);
  return one && shown(one, new Date());
}

function shown({ hook, secrets, cursor, deadLetters }: ShownWebhook, now: Date): WebhookType {
  const date = (time: number | null): Date | null => (time === null ? null : new Date(time));
  const { id, label, state, suspension, attempts, account } = hook;
  return {
    id, label, state, attempts, cursor, deadLetters,
    url: secrets.url,
    query: secrets.query,
    suspension: suspension && { code: suspension, ...reasons[suspension] },
    keys: secrets.keys.filter(({ until }) => until === null || until > now.getTime()).map((key) => ({ id: key.id, until: date(key.until) })),
    number: hook.place?.number ?? null,
    failingSince: date(hook.failingSince),
    nextAttemptAt: date(hook.nextAttemptAt),
    deliveredAt: date(hook.deliveredAt),
    registeredBy: account,
    registeredAt: new Date(hook.registeredAt),
  };
}

function eventShown({ event, deliveredTo, of, deliveries }: DeliveredEvent): WebhookEvent {
  return {
    id: event, deliveredTo, of,
    deliveries: deliveries.map(({ webhook, number, state, attempts, firstAt, lastAt, status, fault }) => ({
      webhook, number, state, attempts, status, fault, firstAt: new Date(firstAt), lastAt: new Date(lastAt),
    })),
  };
}

const thenResume = '排除故障后 resumeWebhook · Mend it, then resumeWebhook.';
const thenReplay = '重新导出，再以其游标 replayWebhook · Export anew, then replayWebhook from its position.';

const reasons: Readonly<Record<Suspension, Omit<WebhookSuspension, 'code'>>> = {
  UNREACHABLE: { message: '三日未能送达 · The receiver took nothing for three days.', nextStep: thenResume },
  REFUSING: { message: '接收方接连拒绝多条消息 · The receiver refused several messages one behind the other.', nextStep: '修正接收方，resumeWebhook，再 redeliverWebhook · Mend the receiver, resumeWebhook, then redeliverWebhook.' },
  GONE: { message: '接收方答复 410 · The receiver answered 410.', nextStep: thenResume },
  TARGET_REFUSED: { message: '主机未获批准，或其地址不得投递 · The host is not approved, or its address may not be sent to.', nextStep: 'webhookTargets; hub webhooks approve; resumeWebhook' },
  AUTHORITY_CHANGED: { message: '机关已无权取得所订阅的内容 · The agency may no longer have what it subscribed to.', nextStep: '按现行边界重新登记 · Register again under the present boundary.' },
  CURSOR_EPOCH: { message: '变更日志已重建 · The change log has started a new epoch.', nextStep: thenReplay },
  CURSOR_TOO_OLD: { message: '其位置早于日志的保留期 · Its place is older than the log is kept.', nextStep: thenReplay },
};

function cursorOf({ position }: DeliveredEvent, viewer: Viewer, seal: Pick<Seal, 'close'>): string {
  return seal.close(String(position).padStart(20, '0'), contextOf(viewer), true);
}

function placeOf(cursor: string, viewer: Viewer, seal: Pick<Seal, 'open'>): bigint {
  const text = seal.open(cursor, contextOf(viewer));
  if (text === null) throw badCursor();
  return BigInt(text);
}

function badCursor(): GraphQLError {
  return new GraphQLError('游标无效或不属于本机关 · The cursor is not valid for this agency and connection.', {
    extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
  });
}

function contextOf({ agency, principal }: Viewer): string {
  return `webhook events ${agency} ${principal}`;
}
