import { createSecretKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KeyRing } from '../../src/access/key-ring.js';
import { Seal } from '../../src/access/keys.js';
import { NodeIds } from '../../src/access/node-ids.js';
import type { Viewer } from '../../src/access/viewer.js';
import type { OperationView } from '../../src/boundary/operation-view.js';
import { boundarySql } from '../../src/boundary/database.js';
import { branchView, lookUpView, readerRole } from '../../src/boundary/view-names.js';
import type { Boundary, RecordBoundary } from '../../src/boundary/declaration.js';
import type { Branch } from '../../src/boundary/branches.js';
import type { Cell } from '../../src/boundary/cell.js';
import { BoundaryPolicy, type Decision, type Standing } from '../../src/boundary/policy.js';
import { shieldRules } from '../../src/boundary/shield.js';
import type { HubDatabase } from '../../src/database/database.js';
import { ensureRole } from '../../src/database/roles.js';
import type { Table } from '../../src/database/tables.js';
import { competenceSettings, loadCompetenceSettings } from '../../src/competence/settings.js';
import { AccessExplainer, accessExplainer } from '../../src/explain/access-explainer.js';
import { viewerQuotas } from '../../src/explain/viewer-rights.js';
import { isPurpose } from '../../src/measures/purposes.js';
import { Services } from '../../src/planner/context.js';
import type { PlannerParts } from '../../src/planner/parts.js';
import { systemClock } from '../../src/measures/clock.js';
import { Planner, type PlannedAnswer } from '../../src/planner/planner.js';
import { Readers } from '../../src/planner/readers.js';
import { defaultLimits, settingsOf } from '../../src/limits/settings.js';
import { quotasFrom } from '../../src/server/quotas.js';
import { watchedColumns } from '../../src/feed/change-filter.js';
import { boundaries, boundaryPolicy, changes, hubSchema, hubTables, nodes, operationViews, reads } from '../../src/server/schema.js';
import { personalSeals } from '../../src/subjects/personal-identity.js';
import { testDatabase } from '../support/test-database.js';
import type { GraphQLCall } from './hub-under-test.js';
import type { Asker } from './judge.js';
import type { Side } from './rounds.js';
import { WorldLoader } from './world.js';

/** The hub's declarations with its record types changed. */
export function declarations(change: (record: RecordBoundary) => RecordBoundary): readonly Boundary[] {
  return boundaries.map((declaration) =>
    declaration.form === 'record' ? change(declaration) : declaration,
  );
}

/** A boundary that forgets one condition in every relation. */
export function policyWithout(property: string): BoundaryPolicy {
  return new BoundaryPolicy(
    declarations(({ never: _, ...record }) => ({
      ...record,
      relations: record.relations.map((relation) => ({
        ...relation,
        where: Object.fromEntries(Object.entries(relation.where).filter(([name]) => name !== property)),
      })),
    })),
  );
}

/** A boundary that has put fields into another group. */
export function policyMoving(fields: readonly string[], into: string): BoundaryPolicy {
  return new BoundaryPolicy(
    declarations((record) => (record.groups[into] === undefined ? record : {
      ...record,
      groups: Object.fromEntries(
        Object.entries(record.groups).map(([name, group]) => {
          const rest = group.fields.filter((field) => !fields.includes(field));
          return [name, { ...group, fields: name === into ? [...rest, ...fields] : rest }];
        }),
      ),
    })),
  );
}

/** A boundary whose plans filter nothing and mask nothing; only its branches keep their names. */
export class BlindPolicy extends BoundaryPolicy {
  readonly #of: BoundaryPolicy;

  constructor(of: BoundaryPolicy = boundaryPolicy()) {
    super(of.declarations, undefined, []);
    this.#of = of;
  }

  override branches(standing: Standing, type: string): readonly Branch[] {
    return this.#of.branches(standing, type).map((branch) => ({ ...branch, where: [{ property: 'jurisdiction', oneOf: ['CN-TJ', 'CN-XM', 'US'] }] }));
  }

  /** What a denial says is the boundary's own. */
  override decide(standing: Standing, coordinate: string): Decision {
    return this.#of.decide(standing, coordinate);
  }

  override cell(): Cell {
    return { shown: 'full' };
  }
}

