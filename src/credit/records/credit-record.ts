import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Agency } from '../../access/agency.js';
import { LegalDate } from '../../measures/legal-date.js';
import { Node } from '../../planner/node.js';
import { Severity } from '../lists/codes.js';
import { CreditRecordState, PenaltyKind, RecordCategory } from './codes.js';

/**
 * One record of Xiamen's credit files: a confirmed inspection result in one of three categories (XM-3.6.4a). It is no entry
 * of a list and leads to none. Its life is told by steps (`record-register.ts`); it stands in the file while
 * CONFIRMED and not over.
 */
@ObjectType({ implements: Node, description: '信用信息 · One credit record: good, warning or reminder information.' })
@Entity({ schema: 'hub', name: 'credit_record' })
export class CreditRecord {
  @Field(() => ID, { description: '全局标识 · Global id.' })
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Field(() => ID, { description: '信息编号：记录单位代码/自编号 · Number: code of the unit and its own number, for example XM_SIMING_HRSS/2026-17.' })
  @Column('text', { name: 'record_no' })
  recordNo!: string;

  @Field(() => String, { description: '法域 · Jurisdiction: CN-FJ-350200 for Xiamen.' })
  @Column('text')
  jurisdiction!: string;

  @Field(() => RecordCategory, { description: '类别 · Category.' })
  @Column('text')
  category!: RecordCategory;

  @Field(() => String, { description: '检查编号 · Reference of the inspection it comes from.' })
  @Column('text', { name: 'inspection_no' })
  inspectionNo!: string;

  @Field(() => String, { description: '事由代码 · Code of the ground, as the unit’s rules name it.' })
  @Column('text')
  ground!: string;

  @Field(() => String, { description: '法律依据 · Legal basis.' })
  @Column('text', { name: 'legal_basis' })
  legalBasis!: string;

  @Field(() => String, { description: '处理文书号 · Number of the document that handled the result.' })
  @Column('text', { name: 'document_no' })
  documentNo!: string;

  @Field(() => String, { nullable: true, description: '发现问题；没有则为空 · The problem found; null where there was none.' })
  @Column('text', { nullable: true })
  problem!: string | null;

  @Field(() => String, { nullable: true, description: '处理结果 · How it was handled.' })
  @Column('text')
  handling!: string;

  @Column('text', { name: 'responsible_organ' })
  responsibleOrganCode!: string;

  @Field(() => Agency, { description: '记录单位，对所记录的信息负责 · The unit that answers for the record.' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'responsible_organ' })
  responsibleOrgan!: Agency;

  @Field(() => String, { nullable: true, description: '所在区 · District, GB/T 2260.' })
  @Column('text', { nullable: true })
  district!: string | null;

  /** Internal: for the evidence of who was read. */
  @Column({ type: 'bigint', name: 'subject_id' })
  subjectId!: string;

  @Field(() => String, { description: '主体类别 · Kind of subject, for example 法人及非法人组织.' })
  @Column('text', { name: 'subject_kind' })
  subjectKind!: string;

  @Field(() => String, { description: '主体名称，以文书所载为准 · Name, as the document has it.' })
  @Column('text', { name: 'subject_name' })
  subjectName!: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码；自然人为空 · Unified social credit code; null for natural persons.' })
  @Column('text', { name: 'subject_code', nullable: true })
  subjectCode!: string | null;

  @Field(() => [PenaltyKind], { nullable: true, description: '处罚种类；没有处罚则为空列 · Kinds of penalty; empty where there is none.' })
  @Column('text', { array: true })
  penalties!: readonly PenaltyKind[];

  @Field(() => Severity, { nullable: true, description: '失信程度，依处罚种类 · How grave, by its penalties; null without one.' })
  @Column('text', { nullable: true })
  severity!: Severity | null;

  @Column('text')
  channel!: string;

  @Field(() => CreditRecordState, { description: '状态 · Where it stands.' })
  @Column('text')
  state!: CreditRecordState;

  @Field(() => LegalDate, { description: '处理决定日期 · Day of the decision that handled the result.' })
  @Column('date', { name: 'decided_on' })
  decidedOn!: string;

  @Field(() => LegalDate, { nullable: true, description: '告知日期 · When the subject was informed.' })
  @Column('date', { name: 'informed_on', nullable: true })
  informedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '陈述申辩截止日 · Last day of the defence.' })
  @Column('date', { name: 'defence_until', nullable: true })
  defenceUntil!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '确认日期 · When it was confirmed, and entered the credit file.' })
  @Column('date', { name: 'confirmed_on', nullable: true })
  confirmedOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '公示期自；无公示期则为空 · First day of its publicity period; null where it has none.' })
  @Column('date', { name: 'public_from', nullable: true })
  publicFrom!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '公示期至，其后自动期满；无公示期则为空 · Last day of its period, behind which it expires; null where it has none.' })
  @Column('date', { name: 'public_until', nullable: true })
  publicUntil!: string | null;

  /** First day on which it is over, made by the database from `publicUntil`. */
  @Column('date', { name: 'over_on', nullable: true })
  overOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '可申请修复之日 · First day on which repair may be applied for; null where none may.' })
  @Column('date', { name: 'repair_from', nullable: true })
  repairFrom!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '移出日期 · Day on which it left the file.' })
  @Column('date', { name: 'ended_on', nullable: true })
  endedOn!: string | null;
}
