import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Agency } from '../../access/agency.js';
import { LegalDate } from '../../measures/legal-date.js';
import { Node } from '../../planner/node.js';
import { JointMeasureEnd, JointMeasureKind, JointMeasureRole, JointMeasureState } from './codes.js';

/**
 * What one bureau does on one entry of a list, on one item of the catalogue. It names the entry and nothing of its
 * subject: who that is, the entry shows to whom it may. The triggers of the table keep what it holds of the entry.
 */
@ObjectType({ implements: Node, description: '联合惩戒、联合激励措施，每机关一条 · A joint sanction or incentive, as one bureau takes it.' })
@Entity({ schema: 'hub', name: 'joint_measure' })
export class JointMeasure {
  @Field(() => ID, { description: '全局标识 · Global id.' })
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Field(() => ID, { description: '措施编号：牵头机关代码/自编号/实施机关代码 · Number: the lead’s code and its own number, and the bureau’s code.' })
  @Column('text', { name: 'measure_no' })
  measureNo!: string;

  @Field(() => ID, { description: '所依名单记录的编号 · Number of the entry it rests on.' })
  @Column('text', { name: 'entry_no' })
  entryNo!: string;

  @Column('text', { name: 'entry_organ' })
  entryOrganCode!: string;

  @Field(() => String, { description: '法域，随名单记录 · Jurisdiction, that of the entry.' })
  @Column('text')
  jurisdiction!: string;

  /** Internal: for the evidence of who was read. */
  @Column({ type: 'bigint', name: 'subject_id' })
  subjectId!: string;

  @Field(() => LegalDate, { nullable: true, description: '名单记录有效期至，其后措施不再有效；无期限则为空 · Last day of the entry; behind it the measure is not in force, whatever its state. Null for an entry without end.' })
  @Column('date', { name: 'valid_to', nullable: true })
  validTo!: string | null;

  @Field(() => String, { description: '措施目录代码，见 jointMeasureCatalogue · Code of the catalogue (jointMeasureCatalogue).' })
  @Column('text')
  code!: string;

  @Field(() => JointMeasureKind, { description: '惩戒或激励 · Sanction or incentive.' })
  @Column('text')
  kind!: JointMeasureKind;

  @Column('text', { name: 'lead_organ' })
  leadOrganCode!: string;

  @Field(() => Agency, { description: '牵头机关 · The organ that leads.' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'lead_organ' })
  leadOrgan!: Agency;

  @Column('text', { name: 'bureau' })
  bureauCode!: string;

  @Field(() => Agency, { description: '实施机关，谁惩戒谁负责 · The bureau that takes it and answers for it (YZ-3.5b).' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'bureau' })
  bureau!: Agency;

  @Field(() => JointMeasureRole, { description: '实施机关的角色 · What part the bureau plays.' })
  @Column('text')
  role!: JointMeasureRole;

  @Field(() => String, { description: '法律依据 · Legal basis.' })
  @Column('text', { name: 'legal_basis' })
  legalBasis!: string;

  @Field(() => String, { description: '牵头机关文书号 · Number of the lead’s document.' })
  @Column('text', { name: 'document_no' })
  documentNo!: string;

  @Field(() => JointMeasureState, { description: '状态 · Where it stands.' })
  @Column('text')
  state!: JointMeasureState;

  @Field(() => LegalDate, { description: '发起或请求日期 · When the lead began it and asked the others.' })
  @Column('date', { name: 'asked_on' })
  askedOn!: string;

  @Field(() => LegalDate, { nullable: true, description: '实施日期 · When the bureau started it.' })
  @Column('date', { name: 'started_on', nullable: true })
  startedOn!: string | null;

  @Field(() => String, { nullable: true, description: '最近一次反馈：实施、解除情况或不予实施的理由 · The last feedback: what was done, how it was lifted, or why it was declined.' })
  @Column('text', { nullable: true })
  feedback!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '反馈所述之日 · The day the feedback speaks of.' })
  @Column('date', { name: 'feedback_on', nullable: true })
  feedbackOn!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '须解除之日，即名单记录移出之日 · Since when it has to be lifted: the day its entry left the list.' })
  @Column('date', { name: 'to_lift_since', nullable: true })
  toLiftSince!: string | null;

  @Field(() => JointMeasureEnd, { nullable: true, description: '须解除、已解除或失效的原因 · Why it has to be lifted, was lifted or lapsed.' })
  @Column('text', { name: 'lift_reason', nullable: true })
  liftReason!: JointMeasureEnd | null;

  @Field(() => LegalDate, { nullable: true, description: '解除日期 · When it was lifted.' })
  @Column('date', { name: 'lifted_on', nullable: true })
  liftedOn!: string | null;
}
