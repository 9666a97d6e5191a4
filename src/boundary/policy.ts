import { createHash } from 'node:crypto';
import { isObjectType, type GraphQLSchema } from 'graphql';
import { agencyOfCode } from '../measures/agencies.js';
import { agreements as registered, type Agreement } from '../measures/agreements.js';
import { legalDate, systemClock } from '../measures/clock.js';
import type { Purpose } from '../measures/purposes.js';
import { agreementRelation, viewerClass } from './by-agreement.js';
import { branchesOf, groupNames, type Branch } from './branches.js';
import { forStanding, type Cell } from './cell.js';
import type { Term } from './row-conditions.js';
import { recordsOf, type AggregateBoundary, type Basis, type Boundary, type PartBoundary, type Principal, type Prohibition, type RecordBoundary, type RelationDeclaration } from './declaration.js';

/** What decides a viewer's rights before any data is looked at. */
export interface Standing {
  readonly principal: Principal;
  /** The declared purpose; null where none was declared, or no case number with it. */
  readonly purpose: Purpose | null;
}

/** Why a coordinate is denied or open, for messages and for the matrix. */
export interface Decision extends Basis {
  readonly allowed: boolean;
  /** What would change a denial: a purpose (with a case number) of `purposes`, or a registered agreement. */
  readonly missing: 'PURPOSE' | 'AGREEMENT' | null;
  readonly purposes: readonly Purpose[];
}

/** The default of the boundary table: HRSS data without a registered agreement goes to nobody (B-54, B-55). */
export const byDefault: Basis = { rows: ['B-54', 'B-55'], clauses: ['YZ-2.9.2b', 'A-59'] };

/** The compiled boundary: pure, built once at start-up from the declarations of all capabilities. */
export class BoundaryPolicy {
  /** Changes with any change of any declaration or agreement in force; part of plan keys, cursors and evidence. */
  readonly version: string;
  /** Viewer classes that see any record: kinds, roles, and kinds with their agreements. */
  readonly principals: readonly Principal[];
  readonly records: ReadonlyMap<string, RecordBoundary>;
  readonly declarations: readonly Boundary[];
  /** What the declarations ask of a viewer: the settings of an envelope. */
  readonly terms: ReadonlySet<Term>;
  readonly #owner = new Map<string, Boundary>();
  readonly #branches = new Map<string, readonly Branch[]>();
  /** Of a viewer class with agreements: its kind. */
  readonly #kinds = new Map<Principal, Principal>();

