import pg from 'pg';
import { readerRole } from '../../src/boundary/view-names.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { migrate } from '../../src/database/migrate.js';
import type { HubDatabase } from '../../src/database/database.js';
import { boundaryPolicy, hubTables, reads } from '../../src/server/schema.js';
import { testDatabase } from '../support/test-database.js';
import { asker } from './hub-under-test.js';
import { familyNameOnly, sight, type Asker } from './judge.js';
import { BlindPolicy, declarations, plannerSide, policyMoving, twoSides, type Layers } from './planner-sides.js';
import { makePair } from './pairs.js';
import { Random } from './random.js';
import { explain, Rounds, type RoundsOptions } from './rounds.js';
import { WorldLoader, type World } from './world.js';

const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');
/** Few in `npm run test:long`; LAYER_ROUNDS says how many, `npm run test:boundary` plays 100. */
const rounds = Number(process.env['LAYER_ROUNDS'] ?? '16');
const policy = boundaryPolicy();
const viewers = ['HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_DONGJIANG_APPROVAL', 'HEPING_HRSS', 'BINHAI_HRSS', 'MUNI_HRSS'].map((code) => asker(code));

/** A world with at least four visible and four hidden permits. */
function mixedWorld(who: Asker): World {
  for (let i = 0; ; i += 1) {
    const { one } = makePair(new Random(seed + i), who);
    const seen = one.permits.filter((permit) => sight(who, permit) !== 'hidden').length;
    if (seen >= 4 && one.permits.length - seen >= 4) return one;
  }
}

async function roundsOf(layers: Layers, count: number, options: RoundsOptions = {}): Promise<string | null> {
  const { sides, close } = await twoSides(layers);
  try {
    const played = new Rounds(sides, ['any'], options);
    for (let i = 0; i < count; i += 1) {
      const finding = await played.play(seed + i, 2);
      if (finding) return explain(finding);
    }
    return null;
  } finally {
    await close();
  }
}

describe('operation plan', () => {
  test('a denied coordinate is null with BOUNDARY_DENIED, even where plans and database show every cell', async () => {
    const side = await plannerSide({ plans: new BlindPolicy(), rules: policy, database: 'bare' });
    try {
      await side.load(mixedWorld(asker('HEPING_HRSS')));
      const query = '{ permits(first: 9) { nodes { content mine: legalRepresentative revision } edges { node { content } } } }';
      const answer = JSON.parse((await side.ask(asker('HEPING_HRSS'), { query }, 'any')).body) as {
        data: { permits: { nodes: object[]; edges: { node: object }[] } };
        errors: { path: string[]; extensions: { code: string; coordinate: string } }[];
      };
      expect(answer.data.permits.nodes.length).toBeGreaterThan(0);
      for (const node of answer.data.permits.nodes) expect(node).toEqual({ content: null, mine: null, revision: null });
      for (const { node } of answer.data.permits.edges) expect(node).toEqual({ content: null });
      expect(answer.errors.map(({ path, extensions }) => [path.join('.'), extensions.code, extensions.coordinate])).toEqual([
        ['permits.nodes.content', 'BOUNDARY_DENIED', 'Permit.content'],
        ['permits.nodes.mine', 'BOUNDARY_DENIED', 'Permit.legalRepresentative'],
        ['permits.nodes.revision', 'BOUNDARY_DENIED', 'Permit.revision'],
        ['permits.edges.node.content', 'BOUNDARY_DENIED', 'Permit.content'],
      ]);
      const none = await side.ask(asker('MUNI_HRSS', 'ANALYST'), { query }, 'any');
      expect(JSON.parse(none.body)).toMatchObject({ data: { permits: null }, errors: [{ path: ['permits'], extensions: { code: 'BOUNDARY_DENIED' } }] });
    } finally {
      await side.close();
    }
  });

  test.each([
    ['status', '{ permits(first: 1, filter: {status: VALID}) { nodes { item } } }'],
    ['status', 'query ($f: PermitFilter) { permits(first: 1, filter: $f) { nodes { item } } }'],
    ['item', '{ other: permits(first: 1, filter: {district: "1", item: P01}) { pageInfo { hasNextPage } } }'],
    ['documentNo', '{ permit(documentNo: "1") { item } }'],
    ['decidedOn', '{ permits(first: 1) { nodes { item } } }'],
  ])('a filter on or an ordering by a withheld %s is refused (L-01, L-03): %s', async (field, query) => {
    const hiding = policyMoving([field], 'DECISION_RECORD');
    const side = await plannerSide({ plans: hiding, database: hiding });
    try {
      for (const who of [asker('HEPING_HRSS'), asker('HEPING_APPROVAL')]) {
        const answer = JSON.parse((await side.ask(who, { query, variables: query.includes('$f') ? { f: { status: 'VALID' } } : {} }, 'any')).body) as {
          data: Record<string, unknown>;
          errors: { extensions: object }[];
        };
        expect(Object.values(answer.data)).toEqual([null]);
        expect(answer.errors[0]?.extensions).toMatchObject({ code: 'BOUNDARY_DENIED', coordinate: `Permit.${field}` });
      }
    } finally {
      await side.close();
    }
  });
});