/** A viewer as a token would make it, for asking a planner without the front. */
export function viewerOf(asker: Asker): Viewer {
  return {
    ...asker, jurisdiction: 'CN-TJ', account: 'test', principal: asker.role ?? asker.kind, agreements: [], digestKey: `key of ${asker.agency}`,
    pageLimit: asker.bulk === true ? 1_000 : 100, expiresAt: Number.MAX_SAFE_INTEGER, purpose: isPurpose(asker.purpose) ? asker.purpose : null, caseNo: asker.caseNo ?? null, today: '2026-11-22',
  };
}

/** What a side is made of. By default every layer is the hub's own. */
export interface Layers {
  /** What the plans are compiled from. */
  readonly plans?: BoundaryPolicy;
  /** What the shield rules are compiled from. */
  readonly rules?: BoundaryPolicy;
  /** What the database layer is compiled from, or views over the bare tables. */
  readonly database?: BoundaryPolicy | 'bare';
  /** The statements of the database layer, changed before they run; needs `database` to be a boundary. */
  readonly sql?: (sql: string) => string;
  /** Tables and views of operations both layers are compiled from. */
  readonly tables?: ReadonlyMap<string, Table>;
  readonly operations?: readonly OperationView[];
  /** Parts of the planner, changed. */
  readonly parts?: (parts: PlannerParts, database: HubDatabase) => PlannerParts;
  readonly planner?: (parts: PlannerParts) => Planner;
  /** A second planner over the same database, and the answer made of the answers of both. */
  readonly second?: Pick<Layers, 'plans' | 'rules'>;
  readonly merge?: (call: GraphQLCall, asker: Asker, whole: string, second: string) => string;
}

/** An answer with what the evidence would count of it. */
export type Answered = Pick<PlannedAnswer, 'records' | 'objects' | 'subjects'> & { readonly body: string };

export interface PlannerSide extends Side {
  /** The answer of this planner, or of another one over the same database. */
  answer(asker: Asker, call: GraphQLCall, by?: Planner): Promise<Answered>;
  readonly database: HubDatabase;
  readonly parts: PlannerParts;
  readonly planner: Planner;
  close(): Promise<void>;
}

/** A planner on a database of its own, layer by layer. */
export async function plannerSide(layers: Layers = {}): Promise<PlannerSide> {
  const database = await testDatabase();
  if (layers.database === 'bare') await bareViews(database, layers.plans ?? boundaryPolicy());
  else if (layers.database || layers.sql || layers.tables || layers.operations) await install(database, layers);
  const loader = await WorldLoader.open(database);
  const policy = layers.plans ?? boundaryPolicy();
  const readers = new Readers(database, policy.terms);
  const partsOf = async (of: BoundaryPolicy, rules: BoundaryPolicy): Promise<PlannerParts> => ({
    schema: await hubSchema(of),
    policy: of,
    rules: shieldRules(rules),
    tables: layers.tables ?? hubTables(),
    reads,
    nodes,
    ids: new NodeIds(createSecretKey(Buffer.alloc(32, 7)), nodes.keys()),
    seal: new Seal(createSecretKey(Buffer.alloc(32, 7))),
    readers,
    clock: systemClock,
  });
  const own = await partsOf(policy, layers.rules ?? policy);
  const parts = layers.parts?.(own, database) ?? own;
  const planner = layers.planner?.(parts) ?? new Planner(parts);
  const second = layers.second ? new Planner(await partsOf(layers.second.plans ?? policy, layers.second.rules ?? policy)) : planner;
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-side-'));
  const services = new Services()
    .set(personalSeals, { keyRing: KeyRing.open(folder), ids: parts.ids })
    .set(competenceSettings, loadCompetenceSettings(folder))
    .set(accessExplainer, new AccessExplainer(planner, parts, changes))
    .set(viewerQuotas, quotasFrom(settingsOf(defaultLimits, new Map())));
  return {
    database,
    parts,
    planner,
    load: (world) => loader.load(world),
    id: (type, key) => parts.ids.encode(type, String(key)),
    answer: (asker, call, by = planner) => run(by, parts.readers, services, asker, call),
    ask: async (asker, call) => {
      const { body: whole } = await run(planner, parts.readers, services, asker, call);
      const body = layers.merge?.(call, asker, whole, (await run(second, parts.readers, services, asker, call)).body) ?? whole;
      return { status: 200, type: null, body };
    },
    close: async () => {
      await rm(folder, { recursive: true, force: true });
      loader.close();
      await parts.readers.close();
      await readers.close();
      await database.close();
    },
  };
}

