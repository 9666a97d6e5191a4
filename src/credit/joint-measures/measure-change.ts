import { Arg, Field, ID, InputType, Int, ObjectType, Resolver, Subscription } from 'type-graphql';
import type { ChangeDeclaration } from '../../feed/change-declaration.js';
import { ChangeKind } from '../../feed/frames.js';
import { Change } from '../../feed/pull/change-page.js';
import { JointMeasureState } from './codes.js';
import { JointMeasure } from './joint-measure.js';

/** What the feed carries of joint measures: that one is asked for, started, declined, or has to be lifted. */
export const measureChange: ChangeDeclaration = {
  field: 'jointMeasureChanged',
  type: 'JointMeasure',
  words: '联合惩戒、联合激励措施 · Joint sanctions and incentives.',
  record: 'measure',
  filters: {
    'filter.entryNo': { property: 'entryNo', compare: '=' },
    'filter.state': { property: 'state', compare: '=' },
    'filter.bureau': { property: 'bureau.code', compare: '=' },
  },
};

@InputType({ description: '措施订阅的筛选条件，须同时成立 · What a subscription to joint measures is narrowed to; all of it must hold.' })
export class JointMeasureChangeFilter {
  @Field(() => ID, { nullable: true, description: '名单记录编号 · Number of the entry.' })
  entryNo?: string;

  @Field(() => JointMeasureState, { nullable: true, description: '状态 · Where it stands.' })
  state?: JointMeasureState;

  @Field(() => String, { nullable: true, description: '实施机关代码 · Code of the bureau that takes it.' })
  bureau?: string;
}

@ObjectType({ implements: Change, description: '联合措施变更 · One change of joint measures, as far as this subscriber may see it.' })
export class JointMeasureChange {
  @Field(() => ChangeKind, { description: '变更种类 · Kind of change.' })
  kind!: ChangeKind;

  @Field(() => Int, { description: '送达序号，逐一递增、无间断 · Delivery number of this stream, without gaps.' })
  number!: number;

  @Field(() => String, { description: '游标，断线后由此续收 · Sealed cursor to resume behind this event.' })
  cursor!: string;

  @Field(() => ID, { nullable: true, description: '措施编号 · Number of the measure the change is about.' })
  measureNo!: string | null;

  @Field(() => JointMeasure, { nullable: true, description: '变更后的措施（移出、心跳时为空） · The measure after the change; null when it left or on a heartbeat.' })
  measure!: JointMeasure | null;
}

/** The change feed answers this; the resolver only gives the schema its shape. */
@Resolver()
export class JointMeasureChanges {
  @Subscription(() => JointMeasureChange, {
    description: '联合措施变更订阅：请求、实施、反馈、须解除、已解除 · Changes of joint measures in commit order, each once: asked, started, reported, to lift, lifted.',
    subscribe: () => {
      throw new Error('Subscription.jointMeasureChanged is answered by the change feed');
    },
  })
  jointMeasureChanged(
    @Arg('after', () => String, { nullable: true, description: '上次收到的游标 · Cursor received last; without it the stream starts now.' })
    _after?: string,
    @Arg('filter', () => JointMeasureChangeFilter, { nullable: true, description: '只订阅符合条件的 · Only these; a measure that no longer fits leaves.' })
    _filter?: JointMeasureChangeFilter,
  ): JointMeasureChange {
    throw new Error('Subscription.jointMeasureChanged is answered by the change feed');
  }
}
