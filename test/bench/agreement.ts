import { z } from 'zod';
import type pg from 'pg';
import type { ChildServer } from './child-server.js';
import type { Implementation, ServerName } from './implementations.js';
import type { Variables, Workload, WorkloadName } from './workloads.js';

const ARGUMENTS = 40;

const answer = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });

/** `data` of one answer in the hub's shape, as text. */
async function ask(one: Implementation, server: ChildServer, workload: Workload, variables: Variables): Promise<string> {
  const authorization = one.authorization?.(variables);
  const response = await fetch(new URL(one.path(workload.name), server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...one.headers, ...(authorization ? { authorization } : {}) },
    body: one.body(workload, variables),
  });
  const text = await response.text();
  if (!response.ok || !text.startsWith(one.expectedStart(workload.name))) {
    throw new Error(`${one.name} ${workload.name} ${JSON.stringify(variables)}: ${response.status} ${text.slice(0, 500)}`);
  }
  return JSON.stringify(one.normalise(workload.name, answer.parse(JSON.parse(text)).data));
}

/** Asks every implementation the first arguments of a workload; throws at the first difference from the first one. */
async function agreeOn(
  workload: Workload,
  chosen: readonly Implementation[],
  servers: ReadonlyMap<ServerName, ChildServer>,
): Promise<void> {
  for (const variables of workload.variables.slice(0, ARGUMENTS)) {
    let expected: { name: string; data: string } | null = null;
    for (const one of chosen) {
      const server = servers.get(one.server);
      if (!server || !one.workloads.includes(workload.name)) continue;
      const data = await ask(one, server, workload, variables);
      if (!one.comparable) continue;
      expected ??= { name: one.name, data };
      if (data === expected.data) continue;
      throw new Error(
        `${workload.name} ${JSON.stringify(variables)}: ${one.name} and ${expected.name} differ\n${data.slice(0, 600)}\n${expected.data.slice(0, 600)}`,
      );
    }
  }
}

/**
 * Checks before anything is measured that all implementations answer {@link ARGUMENTS} arguments of each workload with
 * the same `data`, and again right after a row of theirs was changed: an answer cache would show here.
 */
export async function checkAgreement(
  workloads: Readonly<Record<WorkloadName, Workload>>,
  names: readonly WorkloadName[],
  chosen: readonly Implementation[],
  servers: ReadonlyMap<ServerName, ChildServer>,
  owner: pg.Client,
): Promise<void> {
  for (const name of names) await agreeOn(workloads[name], chosen, servers);
  const variables = workloads.W1.variables[0];
  if (!variables || !names.includes('W1')) return;
  for (const status of ['REVOKED', 'CANCELLED', 'VALID']) {
    await owner.query('UPDATE hub.permit SET status = $2 WHERE document_no = $1', [variables['documentNo'], status]);
    for (const one of chosen) {
      const server = servers.get(one.server);
      if (!server || !one.workloads.includes('W1')) continue;
      const data = await ask(one, server, workloads.W1, variables);
      if (!data.includes(`"status":"${status}"`)) throw new Error(`${one.name} answers stale: ${status} not in ${data}`);
    }
  }
}