async function run(planner: Planner, readers: Readers, services: Services, asker: Asker, call: GraphQLCall): Promise<Answered> {
  const known = planner.admit(call.query);
  const operation = known.operation(call.operationName ?? null);
  if (!operation) throw new Error('the call names no operation');
  const variables = planner.coerce(operation, call.variables ?? {});
  if (variables instanceof Array) throw new AggregateError(variables, 'variables');
  const viewer = viewerOf(asker);
  const context = { viewer, readers, services, noteCase: () => undefined, noteRead: () => undefined };
  try {
    const { body, records, objects, subjects } = await planner.run(known, operation, variables, viewer, context);
    return { body: body.toString(), records, objects, subjects };
  } catch (error) {
    // The lanes turn a refusal into an answer; here its code is enough.
    if (error instanceof Error && 'extensions' in error) return { body: JSON.stringify({ errors: [{ extensions: error.extensions }], data: null }), records: 0, objects: 0, subjects: [] };
    throw error;
  }
}

/** The database layer of another boundary, with the roles it needs. */
async function install(database: HubDatabase, layers: Layers): Promise<void> {
  const policy = layers.database instanceof BoundaryPolicy ? layers.database : boundaryPolicy();
  const { roles, sql } = boundarySql(policy, layers.tables ?? hubTables(), layers.operations ?? operationViews, watchedColumns(changes.values(), layers.tables ?? hubTables()));
  for (const role of roles) await ensureRole(database.pool(), role);
  await database.pool().query(layers.sql?.(sql) ?? sql);
}

/** Two sides of the same make, for rounds. */
export async function twoSides(layers: Layers): Promise<{ sides: readonly [PlannerSide, PlannerSide]; close: () => Promise<void> }> {
  const [one, other] = await Promise.all([plannerSide(layers), plannerSide(layers)]);
  return { sides: [one, other], close: async () => { await Promise.all([one.close(), other.close()]); } };
}

/**
 * The database layer taken away: every view of records shows all rows and raw cells of its table, owned by the owner, for
 * whom no row security applies. Views of operations stay: there the database is the only layer.
 */
async function bareViews(database: HubDatabase, policy: BoundaryPolicy): Promise<void> {
  const tables = hubTables();
  const permit = tables.get('Permit');
  const action = tables.get('PermitAction');
  const subject = tables.get('Subject');
  const change = tables.get('CreditCaseChange');
  if (!permit || !action || !subject || !change) throw new Error('permits, actions and changes have tables');
  const sql: string[] = [];
  const withHolder =
    'SELECT r.*, h.kind AS holder_kind, h.name AS holder_name, h.uscc AS holder_uscc, h.identity_mask AS holder_identity_mask FROM hub.permit r JOIN hub.subject h ON h.id = r.holder_id';
  for (const principal of policy.principals) {
    const reader = readerRole(principal);
    await ensureRole(database.pool(), reader);
    sql.push(`GRANT USAGE ON SCHEMA shared TO ${reader};`);
    const bare = (view: string, query: string): number => sql.push(`DROP VIEW IF EXISTS ${view}; CREATE VIEW ${view} AS ${query}; GRANT SELECT ON ${view} TO ${reader};`);
    for (const branch of policy.allBranches(principal, 'Permit')) {
      bare(branchView(principal, permit, branch), 'SELECT * FROM hub.permit');
      bare(branchView(principal, permit, branch, true), withHolder);
      bare(branchView(principal, action, branch), 'SELECT * FROM hub.permit_action');
    }
    // Below a case, as actions are below a permit: the list compares columns its own view need not show.
    for (const branch of policy.allBranches(principal, 'CreditCase')) bare(branchView(principal, change, branch), 'SELECT * FROM hub.credit_case_change');
    bare(lookUpView(principal, subject), 'SELECT id, uscc FROM hub.subject');
  }
  await database.pool().query(sql.join('\n'));
}
