import { Field, Float, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { LegalDate } from '../../measures/legal-date.js';
import { bucketSchemes, type BucketScheme } from './reconcile-input.js';
import { hashDigits } from './reconciled-record.js';
import { mostDifferences, type DifferenceKind } from './reconciler.js';

export const BucketSchemeCode = Object.fromEntries(bucketSchemes.map((scheme) => [scheme, scheme]));

registerEnumType(BucketSchemeCode, {
  name: 'BucketScheme',
  description: '分组方式 · How rows are put into buckets.',
  valuesConfig: {
    DAY: { description: '按决定日期（YYYY-MM-DD） · By the day of decision, YYYY-MM-DD.' },
    HASH: { description: `按 key 的 SHA-256 前 ${hashDigits} 位 · By the first ${hashDigits} hexadecimal digits of the SHA-256 of the key.` },
  },
});

const kinds: Readonly<Record<DifferenceKind, { readonly description: string }>> = {
  MISSING: { description: '枢纽有而贵方没有 · The hub shows it and the caller does not hold it.' },
  EXTRA: { description: '贵方有而枢纽不向贵方展示 · The caller holds it and the hub does not show it to the caller.' },
  DIFFERENT: { description: '双方都有而内容不同 · Both hold it, differently.' },
};

export const RowDifferenceKind = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, kind]));

registerEnumType(RowDifferenceKind, { name: 'RowDifferenceKind', description: '差异种类 · How a row differs.', valuesConfig: { ...kinds } });

@InputType({ description: '贵方一组的件数与摘要 · Count and digest of a bucket as the caller reckons them.' })
export class BucketInput {
  @Field(() => String, { description: '组名 · Name of the bucket.' })
  bucket!: string;

  @Field(() => Float, { description: '件数 · How many rows it holds.' })
  count!: number;

  @Field(() => String, { description: '摘要：各行摘要排序后逐行相连的 SHA-256 · SHA-256 of the sorted digests of its rows, a line each.' })
  digest!: string;
}

@InputType({ description: '贵方一行的键与摘要 · A row the caller holds.' })
export class RowInput {
  @Field(() => String, { description: '键 · Key of the row.' })
  key!: string;

  @Field(() => String, { description: '规范文本的 SHA-256 · SHA-256 of its canonical text.' })
  digest!: string;
}

@InputType({ description: '按组核对的问题 · Buckets to compare.' })
export class BucketQuestion {
  @Field(() => BucketSchemeCode, { description: '分组方式 · How rows are put into buckets.' })
  by!: BucketScheme;

  @Field(() => LegalDate, { nullable: true, description: '按日分组时，决定日期不早于 · By day: rows decided on or after.' })
  from?: string | null;

  @Field(() => LegalDate, { nullable: true, description: '按日分组时，决定日期不晚于 · By day: rows decided on or before.' })
  to?: string | null;

  @Field(() => [BucketInput], { description: '贵方各组；未列者视为空组 · The caller’s buckets; one that is not listed is empty.' })
  buckets!: BucketInput[];

  @Field(() => String, { nullable: true, description: '续查：上一答复的最后一组 · To go on: the last bucket of the answer before.' })
  afterBucket?: string | null;
}

@InputType({ description: '按行核对的问题：一组的全部行 · Rows to compare: all of one bucket.' })
export class RowsQuestion {
  @Field(() => BucketSchemeCode, { description: '分组方式 · How rows are put into buckets.' })
  by!: BucketScheme;

  @Field(() => String, { description: '组名 · Name of the bucket.' })
  bucket!: string;

  @Field(() => [RowInput], { description: '贵方该组的全部行 · All rows of it that the caller holds.' })
  rows!: RowInput[];

  @Field(() => String, { nullable: true, description: '贵方已处理至的变更游标 · The feed cursor up to which the caller has applied changes.' })
  cursor?: string | null;

  @Field(() => String, { nullable: true, description: '续查：上一答复的最后一键 · To go on: the last key of the answer before.' })
  afterKey?: string | null;
}

@ObjectType({ description: '不一致的一组 · A bucket that differs.' })
export class BucketDifference {
  @Field(() => String, { description: '组名 · Name of the bucket.' })
  bucket!: string;

  @Field(() => Float, { description: '枢纽向贵方展示的件数 · How many rows of it the hub shows the caller.' })
  count!: number;

  @Field(() => String, { description: '枢纽的摘要 · The hub’s digest.' })
  digest!: string;
}

@ObjectType({ description: '按组核对的答复 · What comparing buckets found.' })
export class BucketReconciliation {
  @Field(() => [BucketDifference], { description: `不一致的组，按组名，至多 ${mostDifferences} 个 · Buckets that differ, by name, at most ${mostDifferences}.` })
  differing!: readonly BucketDifference[];

  @Field(() => Boolean, { description: '还有未列出的 · There are more than shown.' })
  hasMore!: boolean;
}

@ObjectType({ description: '不一致的一行 · A row that differs.' })
export class RowDifference {
  @Field(() => String, { description: '键 · Key of the row.' })
  key!: string;

  @Field(() => RowDifferenceKind, { description: '差异种类 · How it differs.' })
  kind!: DifferenceKind;

  @Field(() => String, { nullable: true, description: '枢纽的摘要 · The hub’s digest; null for an EXTRA row.' })
  digest!: string | null;

  @Field(() => String, { nullable: true, description: '枢纽的规范文本 · The hub’s canonical text; null for an EXTRA row.' })
  text!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: '游标之后有其可见变更，故差异将随变更消除；未给游标为空 · A visible change of it lies behind the cursor and will explain it; null without a cursor.',
  })
  pending!: boolean | null;
}

@ObjectType({ description: '按行核对的答复 · What comparing rows found.' })
export class RowReconciliation {
  @Field(() => [RowDifference], { description: `不一致的行，按键，至多 ${mostDifferences} 行 · Rows that differ, by key, at most ${mostDifferences}.` })
  differences!: readonly RowDifference[];

  @Field(() => Boolean, { description: '还有未列出的 · There are more than shown.' })
  hasMore!: boolean;
}
