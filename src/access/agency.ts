import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgencyRecord } from '../measures/agencies.js';
import { LegalDate } from '../measures/legal-date.js';

/** A public bureau known to the hub. Codes are stable and public; names are those of measures/vocabulary. */
@ObjectType({ description: '机关 · A public bureau: who decides, supervises or receives.' })
@Entity({ schema: 'hub', name: 'agency' })
export class Agency {
  @Field(() => ID, { description: '机关代码 · Stable code, for example BINHAI_APPROVAL.' })
  @PrimaryColumn('text')
  code!: string;

  @Field(() => String, { description: '机关类别 · Kind, a code of the vocabulary, for example DISTRICT_HRSS.' })
  @Column('text')
  kind!: string;

  @Field(() => String, { description: '所属城市 · City: CN-TJ for Tianjin, another jurisdiction code otherwise.' })
  @Column('text')
  jurisdiction!: string;

  @Field(() => String, { nullable: true, description: '行政区划代码 · GB/T 2260 district code, null for city-wide bodies.' })
  @Column('text', { nullable: true })
  district!: string | null;

  @Field(() => String, { description: '机关名称 · Name in Chinese.' })
  @Column('text', { name: 'name_zh' })
  nameZh!: string;

  @Field(() => String, { description: '英文名称 · Name in English.' })
  @Column('text', { name: 'name_en' })
  nameEn!: string;

  @Field(() => LegalDate, { nullable: true, description: '首日；未注明则为空 · First day on which the measures give it a part; null where none is dated.' })
  @Column('date', { name: 'valid_from', nullable: true })
  validFrom!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '末日；未注明则为空 · Last day on which the measures give it a part; null where none is dated.' })
  @Column('date', { name: 'valid_to', nullable: true })
  validTo!: string | null;

  @Field(() => String, { nullable: true, description: '承接机关的代码 · Code of the body that took its part over.' })
  @Column('text', { nullable: true })
  successor!: string | null;

  @Field(() => String, { nullable: true, description: '所属机关的代码 · Code of the body it is a division or an institution of.' })
  @Column('text', { name: 'part_of', nullable: true })
  partOf!: string | null;
}

/** A record of the register as the schema shows it. */
export function agencyOf(record: AgencyRecord): Agency {
  return Object.assign(new Agency(), record);
}
