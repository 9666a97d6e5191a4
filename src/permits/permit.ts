import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
import { Agency } from '../access/agency.js';
import { DateTime } from '../measures/date-time.js';
import { LegalDate } from '../measures/legal-date.js';
import { Node } from '../planner/node.js';
import { Subject } from '../subjects/subject.js';
import { PermitItemCode, PermitOutcome, PermitStatus } from './codes.js';
import { PermitAction } from './permit-action.js';

/**
 * One permit decision. PERMIT_BASIC is item, action, holder, credit code, certificate number, deciding organ,
 * location, dates and status; the rest is the deciding organ's own record.
 */
@ObjectType({ implements: Node, description: '行政许可 · One permit decision and its current state.' })
@Entity({ schema: 'hub', name: 'permit' })
export class Permit {
  @Field(() => ID, { description: '全局标识 · Global id.' })
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Field(() => String, { description: '法域 · Jurisdiction: CN-TJ for Tianjin; foreign registers keep their own.' })
  @Column('text')
  jurisdiction!: string;

  @Field(() => PermitItemCode, { description: '许可事项 · Permit item code, P01 … P10.' })
  @Column('text')
  item!: PermitItemCode;

  /** CN-XKWSH: 行政许可决定文书号; other registers name their own scheme. */
  @Column('text', { name: 'identifier_scheme' })
  identifierScheme!: string;

  @Field(() => ID, { description: '行政许可决定文书号 · Number of the decision document.' })
  @Column('text', { name: 'document_no' })
  documentNo!: string;

  @Field(() => Int, { description: '同一文书号下的第几件 · Part: some registers print one number on several decisions, one per holder; from 1.' })
  @Column('int', { name: 'document_part' })
  documentPart!: number;

  @Field(() => String, { nullable: true, description: '许可编号 · Certificate number, null where no certificate exists.' })
  @Column('text', { name: 'certificate_no', nullable: true })
  certificateNo!: string | null;

  @Column('bigint', { name: 'holder_id' })
  holderId!: string;

  @Field(() => Subject, { description: '被许可人 · Holder.' })
  @ManyToOne(() => Subject)
  @JoinColumn({ name: 'holder_id' })
  holder!: Subject;

  @Column('text', { name: 'decided_by' })
  decidedByCode!: string;

  @Field(() => Agency, { description: '许可机关 · The organ that handled and decided (A-09).' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'decided_by' })
  decidedBy!: Agency;

  @Field(() => String, { description: '法律责任机关 · Code of the organ in whose authority the decision stands (A-09).' })
  @Column('text', { name: 'legal_authority' })
  legalAuthority!: string;

  @Field(() => String, { description: '坐落 · District code or FTZ area, explicit, never guessed from an address (A-07).' })
  @Column('text')
  location!: string;

  @Field(() => String, { description: '监管区 · District whose human-resources bureau supervises; FTZ areas belong to 120116 (A-07).' })
  @Column('text')
  district!: string;

  @Field(() => PermitOutcome, { description: '决定结果 · GRANTED or REFUSED.' })
  @Column('text')
  outcome!: PermitOutcome;

  @Field(() => PermitStatus, { nullable: true, description: '当前状态 · VALID, INVALID, REVOKED or CANCELLED; null where the source states none.' })
  @Column('text', { nullable: true })
  status!: PermitStatus | null;

  @Field(() => LegalDate, { description: '许可决定日期 · Date of decision, YYYY-MM-DD.' })
  @Column('date', { name: 'decided_on' })
  decidedOn!: string;

  @Field(() => LegalDate, { nullable: true, description: '有效期自 · Valid from, YYYY-MM-DD.' })
  @Column('date', { name: 'valid_from', nullable: true })
  validFrom!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '有效期至 · Valid to, YYYY-MM-DD; 2099-12-31 means without end.' })
  @Column('date', { name: 'valid_to', nullable: true })
  validTo!: string | null;

  @Field(() => String, { nullable: true, description: '许可内容 · Content of the decision, part of the deciding organ’s own record.' })
  @Column('text', { nullable: true })
  content!: string | null;

  @Field(() => String, { nullable: true, description: '法定代表人 · Legal representative, part of the deciding organ’s own record, masked.' })
  @Column('text', { name: 'legal_representative', nullable: true })
  legalRepresentative!: string | null;

  @Field(() => Int, { nullable: true, description: '版本 · Revision of the deciding organ’s record, from 1.' })
  @Column('int')
  revision!: number | null;

  @Column('text', { name: 'source_agency', nullable: true })
  sourceCode!: string | null;

  @Field(() => Agency, { nullable: true, description: '数据来源单位 · The bureau that delivered the record.' })
  @ManyToOne(() => Agency)
  @JoinColumn({ name: 'source_agency' })
  source!: Agency | null;

  @Field(() => String, { description: '批次标识 · Reference of the batch that brought the shared facts of this record last.' })
  @Column('uuid', { name: 'basic_batch' })
  batch!: string;

  @Field(() => DateTime, { description: '首次接收时间 · When the record first arrived, ISO 8601 in UTC.' })
  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;

  @Field(() => DateTime, {
    description: '共享内容最近变更时间 · When the shared facts of this record changed last; the holder’s own changes come through the feed.',
  })
  @Column('timestamptz', { name: 'basic_updated_at' })
  updatedAt!: Date;

  @OneToMany(() => PermitAction, (action) => action.permit)
  @Field(() => [PermitAction], { description: '办理记录 · What was done on this permit, oldest first, at most 20.' })
  actions!: PermitAction[];
}
