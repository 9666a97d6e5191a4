import { ask } from './ask.js';
import type { ChildServer } from './child-server.js';
import type { Implementation } from './implementations.js';
import type { ServerName } from './servers.js';
import type { Workload } from './workloads/workload.js';

/** Arguments of each workload that every implementation is asked before anything is measured. */
export const argumentsCompared = 40;

/** Where two texts first differ, with what stands around it. */
function firstDifference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const around = (text: string): string => text.slice(Math.max(0, at - 200), at + 200);
  return `at ${at}:\n${around(one)}\n${around(other)}`;
}

/** Asks every implementation the first arguments of a workload; throws at the first difference from the first one. */
async function agreeOn(
  workload: Workload,
  chosen: readonly Implementation[],
  servers: ReadonlyMap<ServerName, ChildServer>,
): Promise<void> {
  for (const variables of workload.variables.slice(0, argumentsCompared)) {
    let expected: { name: string; data: string } | null = null;
    for (const one of chosen) {
      const server = servers.get(one.server);
      if (!server || !one.workloads.includes(workload.name)) continue;
      const data = JSON.stringify(await ask(one, server.url, workload, variables));
      if (!one.comparable) continue;
      expected ??= { name: one.name, data };
      if (data === expected.data) continue;
      throw new Error(`${workload.name} ${JSON.stringify(variables)}: ${one.name} and ${expected.name} differ ${firstDifference(data, expected.data)}`);
    }
  }
}

/** Checks that all implementations answer {@link argumentsCompared} arguments of each workload with the same `data`. */
export async function checkAgreement(
  workloads: readonly Workload[],
  chosen: readonly Implementation[],
  servers: ReadonlyMap<ServerName, ChildServer>,
): Promise<void> {
  for (const workload of workloads) await agreeOn(workload, chosen, servers);
}
