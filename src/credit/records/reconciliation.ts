import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Boundary } from '../../boundary/declaration.js';
import { differingBuckets, differingRows } from '../../feed/reconcile/reconcile-operation.js';
import { BucketQuestion, BucketReconciliation, RowReconciliation, RowsQuestion } from '../../feed/reconcile/reconcile-types.js';
import { reconcileView, type ReconciledColumn, type ReconciledRecord } from '../../feed/reconcile/reconciled-record.js';
import type { OperationContext } from '../../planner/context.js';
import { recordChange } from './record-change.js';

const own = (path: string, sql: string): ReconciledColumn => ({ path, coordinate: `CreditRecord.${path}`, sql });
const date = (column: string): string => `to_char(${column}, 'YYYY-MM-DD')`;

/** The canonical row of a credit record: its basic facts without the hub's own id, and what was found. Penalties stand in the order of their codes. */
const reconciledRecord: ReconciledRecord = {
  name: 'credit_record_row',
  change: recordChange,
  from: 'hub.credit_record r',
  table: 'hub.credit_record',
  joined: [],
  key: 'r.record_no',
  identity: 'r.record_no',
  identityOfKey: (key) => key,
  subject: 'r.subject_id',
  day: 'r.decided_on',
  columns: [
    own('recordNo', 'r.record_no'),
    own('jurisdiction', 'r.jurisdiction'),
    own('category', 'r.category'),
    own('inspectionNo', 'r.inspection_no'),
    own('ground', 'r.ground'),
    own('legalBasis', 'r.legal_basis'),
    own('documentNo', 'r.document_no'),
    own('problem', 'r.problem'),
    own('handling', 'r.handling'),
    { path: 'responsibleOrgan.code', coordinate: 'CreditRecord.responsibleOrgan', sql: 'r.responsible_organ' },
    own('district', 'r.district'),
    own('subjectKind', 'r.subject_kind'),
    own('subjectName', 'r.subject_name'),
    own('subjectCode', 'r.subject_code'),
    own('penalties', `array_to_string(r.penalties, ' ')`),
    own('severity', 'r.severity'),
    own('state', 'r.state'),
    own('decidedOn', date('r.decided_on')),
    own('confirmedOn', date('r.confirmed_on')),
    own('publicFrom', date('r.public_from')),
    own('publicUntil', date('r.public_until')),
  ],
};

export const creditRecordRowView = reconcileView(reconciledRecord);

/** Comparing copies tells of visible records alone: it adds nothing to the rights on them. */
export const recordReconciliationBoundaries: readonly Boundary[] = [
  { form: 'carrier', type: 'Query', of: 'CreditRecord', fields: ['reconcileCreditRecords', 'reconcileCreditRecordRows'] },
];

@Resolver()
export class RecordReconciliation {
  @Query(() => BucketReconciliation, {
    nullable: true,
    description:
      '信用信息对账第一步：以贵方各组的件数与摘要，答复哪些组不一致；只及贵方可见的信用信息 · ' +
      'Reconciliation of the credit records, first step: which buckets differ from the caller’s counts and digests. Only records the caller may see.',
  })
  reconcileCreditRecords(
    @Arg('input', () => BucketQuestion, { description: '贵方各组 · The caller’s buckets.', validate: false }) input: BucketQuestion,
    @Ctx() context: OperationContext,
  ): Promise<BucketReconciliation> {
    return differingBuckets(reconciledRecord, input, context);
  }

  @Query(() => RowReconciliation, {
    nullable: true,
    description:
      '信用信息对账第二步：一组内哪些缺少、多出或不同，及枢纽的规范文本 · ' +
      'Reconciliation of the credit records, second step: which records of a bucket are missing, extra or different, with the hub’s canonical text.',
  })
  reconcileCreditRecordRows(
    @Arg('input', () => RowsQuestion, { description: '贵方一组的全部行 · All rows of a bucket that the caller holds.', validate: false }) input: RowsQuestion,
    @Ctx() context: OperationContext,
  ): Promise<RowReconciliation> {
    return differingRows(reconciledRecord, input, context);
  }
}
