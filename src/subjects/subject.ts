import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Node } from '../planner/node.js';

/** A permit holder or applicant. Personal identity numbers are never here, but sealed in hub.subject_identifier. */
@ObjectType({ implements: Node, description: '行政相对人 · The holder of a permit: an organisation, a household business or a natural person.' })
@Entity({ schema: 'hub', name: 'subject' })
export class Subject {
  @Field(() => ID, { description: '全局标识 · Global id.' })
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Field(() => String, { description: '行政相对人类别 · ORGANISATION, HOUSEHOLD_BUSINESS or NATURAL_PERSON.' })
  @Column('text')
  kind!: string;

  @Field(() => String, { description: '行政相对人名称 · Name.' })
  @Column('text')
  name!: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code (GB 32100), null where there is none.' })
  @Column('text', { nullable: true })
  uscc!: string | null;

  /** Scheme of `identifier` for subjects known only to one source, for example US-OFLC-EMPLOYER. */
  @Column('text', { name: 'identifier_scheme', nullable: true })
  identifierScheme!: string | null;

  @Column('text', { nullable: true })
  identifier!: string | null;

  @Field(() => String, { nullable: true, description: '身份证件号码（掩码） · Identity number of a natural person, masked but for its last four characters.' })
  @Column('text', { name: 'identity_mask', nullable: true })
  identityMask!: string | null;

  /** The subject this one was merged into; it has no permits of its own any more. */
  @Column('bigint', { name: 'merged_into', nullable: true })
  mergedInto!: string | null;
}
