import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { StartUpError } from './start-up-error.js';

/** What the environment decides. Everything else about a hub is in its database or in code. */
export interface HubConfig {
  /** TCP port of the HTTP server; 0 = any free port. */
  readonly port: number;
  /** Address to listen on. */
  readonly host?: string;
  /** The port is the default, not asked for: when it is taken any free one serves. */
  readonly portIsDefault?: boolean;
  /** Absolute path of the folder that holds the embedded database and the hub's local keys. */
  readonly dataFolder: string;
  /** `postgres://…` of an own PostgreSQL ≥ 15, or null for the embedded one. */
  readonly databaseUrl: string | null;
  /** Whether an empty database gets the sample rows. */
  readonly sample: boolean;
}

// This module runs as dist/src/config.js, two folders below the project.
const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** An unset variable and an empty one mean the same: the default. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const environment = z.object({
  PORT: optional(z.string().regex(/^\d{1,5}$/).transform(Number).pipe(z.number().max(65_535))),
  HOST: optional(z.string().regex(/^[\w.:-]+$/)),
  HUB_DATA: optional(z.string()),
  DATABASE_URL: optional(z.string().regex(/^postgres(ql)?:\/\/./)),
  HUB_SAMPLE: optional(z.enum(['0', '1'])),
});

const expected: Readonly<Record<string, string>> = {
  PORT: '0 … 65535',
  HOST: '127.0.0.1 | 0.0.0.0 | …',
  DATABASE_URL: 'postgres://user:password@host:port/database',
  HUB_SAMPLE: '0 | 1',
};

/**
 * Reads PORT (default 4000), HOST (default 127.0.0.1), HUB_DATA (default `<project>/data`), DATABASE_URL and HUB_SAMPLE (default 1).
 * Throws StartUpError CONFIG_INVALID that names each unfit variable, never its value: a URL holds a password.
 */
export function readConfig(env: NodeJS.ProcessEnv): HubConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
    const forms = names.map((name) => `${name}=${expected[name] ?? '…'}`).join(', ');
    throw new StartUpError('CONFIG_INVALID', {
      zh: `环境变量取值无效。请改为:${forms}`,
      en: `An environment variable has an unfit value. Set it in this form: ${forms}`,
    });
  }
  const { PORT, HOST, HUB_DATA, DATABASE_URL, HUB_SAMPLE } = parsed.data;
  return {
    port: PORT ?? 4000,
    portIsDefault: PORT === undefined,
    host: HOST ?? '127.0.0.1',
    dataFolder: HUB_DATA === undefined ? resolve(projectFolder, 'data') : resolve(HUB_DATA),
    databaseUrl: DATABASE_URL ?? null,
    sample: HUB_SAMPLE !== '0',
  };
}
