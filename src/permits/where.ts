import { Field, InputType, registerEnumType } from 'type-graphql';
import {
  codeCondition, DateCondition, InstantCondition, listCondition, NumberCondition, TextCondition,
} from '../planner/conditions.js';
import { OrderDirection } from '../planner/order-direction.js';
import { PermitActionType, PermitItemCode, PermitOutcome, PermitStatus } from './codes.js';

/* Ad-hoc conditions and orders on permits. Members are named like the properties they compare: the planner needs no more. */

const ItemCondition = codeCondition('PermitItemCode', PermitItemCode);
const StatusCondition = codeCondition('PermitStatus', PermitStatus);
const OutcomeCondition = codeCondition('PermitOutcome', PermitOutcome);
const ActionCondition = codeCondition('PermitActionType', PermitActionType);

@InputType({ description: '对办理记录的条件 · Conditions on one action.' })
export class PermitActionWhere {
  @Field(() => ActionCondition, { nullable: true, description: '办理类型 · Action type.' })
  action?: object;

  @Field(() => DateCondition, { nullable: true, description: '办理日期 · Date of effect.' })
  actedOn?: object;

  @Field(() => [PermitActionWhere], { nullable: true, description: '全部成立 · All of these.' })
  and?: PermitActionWhere[];

  @Field(() => [PermitActionWhere], { nullable: true, description: '至少一项成立 · At least one of these.' })
  or?: PermitActionWhere[];

  @Field(() => PermitActionWhere, { nullable: true, description: '不成立 · Not this.' })
  not?: PermitActionWhere;
}

const ActionsCondition = listCondition('PermitActionListWhere', PermitActionWhere);

@InputType({ description: '对被许可人的条件 · Conditions on the holder.' })
export class HolderWhere {
  @Field(() => TextCondition, { nullable: true, description: '行政相对人类别 · Kind of subject.' })
  kind?: TextCondition;

  @Field(() => TextCondition, { nullable: true, description: '名称 · Name.' })
  name?: TextCondition;

  @Field(() => TextCondition, { nullable: true, description: '统一社会信用代码 · Unified social credit code.' })
  uscc?: TextCondition;
}

@InputType({ description: '对机关的条件 · Conditions on a bureau.' })
export class AgencyWhere {
  @Field(() => TextCondition, { nullable: true, description: '机关代码 · Code.' })
  code?: TextCondition;

  @Field(() => TextCondition, { nullable: true, description: '机关类别 · Kind.' })
  kind?: TextCondition;

  @Field(() => TextCondition, { nullable: true, description: '所在区 · District.' })
  district?: TextCondition;
}

@InputType({
  description: '对许可的任意条件：同一层须同时成立，可用 and、or、not 组合 · Any conditions on permits: those of one level must all hold; combine them with and, or, not.',
})
export class PermitWhere {
  @Field(() => ItemCondition, { nullable: true, description: '许可事项 · Permit item.' })
  item?: object;

  @Field(() => StatusCondition, { nullable: true, description: '当前状态 · Current state.' })
  status?: object;

  @Field(() => OutcomeCondition, { nullable: true, description: '决定结果 · Outcome.' })
  outcome?: object;

  @Field(() => TextCondition, { nullable: true, description: '决定文书号 · Number of the decision document.' })
  documentNo?: TextCondition;

  @Field(() => NumberCondition, { nullable: true, description: '同一文书号下的第几件 · Part of a document.' })
  documentPart?: object;

  @Field(() => TextCondition, { nullable: true, description: '许可编号 · Certificate number.' })
  certificateNo?: TextCondition;

  @Field(() => TextCondition, { nullable: true, description: '法律责任机关代码 · Code of the organ in whose authority the decision stands.' })
  legalAuthority?: TextCondition;

  @Field(() => TextCondition, { nullable: true, description: '坐落 · Location.' })
  location?: TextCondition;

  @Field(() => TextCondition, { nullable: true, description: '监管区 · Supervising district.' })
  district?: TextCondition;

  @Field(() => DateCondition, { nullable: true, description: '决定日期 · Date of decision.' })
  decidedOn?: object;

  @Field(() => DateCondition, { nullable: true, description: '有效期自 · Valid from.' })
  validFrom?: object;

  @Field(() => DateCondition, { nullable: true, description: '有效期至 · Valid to.' })
  validTo?: object;

  @Field(() => InstantCondition, { nullable: true, description: '首次接收时间 · When the record first arrived.' })
  receivedAt?: object;

  @Field(() => InstantCondition, { nullable: true, description: '共享内容最近变更时间 · When the shared facts changed last.' })
  updatedAt?: object;

  @Field(() => TextCondition, { nullable: true, description: '许可内容（仅决定机关） · Content, for the deciding bureau.' })
  content?: TextCondition;

  @Field(() => HolderWhere, { nullable: true, description: '被许可人 · Holder.' })
  holder?: HolderWhere;

  @Field(() => AgencyWhere, { nullable: true, description: '许可机关 · Deciding bureau.' })
  decidedBy?: AgencyWhere;

  @Field(() => ActionsCondition, { nullable: true, description: '办理记录 · Actions.' })
  actions?: object;

  @Field(() => [PermitWhere], { nullable: true, description: '全部成立 · All of these.' })
  and?: PermitWhere[];

  @Field(() => [PermitWhere], { nullable: true, description: '至少一项成立；空列表不成立 · At least one of these; an empty list fits nothing.' })
  or?: PermitWhere[];

  @Field(() => PermitWhere, { nullable: true, description: '不成立 · Not this.' })
  not?: PermitWhere;
}

/** What permits may be ordered by: enum value → property. */
export const permitOrders = {
  DECIDED_ON: 'decidedOn',
  VALID_FROM: 'validFrom',
  VALID_TO: 'validTo',
  RECEIVED_AT: 'receivedAt',
  UPDATED_AT: 'updatedAt',
  DOCUMENT_NO: 'documentNo',
  CERTIFICATE_NO: 'certificateNo',
  ITEM: 'item',
  STATUS: 'status',
  DISTRICT: 'district',
  LOCATION: 'location',
} as const;

const PermitOrderField = Object.fromEntries(Object.keys(permitOrders).map((name) => [name, name]));

registerEnumType(PermitOrderField, {
  name: 'PermitOrderField',
  description: '许可的排序字段；文本按字符编码 · What permits may be ordered by; texts in the order of their characters’ codes.',
  valuesConfig: {
    DECIDED_ON: { description: '决定日期 · Date of decision.' },
    VALID_FROM: { description: '有效期自 · Valid from.' },
    VALID_TO: { description: '有效期至 · Valid to.' },
    RECEIVED_AT: { description: '首次接收时间 · First arrival.' },
    UPDATED_AT: { description: '最近变更时间 · Last change of the shared facts.' },
    DOCUMENT_NO: { description: '决定文书号 · Number of the decision document.' },
    CERTIFICATE_NO: { description: '许可编号 · Certificate number.' },
    ITEM: { description: '许可事项 · Permit item.' },
    STATUS: { description: '当前状态 · Current state.' },
    DISTRICT: { description: '监管区 · Supervising district.' },
    LOCATION: { description: '坐落 · Location.' },
  },
});

@InputType({ description: '排序：字段与方向；同值再按下一项，最后按内部编号 · An order: field and direction; ties by the next one, at last by the internal key.' })
export class PermitOrder {
  @Field(() => PermitOrderField, { description: '排序字段 · Field.' })
  field!: string;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: '方向 · Direction.' })
  direction!: OrderDirection;
}
