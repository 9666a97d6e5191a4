import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Agency } from '../../access/agency.js';
import { LegalDate } from '../../measures/legal-date.js';
import { Node } from '../../planner/node.js';
import { CaseKind } from '../cases/codes.js';
import { CreditList, ListEntryState, Severity } from './codes.js';

/**
 * One entry of a list: a decision of its own about one subject, never a consequence of a record. It names the
 * subject as the decision does. Its life is told by steps (`list-register.ts`); it is on the list while PUBLISHED or
 * OBJECTED and not over.
 */
@ObjectType({ implements: Node, description: '名单记录 · One entry of the red or black list.' })
@Entity({ schema: 'hub', name: 'list_entry' })
export class ListEntry {
  @Field(() => ID, { description: '全局标识 · Global id.' })
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Field(() => ID, { description: '记录编号：认定机关代码/自编号 · Number: code of the organ and its own number, for example HEPING_HRSS/2026-17.' })
  @Column('text', { name: 'entry_no' })
  entryNo!: string;

  @Field(() => String, { description: '法域 · Jurisdiction: CN-TJ for Tianjin, CN-FJ-350200 for Xiamen.' })
  @Column('text')
  jurisdiction!: string;

  @Field(() => CreditList, { description: '名单 · Which list.' })
  @Column('text')
  list!: CreditList;

  @Field(() => String, { description: '列入事由代码 · Code of the ground, as the organ’s rules name it.' })
  @Column('text')
  ground!: string;

  @Field(() => String, { description: '法律依据 · Legal basis of the listing.' })
  @Column('text', { name: 'legal_basis' })
  legalBasis!: string;

  @Field(() => String, { description: '列入决定文书号 · Number of the decision; several entries may rest on one.' })
  @Column('text', { name: 'document_no' })
  documentNo!: string;

  @Field(() => Severity, { nullable: true, description: '失信程度 · How grave; null on the red list.' })
  @Column('text', { nullable: true })
  severity!: Severity | null;

  @Field(() => String, { nullable: true, description: '事由详情（为联合惩戒目的） · Details of the case, for the purpose of joint sanctions.' })
  @Column('text')
  reason!: string;

  @Column('text', { name: 'responsible_organ' })
  responsibleOrganCode!: string;

  @Field(() => Agency, { description: '认定机关，谁认定谁负责 · The organ that answers for the entry (YZ-3.5b).' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'responsible_organ' })
  responsibleOrgan!: Agency;

  @Field(() => String, { nullable: true, description: '所在区 · District, GB/T 2260.' })
  @Column('text', { nullable: true })
  district!: string | null;

  /** Internal: for the evidence of who was read, and for the credit gate. */
  @Column({ type: 'bigint', name: 'subject_id' })
  subjectId!: string;

  @Field(() => String, { description: '主体类别 · Kind of subject, for example 法人及非法人组织.' })
  @Column('text', { name: 'subject_kind' })
  subjectKind!: string;

  @Field(() => String, { description: '主体名称，以决定所载为准 · Name, as the decision has it.' })
  @Column('text', { name: 'subject_name' })
  subjectName!: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码；自然人为空 · Unified social credit code; null for natural persons.' })
  @Column('text', { name: 'subject_code', nullable: true })
  subjectCode!: string | null;

  @Column('text')
  channel!: string;

  @Field(() => ListEntryState, { description: '状态 · Where it stands.' })
  @Column('text')
  state!: ListEntryState;

  @Field(() => LegalDate, { nullable: true, description: '告知日期 · When the subject was informed.' })
  @Column('date', { name: 'informed_on', nullable: true })
  informedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '陈述申辩截止日 · Last day of the defence.' })
  @Column('date', { name: 'defence_until', nullable: true })
  defenceUntil!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '决定日期 · Day of the decision.' })
  @Column('date', { name: 'decided_on', nullable: true })
  decidedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '公布日期 · Day of publication.' })
  @Column('date', { name: 'published_on', nullable: true })
  publishedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '有效期自 · First day on the list.' })
  @Column('date', { name: 'valid_from', nullable: true })
  validFrom!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '有效期至；无期限则为空 · Last day on the list; null for an entry without end.' })
  @Column('date', { name: 'valid_to', nullable: true })
  validTo!: string | null;

  /** First day on which it is over, made by the database from `validTo`. */
  @Column('date', { name: 'over_on', nullable: true })
  overOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '可申请修复之日 · First day on which repair may be applied for; null where none may.' })
  @Column('date', { name: 'repair_from', nullable: true })
  repairFrom!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '移出日期 · Day on which it left the list.' })
  @Column('date', { name: 'ended_on', nullable: true })
  endedOn!: string | null;

  @Field(() => CaseKind, { nullable: true, description: '正在处理的异议或修复；使用时须标注 · What is asked for while a case is open: whoever uses the entry has to say so.' })
  @Column('text', { name: 'open_case', nullable: true })
  openCase!: CaseKind | null;
}
