import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { evidenceModes, type EvidenceMode } from './access/log/evidence-mode.js';
import { keptMonths } from './feed/log-keeper.js';
import { logLevels, type LogLevel } from './log.js';
import { StartUpError } from './start-up-error.js';
import { parseRange, type AddressRange } from './webhooks/address.js';

/** Whose tokens count. */
export interface IdentityConfig {
  /** `production`: tokens of the configured issuer alone. `local`: also those of the hub's own local issuer. */
  readonly mode: HubMode;
  /** Required in `aud` of every token of the configured issuer. */
  readonly audience: string;
  /** The configured issuer: its exact `iss` and where its public keys are (https:, http: or file:); null in local mode without one. */
  readonly external: { readonly issuer: string; readonly jwks: URL } | null;
}

export type HubMode = 'production' | 'local';

/** What the environment decides. Everything else about a hub is in its database or in code. */
export interface HubConfig {
  /** TCP port of the HTTP server; 0 = any free port. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** The port is the default of local mode, not asked for: when it is taken any free one serves. */
  readonly portIsDefault: boolean;
  /** Absolute path of the folder that holds the embedded database and the hub's local keys. */
  readonly dataFolder: string;
  /** `postgres://…` of an own PostgreSQL ≥ 15, or null for the embedded one. */
  readonly databaseUrl: string | null;
  /** Whether an empty database gets the sample rows. */
  readonly sample: boolean;
  readonly identity: IdentityConfig;
  readonly logLevel: LogLevel;
  readonly evidence: EvidenceMode;
  /** Months the change log keeps behind the running one. */
  readonly feedMonths: number;
  /** Where the hub is reached by addresses its machine does not know of: no webhook leads there. */
  readonly ownAddresses: readonly AddressRange[];
}

/** `iss` of the hub's own local issuer; no configured issuer may be called so. */
export const localIssuerName = 'concordat-local';

// This module runs as dist/src/config.js, two folders below the project.
const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** An unset variable and an empty one mean the same: the default. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const environment = z.object({
  PORT: optional(z.string().regex(/^\d{1,5}$/).transform(Number).pipe(z.number().max(65_535))),
  HOST: optional(z.string().regex(/^[\w.:-]+$/)),
  HUB_DATA: optional(z.string()),
  DATABASE_URL: optional(z.string().regex(/^postgres(ql)?:\/\/./).refine(isDecodable)),
  DATABASE_PASSWORD_FILE: optional(z.string()),
  HUB_SAMPLE: optional(z.enum(['0', '1'])),
  HUB_MODE: optional(z.enum(['production', 'local'])),
  NODE_ENV: optional(z.string()),
  HUB_ISSUER: optional(z.string().regex(/^[\x21-\x7e]{1,255}$/).refine((name) => name !== localIssuerName)),
  HUB_JWKS: optional(z.string()),
  HUB_AUDIENCE: optional(z.string().regex(/^[\x21-\x7e]{1,255}$/)),
  HUB_LOG: optional(z.enum(logLevels)),
  HUB_EVIDENCE: optional(z.enum(evidenceModes)),
  HUB_FEED_MONTHS: optional(z.string().regex(/^[1-9]\d{0,2}$/).transform(Number)),
  HUB_OWN_ADDRESSES: optional(z.string().transform((text, context) => ownAddressesOf(text) ?? (context.addIssue('no addresses'), z.NEVER))),
});
type Environment = z.infer<typeof environment>;

const expected: Readonly<Record<string, string>> = {
  PORT: '0 … 65535',
  HOST: '127.0.0.1 | 0.0.0.0 | …',
  DATABASE_URL: 'postgres://user:password@host:port/database',
  HUB_SAMPLE: '0 | 1',
  HUB_MODE: 'production | local',
  HUB_ISSUER: 'https://issuer.example (the exact iss of its tokens)',
  HUB_JWKS: 'https://issuer.example/jwks.json | /path/to/jwks.json',
  HUB_AUDIENCE: 'concordat',
  HUB_LOG: logLevels.join(' | '),
  HUB_EVIDENCE: evidenceModes.join(' | '),
  HUB_FEED_MONTHS: '13 (months the change log keeps)',
  HUB_OWN_ADDRESSES: '203.0.113.7, 2001:db8:7::/48',
};

/**
 * Reads the environment; README lists the variables. Throws StartUpError CONFIG_INVALID, which names each unfit variable,
 * never its value (a URL holds a password), or IDENTITY_MISSING.
 */
