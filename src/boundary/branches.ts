import type { Purpose } from '../measures/purposes.js';
import type { Cell } from './cell.js';
import type { Condition, PartBoundary, Principal, RecordBoundary, RelationDeclaration } from './declaration.js';
import type { RowCondition, RowScope } from './row-conditions.js';

/**
 * A set of rows a principal may see and the rights on their field groups: an AND of conditions with the shape of one
 * index. Branches may overlap; a row takes the rights of the first branch it falls into, which grants at least what the
 * later ones do.
 */
export interface Branch extends RowScope {
  /** Name of the first relation merged into this branch; names views and roles. */
  readonly name: string;
  readonly relations: readonly RelationDeclaration[];
  /** Field group → right, for the groups of the record and of its parts. */
  readonly rights: ReadonlyMap<string, Cell>;
}

/**
 * The branches of a principal on a record type. Relations that differ only in the codes of one property become one
 * branch, so that two rows of the table (P01 by B-02, P02 by B-06) cost one index scan. Of the branches left an earlier
 * one must grant at least what a later one does; throws where it does not.
 */
export function branchesOf(
  record: RecordBoundary,
  parts: readonly PartBoundary[],
  relations: readonly RelationDeclaration[],
  principals: readonly Principal[],
): readonly Branch[] {
  const groups = groupNames(record, parts);
  const branches: Branch[] = [];
  for (const relation of relations) {
    if (!relation.viewers.some((viewer) => principals.includes(viewer))) continue;
    const next: Branch = {
      name: relation.relation,
      relations: [relation],
      where: Object.entries(relation.where).map(([property, condition]) => rowCondition(property, condition)),
      purposes: relation.purposes ?? null,
      rights: new Map(groups.map((group) => [group, relation.sees[group] ?? null])),
    };
    const at = branches.findIndex((branch) => merged(branch, next) !== null);
    const whole = at < 0 ? null : merged(branches[at] ?? next, next);
    if (whole) branches[at] = whole;
    else branches.push(next);
  }
  branches.forEach((branch, index) => {
    for (const earlier of branches.slice(0, index)) assertGrantsAtLeast(record.type, earlier, branch);
  });
  return branches;
}

/** Names of all field groups of a record and its parts. */
export function groupNames(record: RecordBoundary, parts: readonly PartBoundary[]): readonly string[] {
  return [...new Set([...Object.keys(record.groups), ...parts.flatMap((part) => Object.keys(part.groups))])];
}

function rowCondition(property: string, condition: Condition): RowCondition {
  if ('viewer' in condition) return { property, equals: condition.viewer };
  return 'day' in condition ? { property, day: condition.day } : { property, oneOf: condition.oneOf };
}

function merged(a: Branch, b: Branch): Branch | null {
  if (!same([...a.rights], [...b.rights]) || !same(a.purposes, b.purposes) || a.where.length !== b.where.length) return null;
  const differing: string[] = [];
  const where: RowCondition[] = [];
  for (const left of a.where) {
    const right = b.where.find((condition) => condition.property === left.property);
    if (!right) return null;
    if (same(left, right)) {
      where.push(left);
    } else if ('oneOf' in left && 'oneOf' in right) {
      differing.push(left.property);
      where.push({ property: left.property, oneOf: [...new Set([...left.oneOf, ...right.oneOf])] });
    } else {
      return null;
    }
  }
  return differing.length <= 1 ? { ...a, relations: [...a.relations, ...b.relations], where } : null;
}

function assertGrantsAtLeast(type: string, earlier: Branch, later: Branch): void {
  // A branch that shows for a purpose only is not there without it: rows then take the rights of the later one.
  for (const [group, cell] of later.rights) {
    if (atLeast(earlier.rights.get(group) ?? null, cell)) continue;
    throw new Error(`Boundary: ${type}, group ${group} is granted further by ${later.name} than by the earlier ${earlier.name}`);
  }
}

/** Whether a right shows, to every viewer on every day, at least what another one does. */
function atLeast(strong: Cell, weak: Cell): boolean {
  if (weak === null || same(strong, weak)) return true;
  if (strong === null || strong.shown !== 'full' || strong.when) return false;
  return !strong.purposes || (includesAll(strong.purposes, weak.purposes) && same(strong.otherwise, weak.otherwise));
}

function includesAll(purposes: readonly Purpose[], wanted: readonly Purpose[] | undefined): boolean {
  return wanted?.every((purpose) => purposes.includes(purpose)) ?? false;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
