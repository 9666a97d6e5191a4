import { Arg, Field, ID, InputType, Int, ObjectType, Resolver, Subscription } from 'type-graphql';
import type { ChangeDeclaration } from '../../feed/change-declaration.js';
import { ChangeKind } from '../../feed/frames.js';
import { Change } from '../../feed/pull/change-page.js';
import { CreditRecordEnd, RecordCategory } from './codes.js';
import { CreditRecord } from './credit-record.js';

/** What the feed carries of the credit records (XM-3.6.5). */
export const recordChange: ChangeDeclaration = {
  field: 'creditRecordChanged',
  type: 'CreditRecord',
  words: '良好、警示、提示信息 · Credit records: good, warning and reminder information.',
  record: 'record',
  farewell: 'leftAs',
  filters: {
    'filter.category': { property: 'category', compare: '=' },
    'filter.ground': { property: 'ground', compare: '=' },
    'filter.district': { property: 'district', compare: '=' },
    'filter.responsibleOrgan': { property: 'responsibleOrgan.code', compare: '=' },
    'filter.subjectCode': { property: 'subjectCode', compare: '=' },
  },
};

@InputType({ description: '信用信息订阅的筛选条件，须同时成立 · What a subscription to the records is narrowed to; all of it must hold.' })
export class CreditRecordChangeFilter {
  @Field(() => RecordCategory, { nullable: true, description: '类别 · Category.' })
  category?: RecordCategory;

  @Field(() => String, { nullable: true, description: '事由代码 · Code of the ground.' })
  ground?: string;

  @Field(() => String, { nullable: true, description: '所在区 · District, for example 350203.' })
  district?: string;

  @Field(() => String, { nullable: true, description: '记录单位代码 · Code of the unit that answers for it.' })
  responsibleOrgan?: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code of the subject.' })
  subjectCode?: string;
}

@ObjectType({ implements: Change, description: '信用信息变更 · One change of the credit records, as far as this subscriber may see it.' })
export class CreditRecordChange {
  @Field(() => ChangeKind, { description: '变更种类；移出信用档案为 LEFT · Kind; a record that left the file is LEFT.' })
  kind!: ChangeKind;

  @Field(() => Int, { description: '送达序号，逐一递增、无间断 · Delivery number of this stream, without gaps.' })
  number!: number;

  @Field(() => String, { description: '游标，断线后由此续收 · Sealed cursor to resume behind this event.' })
  cursor!: string;

  @Field(() => ID, { nullable: true, description: '信息编号 · Number of the record the change is about.' })
  recordNo!: string | null;

  @Field(() => CreditRecordEnd, {
    nullable: true,
    description: '移出原因：修复、期满或撤回；因其他原因离开可见范围则为空 · Why it left the file; null when it left this viewer’s sight otherwise.',
  })
  leftAs!: CreditRecordEnd | null;

  @Field(() => CreditRecord, { nullable: true, description: '变更后的信用信息（移出、心跳时为空） · The record after the change; null when it left or on a heartbeat.' })
  record!: CreditRecord | null;
}

/** The change feed answers this; the resolver only gives the schema its shape. */
@Resolver()
export class CreditRecordChanges {
  @Subscription(() => CreditRecordChange, {
    description: '信用信息变更订阅：确认、认定为公共信用信息、修复、期满、撤回 · Changes of the credit records in commit order, each once.',
    subscribe: () => {
      throw new Error('Subscription.creditRecordChanged is answered by the change feed');
    },
  })
  creditRecordChanged(
    @Arg('after', () => String, { nullable: true, description: '上次收到的游标 · Cursor received last; without it the stream starts now.' })
    _after?: string,
    @Arg('filter', () => CreditRecordChangeFilter, { nullable: true, description: '只订阅符合条件的 · Only these; a record that no longer fits leaves.' })
    _filter?: CreditRecordChangeFilter,
  ): CreditRecordChange {
    throw new Error('Subscription.creditRecordChanged is answered by the change feed');
  }
}
