import { isAgencyKind } from '../measures/agencies.js';
import type { Purpose } from '../measures/purposes.js';
import type { Branch } from './branches.js';
import { forStanding, type Cell } from './cell.js';
import { recordsOf, type Basis, type Principal, type RelationDeclaration, type Right, type Shown } from './declaration.js';
import type { BoundaryPolicy, Standing } from './policy.js';

/** What becomes of a field: shown as it is, through a mask, as a digest, or not at all. */
export const effects = ['ALLOW', 'MASK', 'DIGEST', 'DENY'] as const;
export type Effect = (typeof effects)[number];

/** What a denial lacks. CASE: a purpose was declared without a case number; ROLE: it is somebody else's part. */
export const missingRights = ['PURPOSE', 'CASE', 'ROLE', 'AGREEMENT'] as const;
export type MissingRight = (typeof missingRights)[number];

/** How a field is seen in the rows of one relation. */
export interface RelationEffect {
  /** The record type the relation is declared for. */
  readonly record: string;
  readonly relation: RelationDeclaration;
  readonly effect: Effect;
  readonly shown: Shown | null;
  /** Shown so only while a date has come or is open; `otherwise` is shown in the other rows. */
  readonly when: Right['when'] | null;
  readonly otherwise: Shown | null;
  /** Purposes that would show more of it. */
  readonly purposes: readonly Purpose[];
}

/** Why a field or operation is open or denied, and what would change it. */
export interface AccessGround extends Basis {
  readonly missing: readonly MissingRight[];
  /** Purposes of which one, with a case number, would do. */
  readonly purposes: readonly Purpose[];
  /** Who holds it in full: kinds of agency and roles. */
  readonly ask: readonly Principal[];
}

/** One coordinate as a viewer of a standing sees it. Computed from the declarations alone. */
export interface CoordinateEffect {
  readonly coordinate: string;
  readonly group: string | null;
  /** The most that is shown in any visible row. */
  readonly effect: Effect;
  /** Whether what is shown differs between rows. */
  readonly dependsOnRow: boolean;
  readonly relations: readonly RelationEffect[];
  readonly ground: AccessGround;
}

/** What of purpose and case number a caller has declared; a purpose counts with a case number only. */
export interface Declared {
  readonly purpose: boolean;
  readonly caseNo: boolean;
}

/** The effect of the boundary on one coordinate; for the same standing it says what `policy.decide` decides. */
export function coordinateEffect(policy: BoundaryPolicy, standing: Standing, coordinate: string, declared = declaredBy(standing)): CoordinateEffect {
  const declaration = policy.declarationOf(coordinate);
  const relations = recordsOf(declaration).flatMap((record) =>
    policy.allBranches(standing.principal, record).flatMap((branch) => relationEffects(policy, standing, { record, branch }, coordinate, declaration?.form === 'carrier')),
  );
  const { allowed } = policy.decide(standing, coordinate);
  const visible = relations.filter(({ relation }) => isMet(standing, relation.purposes));
  const strongest = effects.find((effect) => visible.some((one) => one.effect === effect)) ?? 'ALLOW';
  return {
    coordinate,
    group: policy.groupOf(coordinate),
    effect: allowed ? strongest : 'DENY',
    dependsOnRow: allowed && visible.some((one) => one.when !== null || !sameShown(one.shown, visible[0]?.shown ?? null)),
    relations,
    ground: accessGround(policy, standing, coordinate, declared),
  };
}

/** What nobody declared separately: a standing has a purpose only where a case number came with it. */
function declaredBy({ purpose }: Standing): Declared {
  return { purpose: purpose !== null, caseNo: purpose !== null };
}

