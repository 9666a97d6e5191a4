import { parseArgs } from 'node:util';
import { z } from 'zod';
import { implementationNames } from './implementations.js';
import { workloadNames } from './workloads/workload.js';

const list = <T extends string>(allowed: readonly T[]) =>
  z.string().transform((text) => text.split(',')).pipe(z.array(z.enum(allowed)).nonempty());
const numbers = z.string().transform((text) => text.split(',')).transform((texts) => texts.map(Number)).pipe(z.array(z.number().int().positive()).nonempty());

const shape = z.object({
  only: list(implementationNames),
  workloads: list(workloadNames),
  rounds: z.coerce.number().int().positive(),
  seconds: z.coerce.number().positive(),
  'warm-up': z.coerce.number().positive(),
  connections: numbers,
  sizes: numbers,
});

/** Options of every command of the bench; what an option means for a command stands in docs/bench.md. */
export type Options = z.infer<typeof shape>;

/** Defaults as texts, as if they had been typed. */
export type Defaults = Readonly<Record<keyof z.input<typeof shape>, string>>;

/** Reads the options behind a command. Throws a ZodError or the TypeError of parseArgs for what is unknown or unfit. */
export function readOptions(args: readonly string[], defaults: Defaults): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: defaults.only },
      workloads: { type: 'string', default: defaults.workloads },
      rounds: { type: 'string', default: defaults.rounds },
      seconds: { type: 'string', default: defaults.seconds },
      'warm-up': { type: 'string', default: defaults['warm-up'] },
      connections: { type: 'string', default: defaults.connections },
      sizes: { type: 'string', default: defaults.sizes },
    },
  });
  return shape.parse(values);
}