  /**
   * `on`: the day (`YYYY-MM-DD`) whose relations and agreements are in force. Rights change with the day, and the version
   * with them. Throws for a declaration without clause, twice, of an unknown group, or against a prohibition.
   */
  constructor(declared: readonly Boundary[], on: string = legalDate(systemClock.now()), agreements: readonly Agreement[] = registered()) {
    const holding = agreements.filter(({ from, until }) => from <= on && on <= until);
    const parties = new Map<string, Principal>();
    for (const party of new Set(holding.map(({ party }) => party))) {
      const kind = agencyOfCode(party)?.kind;
      if (!kind) throw new Error(`Boundary: agreement with unknown agency ${party}`);
      const principal = viewerClass(kind, holding.filter((agreement) => agreement.party === party));
      parties.set(party, principal);
      this.#kinds.set(principal, kind);
    }
    const declarations = declared.map((boundary) => inForce(boundary, on, holding, parties));
    this.declarations = declarations;
    this.version = createHash('sha256').update(JSON.stringify(declarations)).digest('hex').slice(0, 12);
    this.terms = termsOf(declarations);
    this.records = new Map(declarations.flatMap((b) => (b.form === 'record' ? [[b.type, b] as const] : [])));
    for (const declaration of declarations) {
      if ('clauses' in declaration) assertBasis(declaration.type, declaration);
      for (const field of fieldsOf(declaration)) {
        const coordinate = `${declaration.type}.${field}`;
        if (this.#owner.has(coordinate)) throw new Error(`Boundary: ${coordinate} is declared twice`);
        this.#owner.set(coordinate, declaration);
      }
    }
    const principals = new Set<Principal>(this.#kinds.keys());
    for (const declaration of declarations) if (declaration.form === 'aggregate') assertAggregate(declaration, this.records.get(declaration.of));
    for (const record of this.records.values()) {
      assertSound(record, this.partsOf(record.type), (principal) => this.kindOf(principal));
      for (const principal of record.relations.flatMap(({ viewers }) => viewers)) principals.add(principal);
    }
    this.principals = [...principals].sort();
    for (const record of this.records.values()) {
      for (const principal of this.principals) {
        const branches = branchesOf(record, this.partsOf(record.type), record.relations, [principal, this.kindOf(principal)]);
        this.#branches.set(`${principal} ${record.type}`, branches);
      }
    }
  }

  /** The branches through which a viewer of this standing sees a record type; empty when nothing is granted. */
  branches(standing: Standing, type: string): readonly Branch[] {
    return this.allBranches(standing.principal, type).filter(({ purposes }) => isDeclared(standing, purposes));
  }

  /** The branches of a viewer class whatever the purpose: what the database layer is made of. */
  allBranches(principal: Principal, type: string): readonly Branch[] {
    return this.#branches.get(`${principal} ${type}`) ?? [];
  }

  /** The kind or role behind a viewer class. */
  kindOf(principal: Principal): Principal {
    return this.#kinds.get(principal) ?? principal;
  }

  /** The viewer classes of a kind or role: itself, and one for each set of agreements of its agencies. */
  classesOf(kind: Principal): readonly Principal[] {
    return [kind, ...[...this.#kinds].flatMap(([principal, of]) => (of === kind ? [principal] : []))];
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

  /** The types seen only through records of this one. */
  partsOf(record: string): readonly PartBoundary[] {
    return this.declarations.filter((declaration) => declaration.form === 'part').filter(({ of }) => of === record);
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

  /** The declaration that speaks for a coordinate, or null. */
  declarationOf(coordinate: string): Boundary | null {
    return this.#owner.get(coordinate) ?? null;
  }

  /** Whether any declaration speaks for this coordinate. */
  declares(coordinate: string): boolean {
    return this.#owner.has(coordinate);
  }

  /** The field group of a coordinate of a record or part, or null. */
  groupOf(coordinate: string): string | null {
    const declaration = this.#owner.get(coordinate);
    const field = coordinate.slice(coordinate.indexOf('.') + 1);
    if (declaration?.form === 'record') return groupWith(Object.entries(declaration.groups).map(([name, { fields }]) => [name, fields]), field);
    return declaration?.form === 'part' ? groupWith(Object.entries(declaration.groups), field) : null;
  }

  /** The right on one cell of a row seen through `branch`, with its conditions on purpose and date. */
  cell(branch: Branch, type: string, field: string): Cell {
    if (this.#owner.get(`${type}.${field}`)?.form === 'open') return { shown: 'full' };
    const group = this.groupOf(`${type}.${field}`);
    return group === null ? null : (branch.rights.get(group) ?? null);
  }

  /** May a viewer of this standing use this coordinate at all, and on what ground. What nobody declared is denied. */
  decide(standing: Standing, coordinate: string): Decision {
    const declaration = this.#owner.get(coordinate);
    if (!declaration) return denied(byDefault, 'AGREEMENT');
    if (declaration.form === 'open') return allowed(declaration);
    if (declaration.form === 'aggregate') return declaration.viewers.includes(this.kindOf(standing.principal)) ? allowed(declaration) : denied(declaration, null);
    if (declaration.form === 'operation') {
      if (!declaration.viewers.includes(this.kindOf(standing.principal))) return denied(declaration, null);
      return isDeclared(standing, declaration.purposes ?? null) ? allowed(declaration) : denied(declaration, 'PURPOSE', declaration.purposes);
    }
    const all = recordsOf(declaration).flatMap((record) => this.allBranches(standing.principal, record));
    if (all.length === 0) return denied(byDefault, 'AGREEMENT');
    const field = coordinate.slice(coordinate.indexOf('.') + 1);
    const cells = all.map((branch) => ({ branch, cell: declaration.form === 'carrier' ? carried : this.cell(branch, declaration.type, field) }));
    const granting = cells.filter(({ branch, cell }) => isDeclared(standing, branch.purposes) && forStanding(cell, standing.purpose) !== null);
    if (granting.length > 0) return allowed(basisOf(granting.map(({ branch }) => branch)));
    const basis = basisOf(all);
    const purposes = unique(cells.flatMap(({ branch, cell }) => (cell === null ? [] : [...(branch.purposes ?? []), ...(cell.purposes ?? [])])));
    return purposes.length > 0 ? denied(basis, 'PURPOSE', purposes) : denied(basis, null);
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

/** A carrier adds nothing to the right on the record it carries. */
const carried: Cell = { shown: 'full' };

/** The field names a declaration speaks for. */
export function fieldsOf(declaration: Boundary): readonly string[] {
  if (declaration.form === 'record') return Object.values(declaration.groups).flatMap(({ fields }) => fields);
  return declaration.form === 'part' ? Object.values(declaration.groups).flat() : declaration.fields;
}

/** The declaration with the relations that hold on a day, those of agreements behind the others. */
function inForce(
  boundary: Boundary,
  on: string,
  agreements: readonly Agreement[],
  parties: ReadonlyMap<string, Principal>,
): Boundary {
  if (boundary.form !== 'record') return boundary;
  const holds = ({ from, until }: RelationDeclaration): boolean => (from ?? on) <= on && on <= (until ?? on);
  const agreed = agreements
    .filter(({ type }) => type === boundary.type)
    .map((agreement) => agreementRelation(boundary, agreement, parties.get(agreement.party) ?? ''));
  return { ...boundary, relations: [...boundary.relations.filter(holds), ...agreed] };
}

/** Agency, district and purpose are asked of everyone (operations too); the day and digests only where they occur. */
function termsOf(declarations: readonly Boundary[]): ReadonlySet<Term> {
  const terms = new Set<Term>(['agency', 'district', 'purpose']);
  const relations = declarations.flatMap((declaration) => (declaration.form === 'record' ? declaration.relations : []));
  for (const { where, sees } of relations) {
    if (Object.values(where).some((condition) => 'day' in condition)) terms.add('today');
    for (const { when, shown, otherwise } of Object.values(sees)) {
      if (when) terms.add('today');
      if (shown === 'digest' || otherwise === 'digest') terms.add('digestKey');
    }
  }
  return terms;
}

/** Every relation has a clause, names groups that exist, shows sensitive ones for a purpose, and breaks no prohibition. */
function assertSound(record: RecordBoundary, parts: readonly PartBoundary[], kindOf: (principal: Principal) => Principal): void {
  const groups = groupNames(record, parts);
  for (const relation of record.relations) {
    const name = `${record.type}.${relation.relation}`;
    assertBasis(name, relation);
    for (const [group, right] of Object.entries(relation.sees)) {
      if (!groups.includes(group)) throw new Error(`Boundary: ${name} names no group ${group}`);
      const open = relation.purposes ?? right.purposes ? right.otherwise : right.shown;
      if (record.groups[group]?.sensitive && (open === 'full' || open === 'digest')) {
        throw new Error(`Boundary: ${name} shows the sensitive group ${group} without a purpose`);
      }
    }
    for (const prohibition of record.never ?? []) {
      assertBasis(`${record.type}, prohibition`, prohibition);
      if (breaks(relation, prohibition, kindOf)) throw new Error(`Boundary: ${name} breaks the prohibition of ${prohibition.rows.join(', ')}`);
    }
  }
}

/** A cube counts rows of a record type that is declared, and none of those a prohibition keeps from its viewers. */
function assertAggregate({ cube, viewers, where }: AggregateBoundary, record: RecordBoundary | undefined): void {
  if (!record) throw new Error(`Boundary: the cube ${cube} is of no record type`);
  for (const prohibition of record.never ?? []) {
    if (breaks({ viewers, where }, prohibition, (principal) => principal)) throw new Error(`Boundary: ${cube} breaks the prohibition of ${prohibition.rows.join(', ')}`);
  }
}

/** A relation keeps a prohibition when it is of others, or limits one of its columns to other codes. */
function breaks(relation: Pick<RelationDeclaration, 'viewers' | 'where'>, { viewers, where }: Prohibition, kindOf: (principal: Principal) => Principal): boolean {
  if (!relation.viewers.some((principal) => viewers.includes(kindOf(principal)))) return false;
  return Object.entries(where).every(([property, { oneOf }]) => {
    const condition = relation.where[property];
    return !condition || !('oneOf' in condition) || condition.oneOf.some((code) => oneOf.includes(code));
  });
}

function groupWith(groups: readonly (readonly [string, readonly string[]])[], field: string): string | null {
  return groups.find(([, fields]) => fields.includes(field))?.[0] ?? null;
}

function assertBasis(what: string, { clauses }: Basis): void {
  if (clauses.length === 0) throw new Error(`Boundary: ${what} has no clause; a rule without a clause is a defect`);
}

function isDeclared({ purpose }: Standing, purposes: readonly Purpose[] | null): boolean {
  return purposes === null || (purpose !== null && purposes.includes(purpose));
}

function allowed({ rows, clauses }: Basis): Decision {
  return { allowed: true, rows, clauses, missing: null, purposes: [] };
}

function denied({ rows, clauses }: Basis, missing: Decision['missing'], purposes: readonly Purpose[] = []): Decision {
  return { allowed: false, rows, clauses, missing, purposes };
}

function basisOf(branches: readonly Branch[]): Basis {
  const relations = branches.flatMap((branch) => branch.relations);
  return { rows: unique(relations.flatMap(({ rows }) => rows)), clauses: unique(relations.flatMap(({ clauses }) => clauses)) };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
