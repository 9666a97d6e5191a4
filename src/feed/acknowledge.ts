import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Viewer } from '../access/viewer.js';
import type { Boundary } from '../boundary/declaration.js';
import { DateTime } from '../measures/date-time.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { cursorTypeOf, type FeedPlace } from './cursor.js';
import type { Receipt, Receipts } from './receipts.js';

const own = {
  form: 'open',
  zh: '凡收到游标者可签收；游标仅对其本机关有效',
  en: 'who was given a cursor may acknowledge it; it counts for its own agency alone',
  rows: [],
  clauses: ['XT-5.1.2c', 'A-01'],
} as const;

/** A receipt tells what its giver said, and which duties owed to itself it settled. */
export const acknowledgeBoundaries: readonly Boundary[] = [
  { ...own, type: 'Mutation', fields: ['acknowledgeChanges'] },
  { ...own, type: 'ChangeReceipt', fields: ['recordType', 'acknowledgedAt', 'number', 'duties'] },
];

/** What the mutation needs of the hub. */
export interface ReceiptDesk {
  readonly receipts: Pick<Receipts, 'acknowledged'>;
  /** The place of a cursor of this viewer, and of what record types it is; null for any other text. */
  readonly open: (cursor: string, viewer: Viewer) => { readonly recordTypes: readonly string[]; readonly place: FeedPlace } | null;
}

export const receiptDesk = new ServiceKey<ReceiptDesk>('receipts');

@ObjectType({ description: '签收回执 · The receipt of an agency for the changes before a cursor.' })
export class ChangeReceipt implements Receipt {
  @Field(() => ID, { description: '记录类别；多类合一的游标以“+”相连 · Record type, for example Permit; of a cursor of several, joined by “+”.' })
  recordType!: string;

  @Field(() => DateTime, { description: '签收时间；游标不新于已签收者时为先前的时间 · When it was acknowledged; of a cursor that is no newer than the last, the earlier time.' })
  acknowledgedAt!: Date;

  @Field(() => Int, { description: '已签收至的送达序号 · Delivery number up to which is acknowledged.' })
  number!: number;

  @Field(() => Int, { description: '本次签收了结的送达义务数 · Duties of delivery this receipt settled (XT-5.1.2c).' })
  duties!: number;
}

@Resolver()
export class AcknowledgeOperation {
  @Mutation(() => ChangeReceipt, {
    nullable: true,
    description:
      '签收游标之前的全部变更：确认本机关均已收到（无论经推送、拉取或快照）；可安全重发 · ' +
      'Acknowledges all changes before a cursor: the agency states that it has them, by stream, pull, webhook or snapshot. Safe to repeat.',
  })
  async acknowledgeChanges(
    @Arg('cursor', () => String, { description: '已处理到的游标 · Cursor up to which everything is processed.' }) cursor: string,
    @Ctx() { viewer, services }: OperationContext,
  ): Promise<ChangeReceipt> {
    const { receipts, open } = services.get(receiptDesk);
    const opened = open(cursor, viewer);
    if (!opened) {
      throw refused('CURSOR_INVALID', '游标无效、不属于本订阅者，或数据边界已更新', 'The cursor is not valid for this subscriber and boundary.');
    }
    const given: Receipt[] = [];
    for (const recordType of opened.recordTypes) {
      const receipt = await receipts.acknowledged(viewer, recordType, opened.place);
      if (!receipt) throw refused('CURSOR_EPOCH', '变更日志已重建', 'The change log has started a new epoch (restore or failover).');
      given.push(receipt);
    }
    return receiptOf(given);
  }
}

/** One receipt of what stands acknowledged of each type: the latest of them, with the duties of all. */
function receiptOf(given: readonly Receipt[]): Receipt {
  const latest = given.reduce((one, other) => (other.acknowledgedAt > one.acknowledgedAt ? other : one));
  return { ...latest, recordType: cursorTypeOf(given.map(({ recordType }) => recordType)), duties: given.reduce((sum, { duties }) => sum + duties, 0) };
}

function refused(code: string, zh: string, en: string): GraphQLError {
  return new GraphQLError(`${zh} · ${en}`, {
    extensions: { code, nextStep: '签收新流的游标 · Acknowledge a cursor of a stream opened since.' },
  });
}
