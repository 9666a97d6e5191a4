import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Agency } from '../access/agency.js';
import { DateTime } from '../measures/date-time.js';
import { LegalDate } from '../measures/legal-date.js';
import { PermitActionType } from '../permits/codes.js';
import { connectionOf, edgeOf } from '../planner/connection.js';
import { DueStanding } from '../reference/vocabulary.js';

/** How far a duty has come. */
export const dutyStates = ['DUE', 'DELIVERED', 'ACKNOWLEDGED'] as const;
export type DutyState = (typeof dutyStates)[number];

/** How it stands to its readings: the values of `lateness` in src/measures/due-date.ts. */
export const dutyLatenesses = ['IN_TIME', 'LATE', 'LATE_UNDER_ANY_READING', 'PAST_POLICY_DEFAULT', 'UNDECIDED'] as const;
export type DutyLateness = (typeof dutyLatenesses)[number];

const DutyStateCode = Object.fromEntries(dutyStates.map((state) => [state, state]));
const DutyLatenessCode = Object.fromEntries(dutyLatenesses.map((lateness) => [lateness, lateness]));

registerEnumType(DutyStateCode, {
  name: 'DutyState',
  description: '送达义务的状态 · How far a duty of delivery has come.',
  valuesConfig: {
    DUE: { description: '待送达 · Not handed out yet.' },
    DELIVERED: { description: '已送达：已由推送、拉取或回调交出 · Handed out, by stream, pull or webhook.' },
    ACKNOWLEDGED: { description: '已签收：接收机关已确认游标 · The receiver has acknowledged a cursor behind it.' },
  },
});

registerEnumType(DutyLatenessCode, {
  name: 'DutyLateness',
  description: '与期限的关系：未送达的按今日计 · How a duty stands to its time limit; one not delivered yet, as of today (A-01).',
  valuesConfig: {
    IN_TIME: { description: '期限内 · Within the binding reading (natural days).' },
    LATE: { description: '逾期：已过自然日读法，未过工作日读法 · Past the natural days, within the working days.' },
    LATE_UNDER_ANY_READING: { description: '任何读法下均逾期 · Past every reading.' },
    PAST_POLICY_DEFAULT: { description: '超过系统默认监测值，不构成违规 · Past a monitoring value of the project (revocations, A-70); no breach.' },
    UNDECIDED: { description: '放假安排尚未公布，暂不能判定 · The calendar for that day is not published (A-68).' },
  },
});

@ObjectType({ description: '送达义务 · The duty to send one action on a dispatch permit to the district human-resources bureau within three days (XT-5.1.2c).' })
export class Duty {
  @Field(() => ID, { description: '条款编号 · Id of the clause.' })
  clause!: string;

  @Field(() => [ID], { description: '裁定编号 · Ids of the rulings by which it is counted.' })
  rulings!: readonly string[];

  @Field(() => ID, { description: '决定文书号 · Number of the decision document of the permit.' })
  documentNo!: string;

  @Field(() => Int, { description: '同号的第几部分 · Part of the document.' })
  documentPart!: number;

  @Field(() => PermitActionType, { description: '办理类型 · The action to be told.' })
  action!: PermitActionType;

  @Field(() => LegalDate, { description: '起算日：行为生效之日，次日为第一日 · Day of legal effect; the day after it is day 1 (A-02).' })
  actedOn!: string;

  @Field(() => Agency, { nullable: true, description: '送达机关 · Who owes it: the deciding bureau.' })
  decidedBy!: Agency | null;

  @Field(() => Agency, { nullable: true, description: '接收机关 · To whom it is owed (A-07).' })
  receiver!: Agency | null;

  @Field(() => DateTime, { description: '枢纽获知的时间；在期限之后的，逾期并非枢纽所致 · When the hub learned of the action; where that is past the limit, the hub was not what delayed it.' })
  recordedAt!: Date;

