import { z } from 'zod';

/** What is read of a `.cpuprofile`: the tree of calls, and for every sample the node it was in and the microseconds since the last. */
export const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Time spent in a function itself, not in what it calls. */
export interface SelfTime {
  /** Name and place, for example `toText src/planner/row-writer.js:12`; `(garbage collector)` and `(program)` are V8's own. */
  readonly name: string;
  /** Share of the time that was not idle, 0 … 1. */
  readonly share: number;
}

export interface ProfileSummary {
  /** Share of the profiled time that was not idle, 0 … 1. */
  readonly busy: number;
  readonly functions: readonly SelfTime[];
  /** Self time by package or folder of the project. */
  readonly places: readonly SelfTime[];
}

/** The folder a module lies in: `pg`, `node:http`, `src/planner`. */
function placeOf(url: string, name: string): string {
  if (url === '') return /^\((garbage collector|program)\)$/.test(name) ? name : 'native code'; // sockets, texts, regular expressions
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  if (url.startsWith('node:')) return url.split('/')[0] ?? url;
  return shortOf(url).split('/').slice(0, 2).join('/');
}

/** The path below node_modules, else below the project or its dist/. */
const shortOf = (url: string): string =>
  url.includes('/node_modules/') ? url.replace(/^.*\/node_modules\//, '') : url.replace(/^.*\/(?=test\/bench\/peers\/)/, '').replace(/^.*\/dist\//, '');

/** Sums self times by function and by place, largest first. Equal functions in different callers are one. */
export function summarise(profile: z.infer<typeof cpuProfile>): ProfileSummary {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const places = new Map<string, number>();
  let [busy, idle] = [0, 0];
  for (const [index, sample] of profile.samples.entries()) {
    const frame = frames.get(sample);
    const time = Math.max(0, profile.timeDeltas[index] ?? 0);
    if (frame?.url === 'node:inspector') continue; // the profile's own beginning
    if (!frame || frame.functionName === '(idle)') {
      idle += time;
      continue;
    }
    busy += time;
    const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
    const place = placeOf(frame.url, name);
    const full = frame.url === '' ? name : `${name} ${shortOf(frame.url)}:${frame.lineNumber + 1}`;
    functions.set(full, (functions.get(full) ?? 0) + time);
    places.set(place, (places.get(place) ?? 0) + time);
  }
  const ranked = (times: ReadonlyMap<string, number>): SelfTime[] =>
    [...times].map(([name, time]) => ({ name, share: time / busy })).sort((a, b) => b.share - a.share);
  return { busy: busy / (busy + idle), functions: ranked(functions), places: ranked(places) };
}
