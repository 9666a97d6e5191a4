import type { OperationContext } from '../../planner/context.js';
import { assertBucket, assertBuckets, assertRows } from './reconcile-input.js';
import type { BucketQuestion, BucketReconciliation, RowReconciliation, RowsQuestion } from './reconcile-types.js';
import type { ReconciledRecord } from './reconciled-record.js';
import { reconciler } from './reconciler.js';

/** Answers the first step for a record: which buckets differ. Throws GraphQLError BAD_USER_INPUT and BOUNDARY_DENIED. */
export async function differingBuckets(record: ReconciledRecord, input: BucketQuestion, context: OperationContext): Promise<BucketReconciliation> {
  const { by, buckets, from = null, to = null, afterBucket = null } = input;
  const range = { from, to };
  assertBuckets(by, range, buckets);
  const { found, more } = await context.services.get(reconciler).buckets(record, by, range, buckets, afterBucket, context);
  return { differing: found, hasMore: more };
}

/** Answers the second step: which rows of a bucket differ. Throws what the first does, and what a cursor may be refused with. */
export async function differingRows(record: ReconciledRecord, input: RowsQuestion, context: OperationContext): Promise<RowReconciliation> {
  const { by, bucket, rows, cursor = null, afterKey = null } = input;
  assertBucket(by, bucket);
  assertRows(rows);
  const { found, more } = await context.services.get(reconciler).rows(record, { by, bucket, rows, cursor, afterKey }, context);
  return { differences: found, hasMore: more };
}
