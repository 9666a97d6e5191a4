import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { CorrectableField } from './codes.js';
import type { CreditCase } from './credit-case.js';

@ObjectType({ description: '申请更正的一个字段 · A field of the entry that an objection asks to be corrected.' })
@Entity({ schema: 'hub', name: 'credit_case_change' })
export class CreditCaseChange {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('bigint', { name: 'case_id' })
  caseId!: string;

  @ManyToOne('CreditCase', 'changes')
  @JoinColumn({ name: 'case_id' })
  creditCase!: Relation<CreditCase>;

  @Field(() => CorrectableField, { description: '字段 · Which field.' })
  @Column('text')
  field!: CorrectableField;

  @Field(() => String, { nullable: true, description: '提交时的值 · Its value when the case was filed.' })
  @Column('text', { name: 'old_value', nullable: true })
  oldValue!: string | null;

  @Field(() => String, { nullable: true, description: '申请改为 · The value asked for; null to leave it empty.' })
  @Column('text', { name: 'new_value', nullable: true })
  newValue!: string | null;

  // The case's, kept equal by a composite key, so that the database judges a change by its own row.
  @Column('text')
  jurisdiction!: string;

  @Column('text', { name: 'responsible_organ' })
  responsibleOrganCode!: string;
}
