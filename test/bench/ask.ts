import { z } from 'zod';
import type { Implementation } from './implementations.js';
import type { Variables, Workload } from './workloads/workload.js';

const answer = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });

/** `data` of one answer in the hub's shape. Throws when the answer is not of the expected kind. */
export async function ask(one: Implementation, url: string, workload: Workload, variables: Variables): Promise<unknown> {
  const authorization = one.authorization?.(variables);
  const response = await fetch(new URL(one.path(workload.name), url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...one.headers, ...(authorization ? { authorization } : {}) },
    body: one.body(workload, variables),
  });
  const text = await response.text();
  if (!response.ok || !text.startsWith(one.expectedStart(workload.name))) {
    throw new Error(`${one.name} ${workload.name} ${JSON.stringify(variables)}: ${response.status} ${text.slice(0, 500)}`);
  }
  return one.normalise(workload.name, answer.parse(JSON.parse(text)).data);
}

/** Status of every permit in an answer, by document number, wherever it stands in it. */
export function statusesIn(data: unknown, found = new Map<string, unknown>()): ReadonlyMap<string, unknown> {
  if (data === null || typeof data !== 'object') return found;
  if ('documentNo' in data && 'status' in data && typeof data.documentNo === 'string') found.set(data.documentNo, data.status);
  for (const value of Object.values(data)) statusesIn(value, found);
  return found;
}
