import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
import { Agency } from '../../access/agency.js';
import { LegalDate } from '../../measures/legal-date.js';
import { CaseKind, CaseOutcome, CreditCaseState } from './codes.js';
import { CreditCaseChange } from './credit-case-change.js';

/**
 * An objection to an entry of the lists, or the request to repair it: filed at the single window or with the organ that
 * answers for the entry, reviewed by the credit centre, decided by that organ (YZ-3.5b, YZ-3.5e). Its life is told by steps
 * (`case-register.ts`); its entry is marked while it is open.
 */
@ObjectType({ description: '异议或信用修复案件 · An objection to an entry of the lists, or the request to repair it.' })
@Entity({ schema: 'hub', name: 'credit_case' })
export class CreditCase {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Field(() => ID, { description: '案件编号：提交机关代码/自编号 · Number: code of who filed and its own number, for example CREDIT_PLATFORM/2026-3.' })
  @Column('text', { name: 'case_no' })
  caseNo!: string;

  @Field(() => CaseKind, { description: '种类 · What it asks for.' })
  @Column('text')
  kind!: CaseKind;

  @Field(() => ID, { description: '所涉名单记录的编号 · Number of the entry it is about.' })
  @Column('text', { name: 'entry_no' })
  entryNo!: string;

  @Field(() => String, { description: '法域 · Jurisdiction: CN-TJ for Tianjin, CN-FJ-350200 for Xiamen.' })
  @Column('text')
  jurisdiction!: string;

  @Column('text', { name: 'responsible_organ' })
  responsibleOrganCode!: string;

  @Field(() => Agency, { description: '认定机关，由其决定 · The organ that answers for the entry, and decides (YZ-3.5b).' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'responsible_organ' })
  responsibleOrgan!: Agency;

  @Column('text', { name: 'filed_by' })
  filedByCode!: string;

  @Field(() => Agency, { description: '提交机关，代主体提交 · Who filed it on behalf of the subject.' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'filed_by' })
  filedBy!: Agency;

  /** Internal: for the evidence of who was read. */
  @Column({ type: 'bigint', name: 'subject_id' })
  subjectId!: string;

  @Field(() => CreditCaseState, { description: '状态 · Where it stands.' })
  @Column('text')
  state!: CreditCaseState;

  @Field(() => LegalDate, { description: '提交日期 · Day of filing; the due days are counted from it.' })
  @Column('date', { name: 'filed_on' })
  filedOn!: string;

  @Field(() => String, { description: '理由 · Grounds.' })
  @Column('text')
  grounds!: string;

  @Field(() => Boolean, { description: '修复：已作出信用承诺 · Repair: the credit promise was given.' })
  @Column('boolean', { name: 'promise_given' })
  promiseGiven!: boolean;

  @Field(() => LegalDate, { description: '受理期限：3 个工作日 · To be accepted by: 3 working days.' })
  @Column('date', { name: 'acceptance_due' })
  acceptanceDue!: string;

  @Field(() => LegalDate, { description: '认定机关期限：7 个工作日（未经证实），延长后加倍 · To be decided by the organ by: 7 working days (unconfirmed), twice as many once extended.' })
  @Column('date', { name: 'organ_due' })
  organDue!: string;

  @Field(() => LegalDate, { description: '答复期限：10 个工作日，延长后加倍 · To be answered by: 10 working days, twice as many once extended.' })
  @Column('date', { name: 'answer_due' })
  answerDue!: string;

  @Field(() => Boolean, { description: '节假日安排尚未公布，期限为最早可能之日 · A calendar among the due days is not published yet: they are the earliest they can be (A-68).' })
  @Column('boolean', { name: 'due_provisional' })
  dueProvisional!: boolean;

  @Field(() => LegalDate, { nullable: true, description: '当前步骤的期限；已办结为空 · Day by which whoever it waits for has to act; null once closed.' })
  @Column('date', { name: 'next_due', nullable: true })
  nextDue!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '自该日起逾期；已办结为空 · First day on which that is late; null once closed.' })
  @Column('date', { name: 'overdue_from', nullable: true })
  overdueFrom!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '延长日期 · Day on which the due days were extended.' })
  @Column('date', { name: 'extended_on', nullable: true })
  extendedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '受理日期 · Day of acceptance.' })
  @Column('date', { name: 'accepted_on', nullable: true })
  acceptedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '审核日期 · Day of the centre’s review.' })
  @Column('date', { name: 'reviewed_on', nullable: true })
  reviewedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '办结日期 · Day on which it was closed.' })
  @Column('date', { name: 'closed_on', nullable: true })
  closedOn!: string | null;

  @Field(() => String, { nullable: true, description: '信用中心意见 · Opinion of the credit centre.' })
  @Column('text', { name: 'centre_opinion', nullable: true })
  centreOpinion!: string | null;

  @Field(() => String, { nullable: true, description: '认定机关意见 · Opinion of the organ that answers for the entry.' })
  @Column('text', { name: 'organ_opinion', nullable: true })
  organOpinion!: string | null;

  @Field(() => CaseOutcome, { nullable: true, description: '支持的结果 · What it led to, where it was granted.' })
  @Column('text', { nullable: true })
  outcome!: CaseOutcome | null;

  @OneToMany(() => CreditCaseChange, (change) => change.creditCase)
  @Field(() => [CreditCaseChange], { description: '异议申请的更正 · What an objection asks to be corrected.' })
  changes!: CreditCaseChange[];
}