  @Field(() => LegalDate, { nullable: true, description: '到期日（自然日，遇休息日顺延），含当日 · Last day in time by the binding reading: natural days, rolled (A-01).' })
  dueOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '另一读法（工作日）的到期日 · Last day in time by the milder reading: working days (A-01).' })
  altDueOn!: string | null;

  @Field(() => Boolean, { description: '到期日暂定，放假安排尚未公布 · A due day lies beyond the published calendar and is the earliest it can be (A-68).' })
  provisional!: boolean;

  @Field(() => DueStanding, { description: '期限的依据；撤销为系统默认值 · What the limit rests on; for revocations the project set it (A-70).' })
  standing!: DueStanding;

  @Field(() => DutyStateCode, { description: '状态 · State.' })
  state!: DutyState;

  @Field(() => DutyLatenessCode, { description: '是否逾期 · Whether it is late.' })
  lateness!: DutyLateness;

  @Field(() => DateTime, { nullable: true, description: '送达时间 · When it was first handed out.' })
  deliveredAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: '签收时间 · When the receiver acknowledged it.' })
  acknowledgedAt!: Date | null;
}

@ObjectType({ description: '送达义务及游标 · A duty with its cursor.' })
export class DutyEdge extends edgeOf(Duty) {}

@ObjectType({
  description:
    '按时率与逾期率：只计条款所定、且已见分晓的义务 · Rates over the duties that a clause sets (no policy default) and whose outcome is known: settled, or past the limit.',
})
export class DutyRates {
  @Field(() => Int, { description: '符合条件的义务数 · Duties that fit the filter.' })
  total!: number;

  @Field(() => Int, { description: '待送达 · Not handed out yet.' })
  due!: number;

  @Field(() => Int, { description: '已送达、未签收 · Handed out and not acknowledged.' })
  delivered!: number;

  @Field(() => Int, { description: '已签收 · Acknowledged.' })
  acknowledged!: number;

  @Field(() => Int, { description: '按时送达 · Settled within the binding reading.' })
  onTime!: number;

  @Field(() => Int, { description: '逾期（含任何读法下均逾期） · Past the binding reading, settled or not.' })
  late!: number;

  @Field(() => Int, { description: '其中任何读法下均逾期 · Of these, past every reading.' })
  lateUnderAnyReading!: number;

  @Field(() => Int, { description: '超过系统默认监测值，不计入比率 · Past a policy default; in no rate.' })
  pastPolicyDefault!: number;

  @Field(() => Int, { description: '暂不能判定 · Undecided; in no rate.' })
  undecided!: number;

  @Field(() => Float, { nullable: true, description: '按时率，0 至 1；无可计义务时为空 · On time ÷ (on time + late); null where there is nothing to count.' })
  onTimeRate!: number | null;

  @Field(() => Float, { nullable: true, description: '逾期率，0 至 1 · Late ÷ (on time + late).' })
  lateRate!: number | null;
}

@ObjectType({ description: '送达义务的一页，自新至旧 · A page of duties, newest action first.' })
export class DutyConnection extends connectionOf(Duty, DutyEdge) {
  @Field(() => Int, { description: '符合条件的总数，与翻页无关 · How many duties fit, whatever the page.' })
  totalCount!: number;

  @Field(() => DutyRates, { description: '按时率与逾期率，与翻页无关 · On-time and late rates of all that fit, whatever the page.' })
  rates!: DutyRates;
}

@InputType({ description: '送达义务的筛选条件，各条件同时成立 · Filters on duties, all of which must hold.' })
export class DutyFilter {
  @Field(() => DutyStateCode, { nullable: true, description: '状态 · State.' })
  state?: DutyState | null;

  @Field(() => DutyLatenessCode, { nullable: true, description: '是否逾期 · Lateness.' })
  lateness?: DutyLateness | null;

  @Field(() => PermitActionType, { nullable: true, description: '办理类型 · Action.' })
  action?: PermitActionType | null;

  @Field(() => ID, { nullable: true, description: '送达机关代码 · Code of the deciding bureau, for example FTZ_DONGJIANG_APPROVAL.' })
  decidedBy?: string | null;

  @Field(() => ID, { nullable: true, description: '接收机关代码 · Code of the receiving bureau, for example BINHAI_HRSS.' })
  receiver?: string | null;

  @Field(() => ID, { nullable: true, description: '决定文书号 · Number of the decision document.' })
  documentNo?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '生效日不早于 · Effective on or after.' })
  actedFrom?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '生效日不晚于 · Effective on or before.' })
  actedTo?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '到期日不晚于 · Due on or before (binding reading).' })
  dueTo?: string | null;
}
