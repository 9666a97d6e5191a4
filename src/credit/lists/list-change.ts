import { Arg, Field, ID, InputType, Int, ObjectType, Resolver, Subscription } from 'type-graphql';
import type { ChangeDeclaration } from '../../feed/change-declaration.js';
import { ChangeKind } from '../../feed/frames.js';
import { Change } from '../../feed/pull/change-page.js';
import { CreditList, ListEntryEnd } from './codes.js';
import { ListEntry } from './list-entry.js';

/** What the feed carries of the lists. */
export const listChange: ChangeDeclaration = {
  field: 'creditListChanged',
  type: 'ListEntry',
  words: '红黑名单记录 · Entries of the red and black lists.',
  record: 'entry',
  farewell: 'leftAs',
  filters: {
    'filter.list': { property: 'list', compare: '=' },
    'filter.ground': { property: 'ground', compare: '=' },
    'filter.district': { property: 'district', compare: '=' },
    'filter.responsibleOrgan': { property: 'responsibleOrgan.code', compare: '=' },
    'filter.subjectCode': { property: 'subjectCode', compare: '=' },
  },
};

@InputType({ description: '名单订阅的筛选条件，须同时成立 · What a subscription to the lists is narrowed to; all of it must hold.' })
export class CreditListChangeFilter {
  @Field(() => CreditList, { nullable: true, description: '名单 · Which list.' })
  list?: CreditList;

  @Field(() => String, { nullable: true, description: '列入事由代码 · Code of the ground.' })
  ground?: string;

  @Field(() => String, { nullable: true, description: '所在区 · District, for example 120101.' })
  district?: string;

  @Field(() => String, { nullable: true, description: '认定机关代码 · Code of the organ that answers for it.' })
  responsibleOrgan?: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code of the subject.' })
  subjectCode?: string;
}

@ObjectType({ implements: Change, description: '名单变更 · One change of the lists, as far as this subscriber may see it.' })
export class CreditListChange {
  @Field(() => ChangeKind, { description: '变更种类；移出名单为 LEFT · Kind; an entry that left the list is LEFT.' })
  kind!: ChangeKind;

  @Field(() => Int, { description: '送达序号，逐一递增、无间断 · Delivery number of this stream, without gaps.' })
  number!: number;

  @Field(() => String, { description: '游标，断线后由此续收 · Sealed cursor to resume behind this event.' })
  cursor!: string;

  @Field(() => ID, { nullable: true, description: '记录编号 · Number of the entry the change is about.' })
  entryNo!: string | null;

  @Field(() => ListEntryEnd, {
    nullable: true,
    description: '移出原因：修复、期满或撤销；因其他原因离开可见范围则为空 · Why it left the list; null when it left this viewer’s sight otherwise.',
  })
  leftAs!: ListEntryEnd | null;

  @Field(() => ListEntry, { nullable: true, description: '变更后的记录（移出、心跳时为空） · The entry after the change; null when it left or on a heartbeat.' })
  entry!: ListEntry | null;
}

/** The change feed answers this; the resolver only gives the schema its shape. */
@Resolver()
export class CreditListChanges {
  @Subscription(() => CreditListChange, {
    description: '名单变更订阅：列入、变更、修复、期满、撤销 · Changes of the lists in commit order, each once: entries, changes, repairs, expiries, revocations.',
    subscribe: () => {
      throw new Error('Subscription.creditListChanged is answered by the change feed');
    },
  })
  creditListChanged(
    @Arg('after', () => String, { nullable: true, description: '上次收到的游标 · Cursor received last; without it the stream starts now.' })
    _after?: string,
    @Arg('filter', () => CreditListChangeFilter, { nullable: true, description: '只订阅符合条件的 · Only these; an entry that no longer fits leaves.' })
    _filter?: CreditListChangeFilter,
  ): CreditListChange {
    throw new Error('Subscription.creditListChanged is answered by the change feed');
  }
}
