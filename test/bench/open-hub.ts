import path from 'node:path';
import { HubKeys, Seal } from '../../src/access/keys.js';
import { NodeIds } from '../../src/access/node-ids.js';
import { Tokens } from '../../src/access/tokens.js';
import type { Viewer } from '../../src/access/viewer.js';
import { BoundaryDay } from '../../src/boundary/boundary-day.js';
import type { Branch } from '../../src/boundary/branches.js';
import type { Cell } from '../../src/boundary/cell.js';
import { branchView, lookUpView, readerRole } from '../../src/boundary/view-names.js';
import { oneOf, type Principal } from '../../src/boundary/declaration.js';
import { BoundaryPolicy, type Standing } from '../../src/boundary/policy.js';
import { shieldRules } from '../../src/boundary/shield.js';
import { readConfig } from '../../src/config.js';
import { HubDatabase } from '../../src/database/database.js';
import type { BoundStatement, Row, Statement } from '../../src/database/envelope.js';
import { FeedListener } from '../../src/feed/listener.js';
import { textLog } from '../../src/log.js';
import { systemClock } from '../../src/measures/clock.js';
import { Meter } from '../../src/limits/meter.js';
import { defaultLimits, settingsOf } from '../../src/limits/settings.js';
import { TrustedDocuments } from '../../src/limits/trusted-documents.js';
import { Services } from '../../src/planner/context.js';
import { Planner } from '../../src/planner/planner.js';
import { Readers, type RunOptions } from '../../src/planner/readers.js';
import { HttpFront } from '../../src/server/http.js';
import { Lanes } from '../../src/server/lanes.js';
import { OpenStreams } from '../../src/server/open-streams.js';
import { Page } from '../../src/server/page/page.js';
import { Readiness } from '../../src/server/readiness.js';
import { boundaryPolicy, hubSchema, hubTables, nodes, reads } from '../../src/server/schema.js';

/*
 * The hub with boundary, database layer and evidence off: what those cost is its distance from the hub. The plans filter
 * and mask nothing but the city, their views are the bare tables without row security, no setting of a viewer travels,
 * and no answer waits for an entry. For the bench alone; it is never built into the hub.
 */
const asked: Principal = 'MUNI_HRSS';

/** Rights to everything, in one branch of the name that the views have. */
class OpenPolicy extends BoundaryPolicy {
  override branches(standing: Standing, type: string): readonly Branch[] {
    return super.branches(standing, type).slice(0, 1).map((branch) => ({ ...branch, where: [{ property: 'jurisdiction', ...oneOf('CN-TJ') }] }));
  }

  override cell(): Cell {
    return { shown: 'full' };
  }
}

/** Sends every statement to the bare views instead of the shared ones. */
class OpenReaders extends Readers {
  readonly #bare = new Map<string, Statement>();

  override run(viewer: Viewer, statements: readonly BoundStatement[], options?: RunOptions): Promise<readonly (readonly Row[])[]> {
    return super.run(viewer, statements.map((bound) => ({ ...bound, statement: this.#bareOf(bound.statement) })), options);
  }

  #bareOf(statement: Statement): Statement {
    const known = this.#bare.get(statement.name);
    if (known) return known;
    const bare = { name: statement.name, text: bareName(statement.text) };
    this.#bare.set(statement.name, bare);
    return bare;
  }
}

function bareName(text: string): string {
  return text.replaceAll('shared.', 'bench_open.');
}

/** Views of the owner over the tables: no row security applies to them, and they mask nothing. */
async function makeViews(database: HubDatabase, policy: BoundaryPolicy): Promise<void> {
  const tables = hubTables();
  const [permit, action, subject] = ['Permit', 'PermitAction', 'Subject'].map((type) => tables.get(type));
  const [branch] = policy.allBranches(asked, 'Permit');
  if (!permit || !action || !subject || !branch) throw new Error('permits are declared');
  const holder = ['kind', 'name', 'uscc', 'identity_mask'].map((column) => `h.${column} AS holder_${column}`).join(', ');
  const views: readonly (readonly [string, string])[] = [
    [branchView(asked, permit, branch), 'SELECT * FROM hub.permit'],
    [branchView(asked, permit, branch, true), `SELECT r.*, ${holder} FROM hub.permit r JOIN hub.subject h ON h.id = r.holder_id`],
    [branchView(asked, action, branch), 'SELECT * FROM hub.permit_action'],
    [lookUpView(asked, subject), 'SELECT id, uscc FROM hub.subject'],
    ['shared.agency', 'SELECT * FROM hub.agency'],
  ];
  await database.pool().query(
    [
      'DROP SCHEMA IF EXISTS bench_open CASCADE; CREATE SCHEMA bench_open;',
      ...views.map(([name, query]) => `CREATE VIEW ${bareName(name)} AS ${query};`),
      `GRANT USAGE ON SCHEMA bench_open TO ${readerRole(asked)}; GRANT SELECT ON ALL TABLES IN SCHEMA bench_open TO ${readerRole(asked)};`,
    ].join('\n'),
  );
}

const config = readConfig(process.env);
const log = textLog('warn', (line) => void process.stderr.write(line));
const database = await HubDatabase.open(config, () => undefined);
const policy = new OpenPolicy(boundaryPolicy().declarations);
await makeViews(database, policy);
const keys = new HubKeys(path.resolve(config.dataFolder));
const clock = systemClock;
const readers = new OpenReaders(database, []);
const parts = {
  schema: await hubSchema(policy), policy, rules: shieldRules(policy), tables: hubTables(), reads, nodes,
  ids: new NodeIds(keys.key('node'), nodes.keys()), seal: new Seal(keys.key('seal')), readers, clock,
};
const tokens = await Tokens.open(config.identity, keys, clock, log);
// Counted and never exhausted, as for the hubs beside it.
const limits = settingsOf({ ...defaultLimits, budget: { perMinute: 1e9, burst: 1e9 } }, new Map());
const accessLog = { append: () => Promise.resolve(), check: () => Promise.resolve(true) };
const listener = new FeedListener(database);
const day = new BoundaryDay(clock, policy.version, () => policy.version);
const front = new HttpFront({
  documents: new TrustedDocuments([], limits, textLog('warn', () => undefined)),
  lanes: await Lanes.open(parts.schema, new Planner(parts), readers, new Services(), new Meter(limits, clock)),
  tokens, accessLog, boundaryVersion: policy.version, day, clock, log,
  stream: () => Promise.reject(new Error('the bench has no streams')),
  openStreams: new OpenStreams(tokens, day, () => undefined),
  page: new Page(null, clock),
  readiness: new Readiness({ database, accessLog, listener, tokens, day, log }),
});
process.stdout.write(`ready ${await front.listen('127.0.0.1', config.port, true)}\n`);
process.on('SIGTERM', () => process.exit(0));
