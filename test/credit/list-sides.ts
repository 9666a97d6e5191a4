import { openKeyRing } from '../../src/access/key-register.js';
import { boundarySql } from '../../src/boundary/database.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import type { RecordBoundary } from '../../src/boundary/declaration.js';
import { ListRegister } from '../../src/credit/lists/list-register.js';
import { ensureRole } from '../../src/database/roles.js';
import type { HubDatabase } from '../../src/database/database.js';
import { watchedColumns } from '../../src/feed/change-filter.js';
import { FixedClock } from '../../src/measures/clock.js';
import { changes, hubTables, operationViews } from '../../src/server/schema.js';
import { hubFeedSide } from '../boundary/feed-sides.js';
import { HubUnderTest, type GraphQLCall } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { declarations, plannerSide, type Layers } from '../boundary/planner-sides.js';
import type { ListFeedSide } from './list-feed-rounds.js';
import type { ListHistory } from './list-histories.js';
import type { ListSide } from './list-rounds.js';
import { ListWriter, worldDay } from './list-world.js';

const noon = (day: string): string => `${day}T04:00:00Z`;

export type ListHub = ListSide & ListFeedSide & { readonly hub: HubUnderTest; close(): Promise<void> };

/** Two hubs with the same keys, each on a database and a clock of its own, asked over HTTP. `database`: a boundary their databases have instead. */
export async function twoListHubs(database?: BoundaryPolicy): Promise<readonly [ListHub, ListHub]> {
  const one = await listHub(null, database);
  return [one, await listHub(one.hub, database)];
}

async function listHub(keysOf: HubUnderTest | null, boundary: BoundaryPolicy | undefined): Promise<ListHub> {
  const clock = new FixedClock(noon(worldDay));
  // Under a clock that stands still a stream that has told all there is tells so at once.
  const hub = await HubUnderTest.start(keysOf ?? undefined, { unlimited: true, clock, heartbeatMs: 0 });
  if (boundary) await installBoundary(hub.database, boundary);
  const issuer = keysOf ?? hub;
  // A token for each call: it is of the day on which it is shown.
  const token = (viewer: Asker): Promise<string> => issuer.token(viewer);
  const writer = await ListWriter.open(hub.database);
  const feed = await hubFeedSide(hub, token);
  const ids = issuer.ids();
  const register = new ListRegister(hub.database, await openKeyRing(hub.database, hub.folder), clock);
  return {
    hub,
    id: (type, key) => ids.encode(type, String(key)),
    load: (world) => writer.load(world),
    ask: async (viewer, call) => (await hub.ask(await token(viewer), declared(viewer, call))).body,
    read: (viewer, call) => feed.read(viewer, call),
    begin: async (subjects) => {
      clock.set(noon(worldDay));
      await writer.begin(subjects);
    },
    apply: (history) => applied(writer, clock, register, history),
    close: async () => {
      feed.close();
      await writer.close();
      await hub.close();
    },
  };
}

async function applied(writer: ListWriter, clock: FixedClock, register: Pick<ListRegister, 'expire'>, history: ListHistory): Promise<void> {
  for (const passage of history) {
    if (passage.form === 'day') {
      clock.set(noon(passage.day));
      await register.expire(500);
      continue;
    }
    await writer.transaction(async () => {
      for (const { before, after, step } of passage.acts) {
        if (before === null) await writer.propose(after);
        else if (step === null) await writer.amend(after);
        else await writer.take(after, step, before.state);
      }
    });
  }
}

function declared({ purpose, caseNo }: Asker, call: GraphQLCall): GraphQLCall {
  return purpose === undefined ? call : { ...call, extensions: { purpose, ...(caseNo === undefined ? {} : { caseNo }) } };
}

/** Two planners of one make, for faults in any layer. */
export async function twoListPlanners(layers: Layers): Promise<{ readonly sides: readonly [ListSide, ListSide]; readonly close: () => Promise<void> }> {
  const sides = await Promise.all([plannerSide(layers), plannerSide(layers)]);
  const writers = await Promise.all(sides.map(({ database }) => ListWriter.open(database)));
  const [one, other] = sides.map((side, i): ListSide => ({
    id: (type, key) => side.id(type, key),
    load: async (world) => writers[i]?.load(world),
    ask: async (viewer, call) => (await side.ask(viewer, call, 'any')).body,
  }));
  if (!one || !other) throw new Error('two sides are made');
  return {
    sides: [one, other],
    close: async () => {
      for (const writer of writers) await writer.close();
      for (const side of sides) await side.close();
    },
  };
}

/** The hub's boundary with that of the list entries changed. */
export function listPolicy(change: (record: RecordBoundary) => RecordBoundary): BoundaryPolicy {
  return new BoundaryPolicy(declarations((record) => (record.type === 'ListEntry' ? change(record) : record)));
}

/** A boundary of the lists that forgets one condition in every relation. */
export function listPolicyWithout(property: string): BoundaryPolicy {
  return listPolicy((record) => ({
    ...record,
    relations: record.relations.map((relation) => ({ ...relation, where: Object.fromEntries(Object.entries(relation.where).filter(([name]) => name !== property)) })),
  }));
}

async function installBoundary(database: HubDatabase, policy: BoundaryPolicy): Promise<void> {
  const tables = hubTables();
  const { roles, sql } = boundarySql(policy, tables, operationViews, watchedColumns(changes.values(), tables));
  for (const role of roles) await ensureRole(database.pool(), role);
  await database.pool().query(sql);
}
