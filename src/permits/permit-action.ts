import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { LegalDate } from '../measures/legal-date.js';
import { PermitActionType } from './codes.js';
import type { Permit } from './permit.js';

@ObjectType({ description: '办理记录 · One action on a permit: grant, change, renewal, cancellation …' })
@Entity({ schema: 'hub', name: 'permit_action' })
export class PermitAction {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('bigint', { name: 'permit_id' })
  permitId!: string;

  @ManyToOne('Permit', 'actions')
  @JoinColumn({ name: 'permit_id' })
  permit!: Relation<Permit>;

  @Field(() => PermitActionType, { description: '办理类型 · Action type (XT-4.1.1b).' })
  @Column('text')
  action!: PermitActionType;

  @Field(() => LegalDate, { description: '办理日期 · Date of effect, YYYY-MM-DD (A-02).' })
  @Column('date', { name: 'acted_on' })
  actedOn!: string;

  // The four columns below repeat the permit's, kept equal by a composite foreign key with ON UPDATE CASCADE, so that
  // the database layer of the boundary can judge an action by its own row and index.
  @Column('text')
  jurisdiction!: string;

  @Column('text')
  item!: string;

  @Column('text', { name: 'decided_by' })
  decidedByCode!: string;

  @Column('text')
  district!: string;
}
