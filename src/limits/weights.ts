/**
 * What work costs beyond the objects of the answer, in objects: declared here, charged alike before and after, so that
 * it never depends on what was found. By coordinate; `*.field` holds for every type.
 */
export const fieldWeights: ReadonlyMap<string, number> = new Map([
  // A whole planning and every path of the explained operation.
  ['Query.explainAccess', 20],
  // The schema of a viewer class is some 3,000 objects, none of them data.
  ['Query.__schema', 100],
  ['Query.__type', 10],
  // One transaction with its checks, as long as a hundred look-ups.
  ['Mutation.upsertPermit', 100],
  // Digests all visible rows, or those of a bucket, on a connection of its own: a second of work for some 100,000 rows.
  ['Query.reconcilePermits', 2_000],
  ['Query.reconcilePermitRows', 500],
  ['Query.reconcileCreditList', 2_000],
  ['Query.reconcileCreditListRows', 500],
  ['Query.reconcileCreditRecords', 2_000],
  ['Query.reconcileCreditRecordRows', 500],
  // Counts all rows of the list, not those of the page.
  ['*.totalCount', 100],
]);

/** The same for arguments that leave the indexed questions, by name; charged where one is given. */
export const argumentWeights: ReadonlyMap<string, number> = new Map([
  ['where', 20],
  ['orderBy', 20],
]);

/** Entries of a list below the root that holds fewer or more than `nestedList`, by coordinate. */
export const listSizes: ReadonlyMap<string, number> = new Map([
  // Every coordinate that is not open to all: some 330, and room for a few capabilities more; what is not there is given back.
  ['ViewerInfo.fields', 500],
  // With ten thousand entries of a batch it fits into one operation.
  ['SubjectMatch.candidates', 3],
  ['ListCheck.entryNos', 3],
  // As many groups as an answer may hold; what is not there is given back.
  ['PermitStatistics.groups', 1_000],
  ['CreditListStatistics.groups', 1_000],
  ['PublishedStatistics.cells', 1_000],
  ['PublishedListStatistics.cells', 1_000],
  // As many as an answer may name.
  ['BucketReconciliation.differing', 1_000],
  ['RowReconciliation.differences', 1_000],
]);

/** Entries reckoned for a list without a page size at the root: the longest of them has 65. */
export const openList = 65;
