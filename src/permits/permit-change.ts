import { Arg, Field, ID, InputType, Int, ObjectType, registerEnumType, Resolver, Subscription } from 'type-graphql';
import type { ChangeDeclaration } from '../feed/change-declaration.js';
import { ChangeKind } from '../feed/frames.js';
import { Change } from '../feed/pull/change-page.js';
import type { FilterDeclaration } from '../planner/read.js';
import { PermitItemCode, PermitStatus } from './codes.js';
import { Permit } from './permit.js';

registerEnumType(ChangeKind, {
  name: 'ChangeKind',
  description: '变更种类 · Kind of a change as this subscriber sees it.',
  valuesConfig: {
    OPENED: { description: '订阅已建立，游标可用 · The stream is open; its cursor may be kept.' },
    ENTERED: { description: '新进入可见范围 · A record is visible now that was not before.' },
    CHANGED: { description: '可见记录有变更 · A visible record changed.' },
    LEFT: { description: '离开可见范围 · A record is no longer visible; nothing more is said.' },
    HEARTBEAT: { description: '心跳，无可见变更 · Nothing visible happened; the cursor moves on.' },
  },
});

/** The narrowings of `permitChanged`: each by a property every viewer of a permit reads in full. */
const permitChangeFilters: Readonly<Record<string, FilterDeclaration>> = {
  'filter.item': { property: 'item', compare: '=' },
  'filter.status': { property: 'status', compare: '=' },
  'filter.district': { property: 'district', compare: '=' },
  'filter.decidedBy': { property: 'decidedBy.code', compare: '=' },
  'filter.documentNo': { property: 'documentNo', compare: '=' },
};

/** What the feed carries of permits. */
export const permitChange: ChangeDeclaration = { field: 'permitChanged', type: 'Permit', words: '许可 · Permits.', record: 'permit', filters: permitChangeFilters };

@InputType({ description: '订阅的筛选条件，须同时成立 · What a subscription is narrowed to; all of it must hold.' })
export class PermitChangeFilter {
  @Field(() => PermitItemCode, { nullable: true, description: '许可事项 · Permit item.' })
  item?: PermitItemCode;

  @Field(() => PermitStatus, { nullable: true, description: '当前状态 · Current state.' })
  status?: PermitStatus;

  @Field(() => String, { nullable: true, description: '监管区 · Supervising district, for example 120116.' })
  district?: string;

  @Field(() => String, { nullable: true, description: '许可机关代码 · Code of the deciding bureau, for example BINHAI_APPROVAL.' })
  decidedBy?: string;

  @Field(() => String, { nullable: true, description: '决定文书号 · Number of the decision document.' })
  documentNo?: string;
}

@ObjectType({ implements: Change, description: '许可变更 · One change of permits, as far as this subscriber may see it.' })
export class PermitChange {
  @Field(() => ChangeKind, { description: '变更种类 · Kind.' })
  kind!: ChangeKind;

  @Field(() => Int, { description: '送达序号，逐一递增、无间断 · Delivery number of this stream, without gaps.' })
  number!: number;

  @Field(() => String, { description: '游标，断线后由此续收 · Sealed cursor to resume behind this event.' })
  cursor!: string;

  @Field(() => ID, { nullable: true, description: '决定文书号 · Number of the decision document the change is about.' })
  documentNo!: string | null;

  @Field(() => Permit, {
    nullable: true,
    description: '变更后的许可（离开范围、心跳时为空） · The permit after the change; null when it left or on a heartbeat.',
  })
  permit!: Permit | null;
}

/** The change feed answers this; the resolver only gives the schema its shape. */
@Resolver()
export class PermitChanges {
  @Subscription(() => PermitChange, {
    description: '许可变更订阅（SSE：/graphql/stream） · Changes of permits in commit order, each once.',
    subscribe: () => {
      throw new Error('Subscription.permitChanged is answered by the change feed');
    },
  })
  permitChanged(
    @Arg('after', () => String, { nullable: true, description: '上次收到的游标 · Cursor received last; without it the stream starts now.' })
    _after?: string,
    @Arg('filter', () => PermitChangeFilter, { nullable: true, description: '只订阅符合条件的；不再符合即离开 · Only these; a permit that no longer fits leaves.' })
    _filter?: PermitChangeFilter,
  ): PermitChange {
    throw new Error('Subscription.permitChanged is answered by the change feed');
  }
}
