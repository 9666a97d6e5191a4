import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';

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
}
