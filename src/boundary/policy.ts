import { createHash } from 'node:crypto';
import { isObjectType, type GraphQLSchema } from 'graphql';
import { legalDate, systemClock } from '../measures/clock.js';
import type { Boundary, Condition, MaskName, Principal, RecordBoundary, RelationDeclaration, ViewerTerm } from './declaration.js';

/** What happens to one field of a visible row. */
export type Cell = 'allow' | 'withhold' | { readonly mask: MaskName };

/** One condition on the record's own row. */
export type RowCondition =
  | { readonly property: string; readonly equals: ViewerTerm }
  | { readonly property: string; readonly oneOf: readonly string[] };

/**
 * A set of rows a principal may see and the rights on their cells: an AND of conditions with the shape of one index.
 * Branches may overlap; a row takes the rights of the first branch it falls into, which grants at least what the later
 * ones do.
 */
export interface Branch {
  /** Name of the first relation merged into this branch; names views and roles. */
  readonly name: string;
  readonly relations: readonly RelationDeclaration[];
  readonly where: readonly RowCondition[];
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Why a coordinate is denied or open, for messages and for the matrix. */
export interface Decision {
  readonly allowed: boolean;
  readonly rows: readonly string[];
  readonly clauses: readonly string[];
}

/** The default of the boundary table: HRSS data without a registered agreement goes to nobody (B-54, B-55). */
const defaultDenial: Decision = { allowed: false, rows: ['B-54', 'B-55'], clauses: ['YZ-2.9.2b', 'A-59'] };

/** The compiled boundary: pure, built once at start-up from the declarations of all capabilities. */
export class BoundaryPolicy {
  /** Changes with any change of any declaration; part of plan keys, cursors and evidence. */
  readonly version: string;
  readonly principals: readonly Principal[];
  readonly records: ReadonlyMap<string, RecordBoundary>;
  readonly declarations: readonly Boundary[];
  readonly #owner = new Map<string, Boundary>();
  readonly #branches = new Map<string, readonly Branch[]>();

