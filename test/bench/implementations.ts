import type { ServerName } from './servers.js';
import type { CursorOf } from './workloads/cursors.js';
import { fromLists, fromNestedLists, plainOperations, postgraphileOperations } from './workloads/dialects.js';
import { workloadNames, type Operation, type Variables, type Workload, type WorkloadName } from './workloads/workload.js';

/** In the order of the report. */
export const implementationNames = [
  'limit', 'hub-open', 'hub', 'hub-journal', 'hub-apollo', 'hub-node20', 'hub-own-bureau', 'postgraphile', 'mercurius', 'yoga', 'plain',
] as const;

export type ImplementationName = (typeof implementationNames)[number];

/** The peers of which the fastest on a workload is the best peer. */
export const bestPeers: readonly ImplementationName[] = ['postgraphile', 'mercurius', 'yoga'];

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

/** Tokens of the bureaus that ask the hub: the municipal bureau, which may read in bulk, and each district's own. */
export interface HubTokens {
  readonly municipal: string;
  readonly byDistrict: ReadonlyMap<string, string>;
}

const hubStart = (workload: WorkloadName): string =>
  ({
    W1: '{"data":{"permit":{"documentNo":',
    W2: '{"data":{"permits":{"nodes":[{"documentNo":',
    W3: '{"data":{"subjects":{"nodes":[{"name":',
    W4: '{"data":{"permits":{"nodes":[{"documentNo":',
  })[workload];

const asGraphql = {
  workloads: workloadNames,
  comparable: true,
  headers: { accept: 'application/json' },
  path: () => '',
  body: (workload: Workload, variables: Variables) => request(workload.operation, variables),
  expectedStart: hubStart,
  normalise: (_workload: WorkloadName, data: unknown) => data,
};

function request(operation: Operation, variables: Variables): string {
  return JSON.stringify({ ...operation, variables });
}

const others: readonly Implementation[] = [
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
    body: (workload, variables) => request(postgraphileOperations[workload.name], variables),
    expectedStart: (workload) => hubStart(workload).replace('{"nodes":', ''),
    normalise: fromLists,
  },
  { ...asGraphql, name: 'mercurius', title: 'Mercurius 16 + JIT + dataloader', server: 'mercurius' },
  { ...asGraphql, name: 'yoga', title: 'GraphQL Yoga 5 + JIT + dataloader', server: 'yoga' },
  {
    ...asGraphql,
    name: 'plain',
    title: 'plain stack: Apollo + type-graphql + TypeORM + dataloader + shield per field',
    server: 'plain',
    body: (workload, variables) => request(plainOperations[workload.name], variables),
    normalise: fromNestedLists,
  },
];

function hubs(tokens: HubTokens, cursorOf: CursorOf): readonly Implementation[] {
  const municipal = {
    ...asGraphql,
    server: 'hub' as const,
    authorization: () => `Bearer ${tokens.municipal}`,
    body: (workload: Workload, variables: Variables) =>
      request(workload.operation, workload.name === 'W3' ? { ...variables, after: cursorOf(variables) } : variables),
  };
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
    { ...municipal, name: 'hub-node20', server: 'hub-node20', title: `hub, short lane, on Node ${process.versions.node}` },
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

/** All implementations in the order of the report. `cursorOf` is asked when bodies of W3 are made, not before. */
export function implementations(tokens: HubTokens, cursorOf: CursorOf): readonly Implementation[] {
  const all = [...others, ...hubs(tokens, cursorOf)];
  return implementationNames.flatMap((name) => all.filter((one) => one.name === name));
}
