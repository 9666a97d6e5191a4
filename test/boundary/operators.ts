import type { HubDatabase } from '../../src/database/database.js';
import { callsOf, type Call, type Place } from './node-tree.js';

/** Who writes the SQL an operator stands in. */
export type Layer = 'plan' | 'policy' | 'view' | 'change view' | 'operation view';

/** An operator or function as it is found: by its signature, with what PostgreSQL says of it. */
export interface Operator {
  readonly signature: string;
  readonly leakproof: boolean;
  readonly layer: Layer;
  readonly place: Place;
  readonly seesRow: boolean;
}

/** The statements as node trees: PostgreSQL parses them as bodies of functions, which are dropped again. */
async function treesOf(database: HubDatabase, statements: readonly string[]): Promise<string[]> {
  const client = await database.pool().connect();
  const trees: string[] = [];
  try {
    for (const [i, statement] of statements.entries()) {
      const types = new Map([...statement.matchAll(/\$(\d+)::([a-z]+)/g)].map(([, index, type]) => [Number(index), type ?? 'text']));
      const parameters = Array.from({ length: Math.max(0, ...types.keys()) }, (_, at) => types.get(at + 1) ?? 'text');
      await client.query('BEGIN');
      await client.query(`CREATE FUNCTION pg_temp.s${i}(${parameters.join(', ')}) RETURNS SETOF record LANGUAGE sql BEGIN ATOMIC ${statement}; END`);
      const { rows } = await client.query<{ tree: string }>(`SELECT prosqlbody::text AS tree FROM pg_proc WHERE proname = 's${i}' AND pronamespace = pg_my_temp_schema()`);
      trees.push(rows[0]?.tree ?? '');
      await client.query('ROLLBACK');
    }
  } finally {
    client.release();
  }
  return trees;
}

/** Every call of the plan's statements and of the views and policies in the database, named and judged by PostgreSQL. */
export async function operatorsOf(database: HubDatabase, statements: readonly string[]): Promise<Operator[]> {
  const pool = database.pool();
  const found: (Call & { readonly layer: Layer })[] = [];
  for (const tree of await treesOf(database, statements)) found.push(...callsOf(tree).map((call) => ({ ...call, layer: 'plan' as const })));
  const { rows: policies } = await pool.query<{ tree: string }>(`SELECT polqual::text AS tree FROM pg_policy WHERE polname NOT IN ('writer')`);
  for (const { tree } of policies) found.push(...callsOf(tree, 'condition').map((call) => ({ ...call, layer: 'policy' as const })));
  const { rows: views } = await pool.query<{ name: string; barrier: boolean; tree: string }>(
    `SELECT c.relname AS name, coalesce(c.reloptions::text LIKE '%security_barrier%', false) AS barrier, r.ev_action::text AS tree
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_rewrite r ON r.ev_class = c.oid WHERE n.nspname = 'shared'`,
  );
  for (const { name, barrier, tree } of views) {
    const layer: Layer = barrier ? 'operation view' : name.includes('_change__') ? 'change view' : 'view';
    found.push(...callsOf(tree).map((call) => ({ ...call, layer })));
  }
  if (statements.length === 0 || policies.length === 0 || views.length === 0) throw new Error('operators are looked for in plans, policies and views');

  const { rows: names } = await pool.query<{ what: Call['what']; oid: number; signature: string; leakproof: boolean }>(
    `SELECT 'operator' AS what, o.oid::int AS oid, o.oid::regoperator::text AS signature, p.proleakproof AS leakproof FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
     UNION ALL SELECT 'function', p.oid::int, p.oid::regprocedure::text, p.proleakproof FROM pg_proc p
     UNION ALL SELECT 'conversion', t.oid::int, 'text form read as ' || format_type(t.oid, NULL), false FROM pg_type t`,
  );
  const byOid = new Map(names.map((name) => [`${name.what} ${name.oid}`, name]));
  const unique = new Map<string, Operator>();
  for (const { what, oid, layer, place, seesRow } of found) {
    const name = byOid.get(`${what} ${oid}`);
    if (!name) throw new Error(`PostgreSQL names no ${what} ${oid}`);
    const operator: Operator = { signature: name.signature, leakproof: name.leakproof, layer, place, seesRow };
    unique.set(JSON.stringify(operator), operator);
  }
  return [...unique.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ layer, place, signature, seesRow }: Operator): string {
  return [layer, place, signature, String(seesRow)].join(' ');
}