describe('SQL of the plan', () => {
  test('over views that show all rows and raw cells, plans return permitted rows and cells only', async () => {
    expect(await roundsOf({ database: 'bare' }, rounds)).toBeNull();
  });
});

describe('database', () => {
  test('under plans that filter and mask nothing, views and row security return permitted rows and cells only', async () => {
    expect(await roundsOf({ plans: new BlindPolicy(), rules: policy }, rounds, { readableOnly: true })).toBeNull();
  });

  test('with both layers off the rounds find the leak at once (the test of the test)', async () => {
    expect(await roundsOf({ plans: new BlindPolicy(), rules: policy, database: 'bare' }, 10)).not.toBeNull();
  });
});

describe('reader roles', () => {
  let database: HubDatabase;
  let loader: WorldLoader;

  beforeAll(async () => {
    database = await testDatabase();
    await migrate(database); // rights on the database itself are not cloned with it
    loader = await WorldLoader.open(database);
  });

  afterAll(async () => {
    loader.close();
    await database.close();
  });

  /** A session as the hub's readers open it, with a viewer's settings or with none. */
  async function asReader<T>(who: Asker, work: (client: pg.Client) => Promise<T>, settings: Asker | null = who): Promise<T> {
    const client = new pg.Client(database.clientConfig(readerRole(who.kind)));
    await client.connect();
    try {
      if (settings) await client.query(`SELECT set_config('hub.agency', $1, false), set_config('hub.district', $2, false)`, [settings.agency, settings.district ?? '']);
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async function viewsOf(client: pg.Client): Promise<string[]> {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
         AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  /** What the branch views of one viewer class must show of a world, by the judge. */
  function permitted(who: Asker, world: World): Record<string, unknown>[] {
    return world.permits
      .filter((permit) => sight(who, permit) !== 'hidden')
      .map((permit) => {
        const own = sight(who, permit) === 'record';
        return {
          id: String(permit.id), decided_by: permit.decided_by, holder_id: String(permit.holder_id), document_part: permit.document_part, jurisdiction: permit.jurisdiction, item: permit.item,
          document_no: permit.document_no, certificate_no: permit.certificate_no, legal_authority: permit.legal_authority,
          location: permit.location, district: permit.district, outcome: permit.outcome, status: permit.status,
          decided_on: permit.decided_on, valid_from: permit.valid_from, valid_to: permit.valid_to,
          content: own ? permit.content : null,
          legal_representative: own ? familyNameOnly(permit.legal_representative) : null,
          revision: own ? permit.revision : null,
          source_agency: permit.source_agency, basic_batch: permit.basic_batch,
          received_at: new Date(permit.received_at), basic_updated_at: new Date(permit.basic_updated_at),
        };
      })
      .sort((a, b) => Number(a.id) - Number(b.id));
  }

  test.each(viewers)('$agency: SELECT * of every view shows permitted rows and cells, and nothing without settings', async (who) => {
    const world = mixedWorld(who);
    await loader.load(world);
    await asReader(who, async (client) => {
      pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
      const views = await viewsOf(client);
      const kind = who.kind.toLowerCase();
      expect(views.filter((view) => !view.includes(`__${kind}`))).toEqual(['shared.agency', 'shared.feed_head', 'shared.feed_start']);
      const read = async (prefix: string): Promise<Record<string, unknown>[]> => {
        const parts = await Promise.all(
          views.filter((view) => view.startsWith(prefix)).map(async (view) => (await client.query<Record<string, unknown>>(`SELECT * FROM ${view}`)).rows),
        );
        // Branches may overlap; by name the deciding one comes first, and its rights count.
        const byId = new Map(parts.flat().reverse().map((row) => [row['id'], row]));
        return [...byId.values()].sort((a, b) => Number(a['id']) - Number(b['id']));
      };
      expect(await read('shared.permit__')).toEqual(permitted(who, world));
      const own = new Set(world.permits.filter((permit) => sight(who, permit) === 'record').map(({ id }) => String(id)));
      const holders = new Map(world.subjects.map((subject) => [subject.id, subject]));
      expect(await read('shared.permit_with_parts__')).toEqual(
        permitted(who, world).map((row) => {
          const holder = holders.get(world.permits.find(({ id }) => String(id) === row['id'])?.holder_id ?? 0);
          const mask = own.has(String(row['id'])) ? (holder?.identity_mask ?? null) : null;
          return { ...row, holder_kind: holder?.kind, holder_name: holder?.name, holder_uscc: holder?.uscc, holder_identity_mask: mask };
        }),
      );
      const seen = new Set(permitted(who, world).map((row) => row['id']));
      expect((await read('shared.permit_action__')).map((row) => row['id'])).toEqual(
        world.actions.filter((action) => seen.has(String(action.permit_id))).map(({ id }) => id).sort((a, b) => a - b).map(String),
      );
    });
    await asReader(who, async (client) => {
      // The certificate stock is one number for all who issue from the series; it shows no row.
      for (const view of (await viewsOf(client)).filter((name) => name.includes('__') && !name.includes('certificate_stock'))) {
        if (who.kind === 'MUNI_HRSS') continue; // city-wide: nothing of the viewer narrows its rows
        expect([view, (await client.query(`SELECT * FROM ${view}`)).rowCount]).toEqual([view, 0]);
      }
    }, null);
  });

  test.each(viewers)('$agency: no right on tables, functions, schemas or the database', async (who) => {
    await asReader(who, async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'hub' AND c.relkind IN ('r', 'v', 'S', 'p') AND
           CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'USAGE, SELECT, UPDATE')
                ELSE has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR
                     has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END`,
      );
      expect(tables).toEqual([]);
      const { rows: writable } = await client.query(
        `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'shared' AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`,
      );
      expect(writable).toEqual([]);
      const { rows: schemas } = await client.query(
        `SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE') OR (nspname = 'hub' AND has_schema_privilege(oid, 'USAGE'))`,
      );
      expect(schemas).toEqual([]);
      const { rows } = await client.query(
        `SELECT has_database_privilege(current_database(), 'CREATE') AS create, has_database_privilege(current_database(), 'TEMP') AS temporary,
                pg_has_role(current_user, 'concordat_writer', 'MEMBER') AS writer`,
      );
      expect(rows).toEqual([{ create: false, temporary: false, writer: false }]);
      const refused = [
        'SELECT * FROM hub.permit', 'SELECT count(*) FROM hub.subject', 'SELECT hub.feed_open()', 'SELECT * FROM hub.access_entry',
        'CREATE TEMP TABLE t (a int)', `CREATE FUNCTION pg_temp.f(text) RETURNS boolean LANGUAGE sql COST 0.0001 AS 'SELECT true'`,
        'CREATE TABLE public.t (a int)', 'CREATE VIEW shared.v AS SELECT 1', 'CREATE SCHEMA s', 'SELECT pg_read_file(\'/etc/passwd\')',
        `COPY (SELECT 1) TO PROGRAM 'true'`, 'ALTER TABLE hub.permit DISABLE ROW LEVEL SECURITY', 'SET row_security = off; SELECT * FROM hub.permit',
      ];
      for (const statement of refused) {
        const code = await client.query(statement).then(() => 'ran', (error: unknown) => (error instanceof pg.DatabaseError ? error.code : 'other'));
        expect([statement, code]).toEqual([statement, '42501']);
      }
    });
  });

  test('expressions that fail with a value, in any plan, never meet a hidden row or cell', async () => {
    const who = asker('HEPING_HRSS');
    const base = mixedWorld(who);
    // Visible texts are numbers and hidden ones are not: a cast that succeeds has met no hidden row.
    const visible = (id: number): boolean => base.permits.some((permit) => permit.id === id && sight(who, permit) !== 'hidden');
    const mark = (id: number): string => (visible(id) ? String(id) : `geheim-${id}`);
    const permits = base.permits.map((permit) => ({
      ...permit, document_no: mark(permit.id), certificate_no: mark(permit.id), content: 'geheim-content', legal_representative: 'geheim-name', holder_id: permit.id,
    }));
    const world = { subjects: permits.map(({ id }) => ({ id, kind: 'ORGANISATION', name: mark(id), uscc: mark(id) })), permits, actions: base.actions };
    const hidden = permits.filter(({ id }) => !visible(id));
    await loader.load(world);
    const conditions = [
      'document_no::bigint > 0', 'certificate_no::bigint > 0', 'holder_name::bigint > 0', 'holder_uscc::bigint > 0', 'content::bigint > 0',
      'legal_representative::bigint > 0', `(document_no || '')::bigint > 0 OR holder_name::bigint > 0`,
      ...hidden.map(({ id }) => `1 / (id - ${id}) < 9`),
      'EXISTS (SELECT FROM shared.permit__district_hrss__supervising o WHERE o.document_no::bigint = p.document_no::bigint)',
    ];
    const settings = [
      [], ['enable_seqscan = off'], ['enable_nestloop = off'], ['enable_hashjoin = off', 'enable_mergejoin = off'],
      ['enable_indexscan = off', 'enable_bitmapscan = off'], ['plan_cache_mode = force_generic_plan'], ['debug_parallel_query = on'],
    ];
    const modern = (await database.pool().query<{ modern: boolean }>(`SELECT current_setting('server_version_num')::int >= 160000 AS modern`)).rows[0]?.modern ?? false;
    await asReader(who, async (client) => {
      for (const changed of settings) {
        if (!modern && changed.includes('debug_parallel_query = on')) continue;
        for (const setting of changed) await client.query(`SET ${setting}`);
        for (const condition of conditions) {
          const sql = `SELECT id FROM shared.permit_with_parts__district_hrss__supervising p WHERE ${condition}`;
          const outcome = await client.query(sql).then(() => 'ran', (error: unknown) => String(error));
          expect([changed, condition, outcome]).toEqual([changed, condition, 'ran']);
        }
        for (const setting of changed) await client.query(`RESET ${setting.split(' ')[0] ?? ''}`);
      }
    });
  });

  test('masks change nothing when applied twice, hide the length and keep NULL', async () => {
    const own = asker('HEPING_APPROVAL');
    const mask = `left(x || '*', 1) || '**'`;
    const names = ['王小明', '王', '', '*', '**', '欧阳', 'J', 'John', '😀a', ' a'];
    const { rows } = await database.pool().query<{ once: string; twice: string; length: number }>(
      `SELECT once, ${mask.replaceAll('x', 'once')} AS twice, char_length(once) AS length FROM (SELECT ${mask} AS once FROM unnest($1::text[]) x) o`, [names],
    );
    for (const row of rows) expect([row.twice, row.length]).toEqual([row.once, 3]);
    // The compiled mask, through view and plan, agrees with the judge for the same names.
    const side = await plannerSide();
    try {
      const base = mixedWorld(own).permits.find((permit) => sight(own, permit) === 'record');
      if (!base) throw new Error('the world has a decision of this bureau');
      const permits = [...names, null].map((name, i) => ({ ...base, id: i + 1, document_no: `${i}`, legal_representative: name, holder_id: 1 }));
      await side.load({ subjects: [{ id: 1, kind: 'ORGANISATION', name: 'n', uscc: null }], permits, actions: [] });
      const answer = await side.ask(own, { query: '{ permits(first: 100) { nodes { legalRepresentative } } }' }, 'any');
      const data = JSON.parse(answer.body) as { data: { permits: { nodes: { legalRepresentative: string | null }[] } } };
      expect(data.data.permits.nodes.map((node) => node.legalRepresentative)).toEqual([null, ...[...names].reverse().map(familyNameOnly)]);
    } finally {
      await side.close();
    }
  });

  test('every operator a plan may put into its scope, filters and keyset is leakproof', async () => {
    const tables = hubTables();
    const emitted = new Set<string>();
    for (const principal of policy.principals) {
      for (const record of policy.records.keys()) {
        for (const branch of policy.allBranches(principal, record)) {
          for (const condition of branch.where) {
            const type = tables.get(record)?.columns.get(condition.property)?.type ?? 'unknown';
            emitted.add(`= ${type}`);
          }
        }
      }
    }
    for (const read of reads.values()) {
      const typeOf = (property: string): string => {
        const [name = '', field] = property.split('.');
        const type = field === undefined ? read.type : (tables.get(read.type)?.toOne.get(name)?.target ?? '');
        return (tables.get(type)?.columns.get(field ?? name)?.type ?? 'unknown').replace(/^int$/, 'integer');
      };
      for (const filter of Object.values(read.filters)) emitted.add(`${filter.compare} ${typeOf(filter.property)}`);
      // A row comparison uses < or > of every column and = to tell ties.
      for (const { property } of read.order) for (const operator of ['<', '>', '=']) emitted.add(`${operator} ${typeOf(property)}`);
    }
    // Joins of nested lists and of the register of bureaus.
    emitted.add('= bigint');
    const { rows } = await database.pool().query<{ operator: string; leakproof: boolean }>(
      `SELECT o.oprname || ' ' || format_type(o.oprleft, NULL) AS operator, p.proleakproof AS leakproof
       FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oprleft = o.oprright AND o.oprname IN ('=', '<>', '<', '>', '<=', '>=')`,
    );
    const leakproof = new Map(rows.map((row) => [row.operator, row.leakproof]));
    expect(emitted.size).toBeGreaterThan(6);
    for (const operator of emitted) expect([operator, leakproof.get(operator)]).toEqual([operator, true]);
  });

  test('the policy these layers were compiled from is the declared one', () => {
    expect(new BoundaryPolicy(declarations((record) => record)).version).toBe(policy.version);
  });
});