export function readConfig(env: NodeJS.ProcessEnv): HubConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) throw invalid([...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))]);
  const read = parsed.data;
  const mode = modeOf(env);
  return {
    port: read.PORT ?? 4000,
    // A partner cannot guess another port; only somebody at the machine reads the ready line.
    portIsDefault: read.PORT === undefined && mode === 'local',
    host: read.HOST ?? '127.0.0.1',
    dataFolder: read.HUB_DATA === undefined ? resolve(projectFolder, 'data') : resolve(read.HUB_DATA),
    databaseUrl: databaseUrlOf(read),
    sample: read.HUB_SAMPLE === undefined ? mode === 'local' : read.HUB_SAMPLE === '1',
    identity: identityOf(read, mode),
    logLevel: read.HUB_LOG ?? 'info',
    // Beside the embedded database the journal lies on the same disk and loses nothing the table would keep. A hub with
    // its database elsewhere may stand on a disk that is thrown away with its container.
    feedMonths: read.HUB_FEED_MONTHS ?? keptMonths,
    ownAddresses: read.HUB_OWN_ADDRESSES ?? [],
    evidence: read.HUB_EVIDENCE ?? (read.DATABASE_URL === undefined ? 'journal' : 'database'),
  };
}

/** The mode an environment asks for, also where the rest of it is unfit: NODE_ENV=production counts as production. */
export function modeOf(env: NodeJS.ProcessEnv): HubMode {
  return env['HUB_MODE'] === 'production' || env['NODE_ENV'] === 'production' ? 'production' : 'local';
}

function identityOf(read: Environment, mode: HubMode): IdentityConfig {
  const { HUB_ISSUER, HUB_JWKS, HUB_MODE, HUB_AUDIENCE } = read;
  if (HUB_MODE === 'local' && mode === 'production') {
    throw new StartUpError('CONFIG_INVALID', {
      zh: 'HUB_MODE=local 与 NODE_ENV=production 矛盾。请去掉其中之一。',
      en: 'HUB_MODE=local contradicts NODE_ENV=production. Unset one of them.',
    });
  }
  const audience = HUB_AUDIENCE ?? 'concordat';
  if (HUB_ISSUER !== undefined && HUB_JWKS !== undefined) {
    return { mode, audience, external: { issuer: HUB_ISSUER, jwks: keysAddress(HUB_JWKS, mode) } };
  }
  if (mode === 'local' && HUB_ISSUER === HUB_JWKS) return { mode, audience, external: null };
  const missing = [...(HUB_ISSUER === undefined ? ['HUB_ISSUER'] : []), ...(HUB_JWKS === undefined ? ['HUB_JWKS'] : [])];
  const forms = missing.map((name) => `${name}=${expected[name] ?? ''}`).join(', ');
  throw new StartUpError('IDENTITY_MISSING', {
    zh: `缺少身份提供方配置,枢纽不启动。请设置:${forms}`,
    en: `The identity provider is not configured, so the hub does not start. Set: ${forms}`,
  });
}

/** Address of the issuer's keys. In production keys over plain http are refused, except from this machine: whoever can change them on the way is every agency. */
function keysAddress(value: string, mode: HubMode): URL {
  if (!/^https?:/i.test(value)) return pathToFileURL(resolve(value));
  const url = URL.canParse(value) ? new URL(value) : null;
  const own = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (!url || url.username || url.password || (mode === 'production' && url.protocol === 'http:' && !own)) throw invalid(['HUB_JWKS']);
  return url;
}

/** DATABASE_URL, with the password of DATABASE_PASSWORD_FILE where there is one: containers get secrets as files. */
function databaseUrlOf({ DATABASE_URL, DATABASE_PASSWORD_FILE }: Environment): string | null {
  if (DATABASE_PASSWORD_FILE === undefined) return DATABASE_URL ?? null;
  const unusable = (zh: string, en: string, cause?: unknown): StartUpError =>
    new StartUpError('CONFIG_INVALID', { zh: `DATABASE_PASSWORD_FILE:${zh}`, en: `DATABASE_PASSWORD_FILE: ${en}` }, { cause });
  if (DATABASE_URL === undefined) throw unusable('需同时设置 DATABASE_URL', 'it needs DATABASE_URL beside it');
  let password: string;
  try {
    password = readFileSync(DATABASE_PASSWORD_FILE, 'utf8').trim();
  } catch (cause) {
    throw unusable('文件不可读,请检查路径与权限', 'the file cannot be read; check its path and rights', cause);
  }
  const url = new URL(DATABASE_URL);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** Addresses and ranges, parted by commas or spaces; null where one is neither: a slip of the pen must not leave the hub open to itself. */
function ownAddressesOf(text: string): readonly AddressRange[] | null {
  const ranges = text.split(/[\s,]+/).filter((one) => one !== '').map((one) => parseRange(one.includes('/') ? one : `${one}/${one.includes(':') ? 128 : 32}`));
  return ranges.some((range) => range === null) ? null : ranges.filter((range) => range !== null);
}

/** The driver decodes percent signs and fails on a single one, at a place where nobody expects it. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return URL.canParse(url);
  } catch {
    return false;
  }
}

function invalid(names: readonly string[]): StartUpError {
  const forms = names.map((name) => `${name}=${expected[name] ?? '…'}`).join(', ');
  return new StartUpError('CONFIG_INVALID', {
    zh: `环境变量取值无效。请改为:${forms}`,
    en: `An environment variable has an unfit value. Set it in this form: ${forms}`,
  });
}
