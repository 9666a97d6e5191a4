import { Ctx, Field, Float, ID, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { Agency, agencyOf } from '../access/agency.js';
import type { OperationBoundary } from '../boundary/declaration.js';
import type { Release } from '../boundary/release.js';
import { agencyOfCode } from '../measures/agencies.js';
import { DateTime } from '../measures/date-time.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { connectionStates, type ConnectionState, type FeedHealth, type Following } from './feed-health.js';

/** Reads how the feed stands; the hub sets it with its database, clock and boundary. */
export const feedHealthReader = new ServiceKey<() => Promise<FeedHealth>>('feed health');

/** The bureau that must bring the interconnection about, the auditor of shares, and who operates the hub (YZ-3.3c, B-56). */
export const feedHealthViewers = ['MUNI_HRSS', 'AUDITOR', 'HUB'] as const;

const words = {
  zh: '市局（推动互联互通）、审计人员与枢纽管理员可知各平台、各机关的订阅、滞后与回执，不及任何记录',
  en: 'the municipal bureau, which is to bring the interconnection about, the auditor and the operators of the hub learn who follows, how far behind, and what was acknowledged; of no record',
};

const basis = { rows: ['B-56'], clauses: ['YZ-3.3c', 'XM-3.5.8', 'SX-3.2.4.2'] } as const;

const coordinates = [
  ['Query', 'feedHealth'],
  ['FeedHealth', 'at', 'lastChangeAt', 'platforms', 'others'],
  ['PlatformHealth', 'platform', 'clauses', 'recordTypes', 'state', 'following'],
  [
    'FeedFollowing', 'agency', 'recordType', 'transport', 'consumers', 'connected', 'state', 'lastSeenAt', 'lagSeconds', 'delivered', 'lastDeliveredAt',
    'acknowledgedAt',
  ],
] as const;

export const platformBoundaries: readonly OperationBoundary[] = coordinates.map(([type, ...fields]) => ({
  form: 'operation',
  type,
  fields: [...fields],
  viewers: [...feedHealthViewers],
  ...words,
  ...basis,
}));

/** Times and numbers of hand-outs derive from records their reader may not see. */
export const platformReleases: readonly Release[] = [
  {
    form: 'EVENT',
    coordinates: [
      'FeedHealth.lastChangeAt', 'FeedFollowing.lagSeconds', 'FeedFollowing.state', 'FeedFollowing.delivered', 'FeedFollowing.lastDeliveredAt',
      'PlatformHealth.state',
    ],
    viewers: feedHealthViewers,
    tells: {
      zh: '何时有变更、向谁交出多少件、谁滞后多久；不及记录、主体、账号',
      en: 'when something changed, how many changes were handed to which agency, and who is behind for how long; no record, subject or account',
    },
    why: {
      zh: '互联互通须可核验：谁未收到，须看得见',
      en: 'interconnection must be verifiable: who was not served has to be seen',
    },
    ...basis,
  },
];

const ConnectionStateCode = Object.fromEntries(connectionStates.map((state) => [state, state]));

registerEnumType(ConnectionStateCode, {
  name: 'FeedConnectionState',
  description: '接入状态 · How a consumer of the feed stands.',
  valuesConfig: {
    NOT_ENTITLED: { description: '尚无依边界可推送的记录 · The boundary shares no records with it yet.' },
    NEVER_SEEN: { description: '从未接入 · Might follow and never has.' },
    CURRENT: { description: '正常 · Connected and not behind.' },
    LAGGING: { description: '滞后 · Connected, and more than a minute behind.' },
    SILENT: { description: '失联 · Not seen for a minute (pull: for a day).' },
  },
});

@ObjectType({ description: '一机关以一种方式的订阅 · How one agency follows one record type by one transport, its consumers taken together.' })
export class FeedFollowing {
  @Field(() => Agency, { nullable: true, description: '订阅机关 · Who follows.' })
  agency!: Agency | null;

  @Field(() => ID, { description: '记录类别 · Record type, for example Permit.' })
  recordType!: string;

  @Field(() => String, { description: '方式：SSE、WEBSOCKET、WEBHOOK、PULL · Transport.' })
  transport!: string;

  @Field(() => Int, { description: '订阅者数 · Consumers ever seen.' })
  consumers!: number;

  @Field(() => Int, { description: '当前在线的订阅者数 · Of these, seen lately.' })
  connected!: number;

  @Field(() => ConnectionStateCode, { description: '状态 · State.' })
  state!: ConnectionState;

  @Field(() => DateTime, { description: '最近一次读取变更日志 · When it looked at the log last.' })
  lastSeenAt!: Date;

  @Field(() => Int, { nullable: true, description: '滞后秒数：最靠前的订阅者尚未读到的最早变更已等待多久 · Seconds the oldest change waits that its most advanced consumer has not looked at; null after a restore of the log.' })
  lagSeconds!: number | null;

  @Field(() => Float, { description: '累计交出的变更数 · Changes handed out so far.' })
  delivered!: number;

  @Field(() => DateTime, { nullable: true, description: '最近一次交出 · When one was handed out last.' })
  lastDeliveredAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: '最近一次签收 · When the agency acknowledged last.' })
  acknowledgedAt!: Date | null;
}

@ObjectType('PlatformHealth', { description: '一个平台的互联互通状况 · How the interconnection with one platform stands (YZ-3.3c).' })
export class PlatformHealthType {
  @Field(() => Agency, { description: '平台 · The platform.' })
  platform!: Agency;

  @Field(() => [ID], { description: '依据的条款 · Clauses that connect it.' })
  clauses!: readonly string[];

  @Field(() => [ID], { description: '今日依边界可订阅的记录类别 · Record types whose changes the boundary lets it follow today.' })
  recordTypes!: readonly string[];

  @Field(() => ConnectionStateCode, { description: '状态 · State.' })
  state!: ConnectionState;

  @Field(() => [FeedFollowing], { description: '其订阅 · What it follows, by transport.' })
  following!: FeedFollowing[];
}

@ObjectType('FeedHealth', { description: '推送与互联互通状况 · How the change feed and the interconnection of the platforms stand.' })
export class FeedHealthType {
  @Field(() => DateTime, { description: '查询时刻 · As of.' })
  at!: Date;

  @Field(() => DateTime, { nullable: true, description: '变更日志最近一次变更 · When the log changed last.' })
  lastChangeAt!: Date | null;

  @Field(() => [PlatformHealthType], { description: '词表所列的各平台 · Every platform of the vocabulary.' })
  platforms!: PlatformHealthType[];

  @Field(() => [FeedFollowing], { description: '其他机关 · All other agencies that follow the log.' })
  others!: FeedFollowing[];
}

@Resolver()
export class FeedHealthOperation {
  @Query(() => FeedHealthType, {
    nullable: true,
    description: '各平台、各机关的订阅、滞后与回执（网页：/feed-health） · Subscriptions, lags and receipts of platforms and agencies (as a page: /feed-health; YZ-3.3c).',
  })
  async feedHealth(@Ctx() { services }: OperationContext): Promise<FeedHealthType> {
    const { at, lastChangeAt, platforms, others } = await services.get(feedHealthReader)();
    return {
      at,
      lastChangeAt,
      platforms: platforms.map(({ platform, recordTypes, state, following }) => ({
        platform: agencyOf(platform.agency),
        clauses: platform.clauses,
        recordTypes,
        state,
        following: following.map(shown),
      })),
      others: others.map(shown),
    };
  }
}

function shown({ agency, ...rest }: Following): FeedFollowing {
  const record = agencyOfCode(agency);
  return { ...rest, agency: record && agencyOf(record) };
}
