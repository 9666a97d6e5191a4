import { districts } from '../../src/measures/agencies.js';
import { BenchIssuer } from './bench-issuer.js';
import type { BenchDatabase } from './bench-database.js';
import { ChildServer } from './child-server.js';
import { implementations, type HubTokens, type Implementation, type ImplementationName } from './implementations.js';
import type { Pair } from './measure.js';
import { serverCommand, type ServerName, type ServerSetting } from './servers.js';
import { workloads } from './workloads/arguments.js';
import { holderCursors, type CursorOf } from './workloads/cursors.js';
import type { Workload, WorkloadName } from './workloads/workload.js';

/** What a run asks and whom: the chosen implementations over one database, their servers running. */
export interface Stage {
  readonly chosen: readonly Implementation[];
  readonly workloads: readonly Workload[];
  readonly servers: ReadonlyMap<ServerName, ChildServer>;
  /** By workload, so that neighbours in time are what is compared. */
  readonly pairs: readonly Pair[];
  close(): Promise<void>;
}

async function tokensOf(issuer: BenchIssuer): Promise<HubTokens> {
  return {
    municipal: await issuer.token('MUNI_HRSS', 'bulk'),
    byDistrict: new Map(await Promise.all(districts.map(async ({ code, stem }) => [code, await issuer.token(`${stem}_HRSS`)] as const))),
  };
}

/** Starts the servers of the named implementations one after the other; they live until the stage is closed. */
export async function openStage(
  database: BenchDatabase,
  names: readonly ImplementationName[],
  workloadNames: readonly WorkloadName[],
  extra: Pick<ServerSetting, 'nodeFlags' | 'environment'> = {},
): Promise<Stage> {
  const issuer = await BenchIssuer.open(new URL('identity/', database.folder).pathname);
  const setting: ServerSetting = { databaseUrl: database.url, folder: database.folder, identity: issuer.environment, ...extra };
  const tokens = await tokensOf(issuer);
  const asked = await workloads(database.owner, workloadNames);
  const servers = new Map<ServerName, ChildServer>();
  const close = async (): Promise<void> => {
    for (const server of servers.values()) await server.stop();
  };
  let cursorOf: CursorOf | null = null;
  const chosen = implementations(tokens, (variables) => {
    if (!cursorOf) throw new Error('the cursors of W3 were not read');
    return cursorOf(variables);
  }).filter(({ name }) => names.includes(name));
  try {
    for (const name of new Set(chosen.map(({ server }) => server))) servers.set(name, await ChildServer.start(serverCommand(name, setting)));
    const hub = [...servers].find(([name]) => name.startsWith('hub'))?.[1];
    const holders = asked.find(({ name }) => name === 'W3');
    if (hub && holders) cursorOf = await holderCursors(hub.url, `Bearer ${tokens.municipal}`, holders.variables);
  } catch (error) {
    await close();
    throw error;
  }
  const pairs = asked.flatMap((workload) =>
    chosen.flatMap((one) => {
      const server = servers.get(one.server);
      return server && one.workloads.includes(workload.name) ? [{ one, workload, server }] : [];
    }),
  );
  return { chosen, workloads: asked, servers, pairs, close };
}
