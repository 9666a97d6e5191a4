import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Boundary } from '../boundary/declaration.js';
import { differingBuckets, differingRows } from '../feed/reconcile/reconcile-operation.js';
import { BucketQuestion, BucketReconciliation, RowReconciliation, RowsQuestion } from '../feed/reconcile/reconcile-types.js';
import { reconcileView, type ReconciledColumn, type ReconciledRecord } from '../feed/reconcile/reconciled-record.js';
import type { OperationContext } from '../planner/context.js';
import { permitChange } from './permit-change.js';

const own = (path: string, sql: string): ReconciledColumn => ({ path, coordinate: `Permit.${path}`, sql });
const date = (column: string): string => `to_char(${column}, 'YYYY-MM-DD')`;

/**
 * The canonical row of a permit: what PERMIT_BASIC says of it and its holder, in this order. Left out are its lists,
 * which the feed does not carry, and the references of the hub's own intake.
 */
export const reconciledPermit: ReconciledRecord = {
  name: 'permit_row',
  change: permitChange,
  from: 'hub.permit p JOIN hub.subject s ON s.id = p.holder_id',
  table: 'hub.permit',
  joined: ['hub.subject'],
  // A document number is unique within its register; the part tells apart what some registers print under one number.
  key: `p.document_no || ' ' || p.document_part`,
  identity: 'p.document_no',
  identityOfKey: (key) => key.slice(0, Math.max(0, key.lastIndexOf(' '))),
  subject: 'p.holder_id',
  day: 'p.decided_on',
  columns: [
    own('documentNo', 'p.document_no'),
    own('documentPart', 'p.document_part::text'),
    own('jurisdiction', 'p.jurisdiction'),
    own('item', 'p.item'),
    own('certificateNo', 'p.certificate_no'),
    { path: 'holder.name', coordinate: 'Subject.name', sql: 's.name' },
    { path: 'holder.uscc', coordinate: 'Subject.uscc', sql: 's.uscc' },
    { path: 'decidedBy.code', coordinate: 'Permit.decidedBy', sql: 'p.decided_by' },
    own('legalAuthority', 'p.legal_authority'),
    own('location', 'p.location'),
    own('district', 'p.district'),
    own('outcome', 'p.outcome'),
    own('status', 'p.status'),
    own('decidedOn', date('p.decided_on')),
    own('validFrom', date('p.valid_from')),
    own('validTo', date('p.valid_to')),
  ],
};

export const permitRowView = reconcileView(reconciledPermit);

/** Comparing copies tells of visible permits alone: it adds nothing to the rights on them. */
export const permitReconciliationBoundaries: readonly Boundary[] = [
  { form: 'carrier', type: 'Query', of: 'Permit', fields: ['reconcilePermits', 'reconcilePermitRows'] },
];

@Resolver()
export class PermitReconciliation {
  @Query(() => BucketReconciliation, {
    nullable: true,
    description:
      '对账第一步：以贵方各组的件数与摘要，答复哪些组不一致；只及贵方可见的许可 · ' +
      'Reconciliation, first step: which buckets differ from the caller’s counts and digests. Only permits the caller may see.',
  })
  reconcilePermits(
    @Arg('input', () => BucketQuestion, { description: '贵方各组 · The caller’s buckets.', validate: false }) input: BucketQuestion,
    @Ctx() context: OperationContext,
  ): Promise<BucketReconciliation> {
    return differingBuckets(reconciledPermit, input, context);
  }

  @Query(() => RowReconciliation, {
    nullable: true,
    description:
      '对账第二步：一组内哪些行缺少、多出或不同，及枢纽的规范文本 · ' +
      'Reconciliation, second step: which rows of a bucket are missing, extra or different, with the hub’s canonical text.',
  })
  reconcilePermitRows(
    @Arg('input', () => RowsQuestion, { description: '贵方一组的全部行 · All rows of a bucket that the caller holds.', validate: false }) input: RowsQuestion,
    @Ctx() context: OperationContext,
  ): Promise<RowReconciliation> {
    return differingRows(reconciledPermit, input, context);
  }
}
