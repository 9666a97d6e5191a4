import { GraphQLError } from 'graphql';
import { isLegalDate } from '../../measures/clock.js';
import { hashDigits } from './reconciled-record.js';

/** How rows are put into buckets: by a legal day of the record, or by the hash of its key. */
export const bucketSchemes = ['DAY', 'HASH'] as const;
export type BucketScheme = (typeof bucketSchemes)[number];

/** Count and digest of a bucket as the partner reckons them. */
export interface GivenBucket {
  readonly bucket: string;
  readonly count: number;
  readonly digest: string;
}

/** A row as the partner holds it. */
export interface GivenRow {
  readonly key: string;
  readonly digest: string;
}

/** Days (inclusive) whose rows are compared; null for no bound. */
export interface DayRange {
  readonly from: string | null;
  readonly to: string | null;
}

const digestForm = /^[0-9a-f]{64}$/;
const hashForm = new RegExp(`^[0-9a-f]{${hashDigits}}$`);

/** Throws GraphQLError BAD_USER_INPUT for what could only be misread: a bucket named twice, of another form or out of range. */
export function assertBuckets(by: BucketScheme, { from, to }: DayRange, buckets: readonly GivenBucket[]): void {
  // By hash, the rows of a bucket are asked for whatever their day: counts of some days would only look different.
  if (by === 'HASH' && (from !== null || to !== null)) throw unfit('from 与 to 只用于按日分组', 'from and to go with buckets by day.');
  const seen = new Set<string>();
  for (const { bucket, count, digest } of buckets) {
    assertBucket(by, bucket);
    if (by === 'DAY' && ((from !== null && bucket < from) || (to !== null && bucket > to))) throw unfit(`${bucket} 不在 from 与 to 之间`, `${bucket} is not between from and to.`);
    if (seen.has(bucket)) throw unfit(`${bucket} 重复`, `${bucket} is given twice.`);
    if (!Number.isSafeInteger(count) || count < 0) throw unfit('count 须为非负整数', 'A count is a whole number, not negative.');
    assertDigest(digest);
    seen.add(bucket);
  }
}

export function assertBucket(by: BucketScheme, bucket: string): void {
  if (by === 'DAY' ? isLegalDate(bucket) : hashForm.test(bucket)) return;
  throw by === 'DAY'
    ? unfit('按日分组时 bucket 须为 YYYY-MM-DD', 'A bucket by day is a date, YYYY-MM-DD.')
    : unfit(`按哈希分组时 bucket 须为 ${hashDigits} 位小写十六进制`, `A bucket by hash is ${hashDigits} lower-case hexadecimal digits.`);
}

/** Throws GraphQLError BAD_USER_INPUT for a key given twice and for what is no digest. */
export function assertRows(rows: readonly GivenRow[]): void {
  const seen = new Set<string>();
  for (const { key, digest } of rows) {
    if (seen.has(key)) throw unfit('rows 中有重复的 key', 'A key is given twice.');
    assertDigest(digest);
    seen.add(key);
  }
}

function assertDigest(digest: string): void {
  if (!digestForm.test(digest)) throw unfit('digest 须为 64 位小写十六进制（SHA-256）', 'A digest is SHA-256 as 64 lower-case hexadecimal digits.');
}

function unfit(zh: string, en: string): GraphQLError {
  return new GraphQLError(`${zh} · ${en}`, { extensions: { code: 'BAD_USER_INPUT', nextStep: 'docs/recipes/reconcile.md' } });
}
