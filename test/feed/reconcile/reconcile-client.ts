import { createHash } from 'node:crypto';
import { z } from 'zod';

/*
 * A partner's side of the reconciliation, written from docs/recipes/reconcile.md alone: nothing of the hub's sources.
 */

/** A permit as `permitSelection` brings it. */
export const heldPermit = z.object({
  documentNo: z.string(), documentPart: z.number(), jurisdiction: z.string(), item: z.string(), certificateNo: z.string().nullable(),
  holder: z.object({ name: z.string(), uscc: z.string().nullable() }), decidedBy: z.object({ code: z.string() }), legalAuthority: z.string(),
  location: z.string(), district: z.string(), outcome: z.string(), status: z.string().nullable(), decidedOn: z.string(),
  validFrom: z.string().nullable(), validTo: z.string().nullable(),
});
export type HeldPermit = z.infer<typeof heldPermit>;

export const permitSelection =
  'documentNo documentPart jurisdiction item certificateNo holder { name uscc } decidedBy { code } legalAuthority location district outcome status decidedOn validFrom validTo';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const quoted = (cell: string | number | null): string => (cell === null ? '' : `"${String(cell).replace(/"/g, '""')}"`);

export function keyOf({ documentNo, documentPart }: HeldPermit): string {
  return `${documentNo} ${documentPart}`;
}

export function textOf(permit: HeldPermit): string {
  return [
    permit.documentNo, permit.documentPart, permit.jurisdiction, permit.item, permit.certificateNo, permit.holder.name, permit.holder.uscc, permit.decidedBy.code,
    permit.legalAuthority, permit.location, permit.district, permit.outcome, permit.status, permit.decidedOn, permit.validFrom, permit.validTo,
  ].map(quoted).join(',');
}

export type Scheme = 'DAY' | 'HASH';

export function bucketOf(permit: HeldPermit, by: Scheme): string {
  return by === 'DAY' ? permit.decidedOn : sha256(keyOf(permit)).slice(0, 3);
}

export function bucketsOf(held: Iterable<HeldPermit>, by: Scheme): { bucket: string; count: number; digest: string }[] {
  const rows = new Map<string, string[]>();
  for (const permit of held) rows.set(bucketOf(permit, by), [...(rows.get(bucketOf(permit, by)) ?? []), sha256(textOf(permit))]);
  return [...rows].map(([bucket, digests]) => ({ bucket, count: digests.length, digest: sha256(digests.sort().map((digest) => `${digest}\n`).join('')) }));
}

export function rowsOf(held: Iterable<HeldPermit>, by: Scheme, bucket: string): { key: string; digest: string }[] {
  return [...held].filter((permit) => bucketOf(permit, by) === bucket).map((permit) => ({ key: keyOf(permit), digest: sha256(textOf(permit)) }));
}

export const bucketsQuery = 'query ($input: BucketQuestion!) { reconcilePermits(input: $input) { hasMore differing { bucket count digest } } }';
export const bucketsAnswer = z.object({ hasMore: z.boolean(), differing: z.array(z.object({ bucket: z.string(), count: z.number(), digest: z.string() })) });

export const rowsQuery = 'query ($input: RowsQuestion!) { reconcilePermitRows(input: $input) { hasMore differences { key kind digest text pending } } }';
export const rowsAnswer = z.object({
  hasMore: z.boolean(),
  differences: z.array(
    z.object({ key: z.string(), kind: z.enum(['MISSING', 'EXTRA', 'DIFFERENT']), digest: z.string().nullable(), text: z.string().nullable(), pending: z.boolean().nullable() }),
  ),
});
