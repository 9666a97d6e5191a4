import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { differingBuckets, differingRows } from '../../feed/reconcile/reconcile-operation.js';
import { BucketQuestion, BucketReconciliation, RowReconciliation, RowsQuestion } from '../../feed/reconcile/reconcile-types.js';
import { reconcileView, type ReconciledColumn, type ReconciledRecord } from '../../feed/reconcile/reconciled-record.js';
import type { OperationContext } from '../../planner/context.js';
import { listChange } from './list-change.js';

const own = (path: string, sql: string): ReconciledColumn => ({ path, coordinate: `ListEntry.${path}`, sql });
const date = (column: string): string => `to_char(${column}, 'YYYY-MM-DD')`;

/**
 * The canonical row of a list entry: its LIST_BASIC without the hub's own id, which everybody who follows the lists reads
 * in full. An entry not decided yet, which its organ alone sees, stands in no bucket by day; by hash it is compared.
 */
const reconciledEntry: ReconciledRecord = {
  name: 'list_entry_row',
  change: listChange,
  from: 'hub.list_entry e',
  table: 'hub.list_entry',
  joined: [],
  key: 'e.entry_no',
  identity: 'e.entry_no',
  identityOfKey: (key) => key,
  subject: 'e.subject_id',
  day: 'e.decided_on',
  columns: [
    own('entryNo', 'e.entry_no'),
    own('jurisdiction', 'e.jurisdiction'),
    own('list', 'e.list'),
    own('ground', 'e.ground'),
    own('legalBasis', 'e.legal_basis'),
    own('documentNo', 'e.document_no'),
    own('severity', 'e.severity'),
    { path: 'responsibleOrgan.code', coordinate: 'ListEntry.responsibleOrgan', sql: 'e.responsible_organ' },
    own('district', 'e.district'),
    own('subjectKind', 'e.subject_kind'),
    own('subjectName', 'e.subject_name'),
    own('subjectCode', 'e.subject_code'),
    own('state', 'e.state'),
    own('decidedOn', date('e.decided_on')),
    own('publishedOn', date('e.published_on')),
    own('validFrom', date('e.valid_from')),
    own('validTo', date('e.valid_to')),
    own('openCase', 'e.open_case'),
  ],
};

export const listEntryRowView = reconcileView(reconciledEntry);

/** Comparing copies tells of visible entries alone: it adds nothing to the rights on them. */
export const listReconciliationBoundaries: readonly Boundary[] = [
  { form: 'carrier', type: 'Query', of: 'ListEntry', fields: ['reconcileCreditList', 'reconcileCreditListRows'] },
];

@Resolver()
export class ListReconciliation {
  @Query(() => BucketReconciliation, {
    nullable: true,
    description:
      '名单对账第一步：以贵方各组的件数与摘要，答复哪些组不一致；只及贵方可见的名单记录 · ' +
      'Reconciliation of the lists, first step: which buckets differ from the caller’s counts and digests. Only entries the caller may see.',
  })
  reconcileCreditList(
    @Arg('input', () => BucketQuestion, { description: '贵方各组 · The caller’s buckets.', validate: false }) input: BucketQuestion,
    @Ctx() context: OperationContext,
  ): Promise<BucketReconciliation> {
    return differingBuckets(reconciledEntry, input, context);
  }

  @Query(() => RowReconciliation, {
    nullable: true,
    description:
      '名单对账第二步：一组内哪些记录缺少、多出或不同，及枢纽的规范文本 · ' +
      'Reconciliation of the lists, second step: which entries of a bucket are missing, extra or different, with the hub’s canonical text.',
  })
  reconcileCreditListRows(
    @Arg('input', () => RowsQuestion, { description: '贵方一组的全部行 · All rows of a bucket that the caller holds.', validate: false }) input: RowsQuestion,
    @Ctx() context: OperationContext,
  ): Promise<RowReconciliation> {
    return differingRows(reconciledEntry, input, context);
  }
}