function relationEffects(
  policy: BoundaryPolicy,
  standing: Standing,
  { record, branch }: { readonly record: string; readonly branch: Branch },
  coordinate: string,
  carried: boolean,
): readonly RelationEffect[] {
  const [type = '', field = ''] = coordinate.split('.');
  const declared: Cell = carried ? { shown: 'full' } : policy.cell(branch, type, field);
  const cell = isMet(standing, branch.purposes ?? undefined) ? forStanding(declared, standing.purpose) : null;
  const wanted = declared === null ? [] : [...(branch.purposes ?? []), ...(declared.purposes ?? [])];
  return branch.relations.map((relation) => ({
    record,
    relation,
    effect: effectOf(cell?.shown ?? null),
    shown: cell?.shown ?? null,
    when: cell?.when ?? null,
    otherwise: cell?.when ? (cell.otherwise ?? null) : null,
    purposes: cell !== null && sameShown(cell.shown, declared?.shown ?? null) ? [] : [...new Set(wanted)],
  }));
}

/** What showing a cell so comes to. */
export function effectOf(shown: Shown | null): Effect {
  if (shown === null) return 'DENY';
  if (shown === 'full') return 'ALLOW';
  return shown === 'digest' ? 'DIGEST' : 'MASK';
}

/** The ground of the decision on a coordinate, with what is missing and whom to ask where it is denied. */
export function accessGround(policy: BoundaryPolicy, standing: Standing, coordinate: string, declared = declaredBy(standing)): AccessGround {
  const { allowed, rows, clauses, missing, purposes } = policy.decide(standing, coordinate);
  if (allowed) return { rows, clauses, missing: [], purposes: [], ask: [] };
  const kind = policy.kindOf(standing.principal);
  const holders = holdersOf(policy, coordinate);
  const lacks: MissingRight[] = [];
  if (missing === 'PURPOSE') {
    if (!declared.purpose || declared.caseNo) lacks.push('PURPOSE');
    if (!declared.caseNo) lacks.push('CASE');
  }
  const asRole = !isAgencyKind(kind);
  if (missing !== 'PURPOSE' && (asRole || holders.some((holder) => !isAgencyKind(holder)))) lacks.push('ROLE');
  if (missing !== 'PURPOSE' && !asRole && offered(policy, kind, coordinate)) lacks.push('AGREEMENT');
  // Who lacks a purpose alone need not ask anybody.
  return { rows, clauses, missing: lacks, purposes, ask: missing === 'PURPOSE' ? [] : holders.filter((holder) => holder !== kind) };
}

/** Whether a registered agreement could share this coordinate: the offer of its record names the group. */
function offered(policy: BoundaryPolicy, kind: Principal, coordinate: string): boolean {
  const declaration = policy.declarationOf(coordinate);
  const group = policy.groupOf(coordinate);
  return recordsOf(declaration).some((type) => {
    const record = policy.records.get(type);
    const whole = record?.never?.some(({ viewers, where }) => viewers.includes(kind) && Object.keys(where).length === 0) ?? false;
    return !whole && record?.byAgreement !== undefined && (group === null || record.byAgreement.groups.includes(group));
  });
}

/**
 * Who holds a coordinate in full. The bureau whose own record it is (its relation names the viewer's own agency) goes
 * before those who may read it as well: a partner asks the source, not another reader.
 */
export function holdersOf(policy: BoundaryPolicy, coordinate: string): readonly Principal[] {
  const declaration = policy.declarationOf(coordinate);
  if (!declaration || declaration.form === 'open') return [];
  if (declaration.form === 'operation' || declaration.form === 'aggregate') return declaration.viewers;
  const group = policy.groupOf(coordinate);
  const relations = recordsOf(declaration).flatMap((record) => policy.records.get(record)?.relations ?? []);
  const holding = relations.filter(({ sees }) => (group === null ? true : sees[group]?.shown === 'full'));
  const own = holding.filter(({ where }) => Object.values(where).some((condition) => 'viewer' in condition && condition.viewer === 'agency'));
  return [...new Set((own.length > 0 ? own : holding).flatMap(({ viewers }) => viewers.map((viewer) => policy.kindOf(viewer))))];
}

function isMet({ purpose }: Standing, purposes: readonly Purpose[] | undefined): boolean {
  return purposes === undefined || (purpose !== null && purposes.includes(purpose));
}

function sameShown(a: Shown | null, b: Shown | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