  /** `on`: the day (`YYYY-MM-DD`) whose relations are in force. Rights change with the day, and the version with them. */
  constructor(declared: readonly Boundary[], on: string = legalDate(systemClock.now())) {
    const declarations = declared.map((boundary) => inForce(boundary, on));
    this.declarations = declarations;
    this.version = createHash('sha256').update(JSON.stringify(declarations)).digest('hex').slice(0, 12);
    this.records = new Map(declarations.flatMap((b) => (b.form === 'record' ? [[b.type, b] as const] : [])));
    for (const declaration of declarations) {
      if ('clauses' in declaration) assertBasis(declaration.type, declaration.clauses);
      for (const field of fieldsOf(declaration)) {
        const coordinate = `${declaration.type}.${field}`;
        if (this.#owner.has(coordinate)) throw new Error(`Boundary: ${coordinate} is declared twice`);
        this.#owner.set(coordinate, declaration);
      }
    }
    const principals = new Set<Principal>();
    for (const record of this.records.values()) {
      for (const relation of record.relations) {
        assertBasis(`${record.type}.${relation.relation}`, relation.clauses);
        for (const principal of relation.viewers) principals.add(principal);
      }
    }
    this.principals = [...principals].sort();
    for (const record of this.records.values()) {
      for (const principal of this.principals) {
        this.#branches.set(`${principal} ${record.type}`, branchesOf(record, principal));
      }
    }
  }

  /** The branches through which a principal sees a record type; empty when nothing is granted. */
  branches(principal: Principal, type: string): readonly Branch[] {
    return this.#branches.get(`${principal} ${type}`) ?? [];
  }

  /** The record type through which a type is seen, or null for operations and open vocabulary. */
  recordOf(type: string): string | null {
    for (const declaration of this.declarations) {
      if (declaration.type !== type) continue;
      if (declaration.form === 'record') return type;
      if (declaration.form === 'part') return declaration.of;
    }
    return null;
  }

  /** The field by which records may be asked for through a part, or null. */
  lookUpOf(part: string): string | null {
    for (const declaration of this.declarations) {
      if (declaration.form === 'part' && declaration.type === part) return declaration.lookUp ?? null;
    }
    return null;
  }

  /** Every declared coordinate, `Type.field`. */
  coordinates(): readonly string[] {
    return [...this.#owner.keys()];
  }

  /** Whether any declaration speaks for this coordinate. */
  declares(coordinate: string): boolean {
    return this.#owner.has(coordinate);
  }

  /** The right on one cell of a row seen through `branch`. */
  cell(branch: Branch, type: string, field: string): Cell {
    const declaration = this.#owner.get(`${type}.${field}`);
    if (declaration?.form === 'record') return branch.cells.get(field) ?? 'withhold';
    if (declaration?.form === 'open') return 'allow';
    if (declaration?.form !== 'part') return 'withhold';
    const group = groupOf(declaration.groups, field);
    return group !== null && branch.relations.every((relation) => relation.allow.includes(group)) ? 'allow' : 'withhold';
  }

  /** May this principal use this coordinate at all, and on what ground. A coordinate nobody declared is denied. */
  decide(principal: Principal, coordinate: string): Decision {
    const declaration = this.#owner.get(coordinate);
    if (!declaration) return defaultDenial;
    if (declaration.form === 'open') return { allowed: true, rows: declaration.rows, clauses: declaration.clauses };
    if (declaration.form === 'operation') {
      const allowed = declaration.viewers.includes(principal);
      return { allowed, rows: declaration.rows, clauses: declaration.clauses };
    }
    const record = declaration.form === 'record' ? declaration.type : declaration.of;
    const branches = this.branches(principal, record);
    if (branches.length === 0) return defaultDenial;
    const field = coordinate.slice(coordinate.indexOf('.') + 1);
    const granting = declaration.form === 'carrier'
      ? branches
      : branches.filter((branch) => this.cell(branch, declaration.type, field) !== 'withhold');
    const grounds = (granting.length > 0 ? granting : branches).flatMap((branch) => branch.relations);
    return {
      allowed: granting.length > 0,
      rows: unique(grounds.flatMap((relation) => relation.rows)),
      clauses: unique(grounds.flatMap((relation) => relation.clauses)),
    };
  }

  /**
   * Start-up check: every field of every object type of the schema has exactly one declaration, and every declaration
   * names a field that exists. Rules are bound to object types; a field reached through an interface or union is decided
   * for every object type behind it (leak L-11, `coordinatesOf`). Throws with the full list: the hub does not start with
   * a hole in its boundary.
   */
  assertCovers(schema: GraphQLSchema): void {
    const coordinates = new Set<string>();
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      for (const field of Object.keys(type.getFields())) coordinates.add(`${type.name}.${field}`);
    }
    const undeclared = [...coordinates].filter((coordinate) => !this.#owner.has(coordinate));
    const unknown = [...this.#owner.keys()].filter((coordinate) => !coordinates.has(coordinate));
    if (undeclared.length + unknown.length === 0) return;
    throw new Error(
      [
        '边界声明与模式不一致，服务不启动 · The boundary does not match the schema; the hub does not start.',
        ...undeclared.map((coordinate) => `  no boundary declared for ${coordinate}`),
        ...unknown.map((coordinate) => `  declared but not in the schema: ${coordinate}`),
        '  Next step: declare the field in the boundary of its capability folder, with its clause.',
      ].join('\n'),
    );
  }
}

/** The field names a declaration speaks for. */
function fieldsOf(declaration: Boundary): readonly string[] {
  return 'groups' in declaration ? Object.values(declaration.groups).flat() : declaration.fields;
}

/** The declaration with the relations that hold on a day. */
function inForce(boundary: Boundary, on: string): Boundary {
  if (boundary.form !== 'record') return boundary;
  const holds = ({ from, until }: RelationDeclaration): boolean => (from ?? on) <= on && on <= (until ?? on);
  return { ...boundary, relations: boundary.relations.filter(holds) };
}

function groupOf(groups: Readonly<Record<string, readonly string[]>>, field: string): string | null {
  return Object.entries(groups).find(([, fields]) => fields.includes(field))?.[0] ?? null;
}

function assertBasis(what: string, clauses: readonly string[]): void {
  if (clauses.length === 0) throw new Error(`Boundary: ${what} has no clause; a rule without a clause is a defect`);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function cellsOf(record: RecordBoundary, relation: RelationDeclaration): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [group, fields] of Object.entries(record.groups)) {
    const mask = relation.mask?.[group];
    const cell: Cell = relation.allow.includes(group) ? 'allow' : mask ? { mask } : 'withhold';
    for (const field of fields) cells.set(field, cell);
  }
  return cells;
}

function rowCondition(property: string, condition: Condition): RowCondition {
  return 'viewer' in condition ? { property, equals: condition.viewer } : { property, oneOf: condition.oneOf };
}

/**
 * Relations that differ only in the literals of one property become one branch, so that two rows of the table (P01 by
 * B-02, P02 by B-06) cost one index scan. Of the branches left an earlier one must grant at least what a later one does.
 */
function branchesOf(record: RecordBoundary, principal: Principal): readonly Branch[] {
  const branches: Branch[] = [];
  for (const relation of record.relations) {
    if (!relation.viewers.includes(principal)) continue;
    const next: Branch = {
      name: relation.relation,
      relations: [relation],
      where: Object.entries(relation.where).map(([property, condition]) => rowCondition(property, condition)),
      cells: cellsOf(record, relation),
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

function merged(a: Branch, b: Branch): Branch | null {
  if (JSON.stringify([...a.cells]) !== JSON.stringify([...b.cells]) || a.where.length !== b.where.length) return null;
  const differing: string[] = [];
  const where: RowCondition[] = [];
  for (const left of a.where) {
    const right = b.where.find((condition) => condition.property === left.property);
    if (!right) return null;
    if (JSON.stringify(left) === JSON.stringify(right)) {
      where.push(left);
    } else if ('oneOf' in left && 'oneOf' in right) {
      differing.push(left.property);
      where.push({ property: left.property, oneOf: unique([...left.oneOf, ...right.oneOf]) });
    } else {
      return null;
    }
  }
  return differing.length <= 1 ? { ...a, relations: [...a.relations, ...b.relations], where } : null;
}

function assertGrantsAtLeast(type: string, earlier: Branch, later: Branch): void {
  for (const [field, cell] of later.cells) {
    const strong = earlier.cells.get(field) ?? 'withhold';
    if (strong === 'allow' || cell === 'withhold' || JSON.stringify(strong) === JSON.stringify(cell)) continue;
    throw new Error(`Boundary: ${type}.${field} is granted further by ${later.name} than by the earlier ${earlier.name}`);
  }
}
