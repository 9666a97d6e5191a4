import { standingOf } from '../../src/access/viewer.js';
import pg from 'pg';
import { z } from 'zod';
import type { HubDatabase } from '../../src/database/database.js';
import { compileOperation } from '../../src/planner/operation-plan.js';
import { bind } from '../../src/planner/parameters.js';
import { readerConfig } from '../../src/planner/reader-session.js';
import type { BoundStatement } from '../../src/database/envelope.js';
import type { GraphQLCall } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { viewerOf, type PlannerSide } from '../boundary/planner-sides.js';

/** A scan of a plan that was run: what it read of which table by which index, and what its filter threw away. */
export interface Scan {
  readonly node: string;
  readonly relation: string;
  readonly index: string | null;
  /** Conditions looked up in the index, those of the bitmaps below a heap scan included. */
  readonly indexCondition: string;
  readonly filter: string;
  /** Rows over all loops. */
  readonly kept: number;
  readonly removed: number;
}

const number = z.number().default(0);
interface PlanNode {
  readonly [key: string]: unknown;
  readonly Plans?: readonly PlanNode[] | undefined;
}
const node: z.ZodType<PlanNode> = z.lazy(() => z.looseObject({ Plans: z.array(node).optional() }));
const scanNode = z.object({
  'Node Type': z.string(), 'Relation Name': z.string(), 'Index Name': z.string().nullish(), 'Index Cond': z.string().default(''),
  Filter: z.string().default(''), 'Actual Rows': z.number(), 'Actual Loops': z.number(),
  'Rows Removed by Filter': number, 'Rows Removed by Index Recheck': number,
});
const explanation = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: node })) }));

/** The bound statements of a call, as the planner would run them. */
export async function statementsOf(side: PlannerSide, who: Asker, call: GraphQLCall): Promise<BoundStatement[]> {
  const known = side.planner.admit(call.query);
  const operation = known.operation(null);
  if (!operation) throw new Error('no operation');
  const variables = side.planner.coerce(operation, call.variables ?? {});
  if (variables instanceof Array) throw new AggregateError(variables);
  const viewer = viewerOf(who);
  const plan = await compileOperation(side.parts, {
    document: known.document, documentHash: known.hash, operation, fragments: known.fragments, standing: standingOf(viewer), pageLimit: viewer.pageLimit, variables,
  });
  return plan.roots.flatMap((root) =>
    root.form === 'planned' ? root.read.statements.map(({ statement, values }) => ({ statement, values: bind(values, viewer, variables) })) : [],
  );
}

/** Runs a statement under EXPLAIN as the readers run it: reader role, viewer's settings, generic plan; behind the statements `before`. */
export async function explainAs(
  database: HubDatabase,
  who: Asker,
  { statement, values }: BoundStatement,
  before: readonly BoundStatement[] = [],
): Promise<readonly Scan[]> {
  const client = new pg.Client(readerConfig(database, viewerOf(who).principal));
  await client.connect();
  try {
    await client.query(`SELECT set_config('hub.agency', $1, false), set_config('hub.district', $2, false)`, [who.agency, who.district ?? '']);
    await client.query('BEGIN'); // settings of statements before it end with the transaction
    for (const earlier of before) await client.query(earlier.statement.text, [...earlier.values]);
    await client.query(`PREPARE one AS ${statement.text}`);
    const list = values.map((value) => (value === null ? 'NULL' : client.escapeLiteral(value))).join(', ');
    const result = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) EXECUTE one${list === '' ? '' : `(${list})`}`);
    const scans: Scan[] = [];
    const bitmaps = (at: PlanNode): string =>
      [at['Index Cond'], ...(at.Plans ?? []).map(bitmaps)].filter((text) => typeof text === 'string').join(' ');
    const visit = (at: PlanNode): void => {
      if ('Relation Name' in at) {
        const scan = scanNode.parse(at);
        const loops = scan['Actual Loops'];
        scans.push({
          node: scan['Node Type'], relation: scan['Relation Name'], index: scan['Index Name'] ?? null,
          indexCondition: bitmaps(at), filter: scan.Filter, kept: Math.round(scan['Actual Rows'] * loops),
          removed: Math.round((scan['Rows Removed by Filter'] + scan['Rows Removed by Index Recheck']) * loops),
        });
      }
      at.Plans?.forEach(visit);
    };
    for (const { Plan } of explanation.parse(result.rows)[0]?.['QUERY PLAN'] ?? []) visit(Plan);
    return scans;
  } finally {
    await client.end();
  }
}
