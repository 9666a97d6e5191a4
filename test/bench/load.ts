import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What the load generator is told, as JSON on its standard input. Times are seconds. */
export const loadOrder = z.object({
  url: z.string(),
  connections: z.number().int().positive(),
  /** Runs before counting begins. */
  warmUp: z.number().positive(),
  seconds: z.number().positive(),
  headers: z.record(z.string(), z.string()),
  /** Sent in turn, beginning with the one at `offset`. */
  requests: z.array(z.object({ body: z.string(), authorization: z.string().optional() })),
  offset: z.number().int(),
  /** What every answer must start with; anything else is counted as a failure. */
  expectedStart: z.string(),
});

export type LoadOrder = z.infer<typeof loadOrder>;

/** What the load generator found in the counted time. */
export const loadResult = z.object({
  requests: z.number().int(),
  failures: z.number().int(),
  firstFailure: z.string().nullable(),
  seconds: z.number(),
  bodyBytes: z.number(),
  /** Milliseconds. */
  latency: z.object({ p50: z.number(), p99: z.number() }),
  /** CPU seconds of the load generator: near `seconds` means that it is the bottleneck. */
  cpuSeconds: z.number(),
});

export type LoadResult = z.infer<typeof loadResult>;

/** Printed on lines of their own when the counted time begins and ends. */
export const marks = { begin: 'begin', end: 'end' } as const;

/**
 * Runs one order in a load-generator process on `executable`. `onMark` is called when counting begins and ends, for
 * reading CPU clocks.
 */
export async function runLoad(
  executable: string,
  order: LoadOrder,
  onMark: (mark: keyof typeof marks) => void,
): Promise<LoadResult> {
  const script = new URL('load-generator.js', import.meta.url).pathname;
  const child = spawn(executable, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(order));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === marks.begin) onMark('begin');
    else if (line === marks.end) onMark('end');
    else return loadResult.parse(JSON.parse(line));
  }
  throw new Error(`the load generator ended without a result for ${order.url}`);
}
