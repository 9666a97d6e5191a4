import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../../src/config.js';
import { instructionsOf } from './dockerfile.js';

/** The container files were never run here; these are the rules that can be judged by reading. */

const project = fileURLToPath(new URL('../../..', import.meta.url));
const read = (name: string): string => readFileSync(path.join(project, name), 'utf8');

/** An exact version: `18.4-bookworm`, not `18`, `latest` or none. */
const pinned = /^[\w./-]+:\d+\.\d+[\w.-]*$/;
const secretName = /PASSWORD|SECRET|TOKEN|PRIVATE|CREDENTIAL/i;

describe('Dockerfile', () => {
  const instructions = instructionsOf(read('docker/Dockerfile'));
  const last = Math.max(...instructions.map(({ stage }) => stage));
  const of = (name: string, stage?: number): string[] =>
    instructions.filter((one) => one.name === name && (stage === undefined || one.stage === stage)).map(({ text }) => text);

  test('base images are pinned to an exact version, the one CI tests', () => {
    const ci = /node24_version=(\S+)/.exec(read('.ci/run'))?.[1] ?? '';
    for (const from of of('FROM')) {
      const [image = ''] = from.split(' ');
      expect(image).toMatch(pinned);
      expect(image).toBe(`node:${ci}-bookworm-slim`);
    }
  });

  test('the last stage runs as an ordinary user, and nothing runs after the switch', () => {
    const names = instructions.filter(({ stage }) => stage === last).map(({ name }) => name);
    expect(of('USER', last)).toEqual(['node']);
    expect(names.slice(names.indexOf('USER'))).not.toContain('RUN');
    expect(names.slice(names.indexOf('USER'))).not.toContain('COPY');
  });

  test('it has a health check, and starts the hub itself as the first process', () => {
    expect(of('HEALTHCHECK', last)).toHaveLength(1);
    expect(of('HEALTHCHECK', last)[0]).toContain('/health');
    const flags = /"start": "node (--\S+) tools\/run\.js src\/main"/.exec(read('package.json'))?.[1];
    expect(of('CMD', last)).toEqual([`["node", "${flags ?? ''}", "dist/src/main.js"]`]);
    expect(of('ENTRYPOINT')).toEqual([]);
  });

  test('production mode, locked dependencies without their scripts, none of development', () => {
    expect(of('ENV', last).join(' ')).toContain('NODE_ENV=production');
    const runs = of('RUN').join(' && ');
    expect(runs).toMatch(/npm ci --ignore-scripts/);
    expect(runs).toMatch(/npm prune --omit=dev .*--ignore-scripts/);
    expect(runs).not.toMatch(/npm install|npx|curl|wget|apt-get|chmod 777/);
  });

  test('no secret in arguments or environment, nothing fetched by ADD', () => {
    for (const setting of [...of('ARG'), ...of('ENV')]) expect(setting).not.toMatch(secretName);
    expect(of('ADD')).toEqual([]);
  });

  test('what is copied is named, exists, and is not left out of the context; what the hub reads at run time is there', () => {
    const ignored = new Set(read('.dockerignore').split('\n'));
    const copied = of('COPY').filter((text) => !text.startsWith('--from')).flatMap((text) => text.split(/\s+/).slice(0, -1));
    for (const name of copied) {
      expect(name).not.toBe('.');
      expect(existsSync(path.join(project, name))).toBe(true);
      expect(ignored.has(name)).toBe(false);
    }
    const final = of('COPY', last).join('\n');
    for (const name of ['dist', 'node_modules', 'src', 'schema', 'samples', 'LICENSE']) expect(final).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('keys, data, secrets and history never enter the build context', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', 'data', 'docker', 'node_modules', 'dist', '**/.env', '**/*.key', '**/*.jwk']));
  });
});

const service = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  secrets: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  privileged: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  stop_grace_period: z.string().optional(),
});
const compose = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()).default({}),
  volumes: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.object({ file: z.string() })).default({}),
});

describe('compose', () => {
  const main = compose.parse(parse(read('docker/compose.yaml')));
  const local = compose.parse(parse(read('docker/compose.local.yaml')));
  const { hub, database } = main.services;
  if (!hub || !database) throw new Error('compose.yaml has the services hub and database');

  test('images are pinned; the hub’s is the project’s own version', () => {
    expect(database.image).toMatch(/^postgres:18\.\d+-bookworm$/);
    expect(hub.image).toBe(`concordat:${(JSON.parse(read('package.json')) as { version: string }).version}`);
    expect(hub.build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile' });
  });

  test.each(Object.entries(main.services))('%s: read-only root, no capability kept by default, no new privileges', (_, one) => {
    expect(one).toMatchObject({ read_only: true, privileged: false, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(one.tmpfs).toContain('/tmp');
  });

  test('secrets come as files that git and the image never see; no value stands in the file', () => {
    for (const one of Object.values(main.services)) {
      for (const [name, value] of Object.entries(one.environment)) {
        if (secretName.test(name)) expect([name, String(value)]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\/secrets\//)]);
        expect(String(value)).not.toMatch(/:\/\/[^/]*:[^/]*@/);
      }
      for (const name of one.secrets) expect(main.secrets[name]?.file).toMatch(/^\.\/secrets\//);
    }
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['docker/secrets/', 'docker/.env']));
  });

  test('the database is reached by the hub alone, the hub on this machine alone', () => {
    expect(database.ports).toEqual([]);
    expect(database.networks).toEqual(['inside']);
    expect(main.networks['inside']?.internal).toBe(true);
    expect(hub.networks).toContain('inside');
    for (const port of hub.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('volumes are declared, files that are mounted exist and cannot be written', () => {
    for (const volume of [...database.volumes, ...hub.volumes]) {
      const [source = '', , mode] = volume.split(':');
      if (source.startsWith('.')) {
        expect(existsSync(path.join(project, 'docker', source))).toBe(true);
        expect(mode).toBe('ro');
      } else expect(Object.keys(main.volumes)).toContain(source);
    }
  });

  test('the hub starts when the database is healthy, and may take its time to stop', () => {
    expect(hub.depends_on['database']?.condition).toBe('service_healthy');
    expect(database.healthcheck?.test[0]).toBe('CMD');
    expect(Number(/^(\d+)s$/.exec(hub.stop_grace_period ?? '')?.[1])).toBeGreaterThan(20);
  });

  test('the configuration is one the hub takes: production needs its issuer, the local file asks for local mode', () => {
    const known = read('src/config.ts');
    const environment = (overrides: Record<string, unknown>, outside: Record<string, string>): NodeJS.ProcessEnv => {
      const image = { NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '4000', HUB_DATA: '/data' };
      const merged = Object.entries({ ...image, ...hub.environment, ...overrides });
      const resolved = merged.map(([name, value]): [string, string] => [
        name,
        value.replace(/\$\{(\w+):-([^}]*)\}/g, (_all, variable: string, otherwise: string) => outside[variable] ?? otherwise),
      ]);
      for (const [name] of resolved) expect(known).toContain(name);
      // The secret is a file inside the container only.
      return { ...Object.fromEntries(resolved), DATABASE_PASSWORD_FILE: '' };
    };
    const issuer = { HUB_ISSUER: 'https://id.example', HUB_JWKS: 'https://id.example/jwks' };
    expect(readConfig(environment({}, issuer))).toMatchObject({ host: '0.0.0.0', sample: false, identity: { mode: 'production' } });
    expect(() => readConfig(environment({}, {}))).toThrow('IDENTITY_MISSING');
    const tried = local.services['hub']?.environment ?? {};
    expect(readConfig(environment(tried, {}))).toMatchObject({ sample: true, identity: { mode: 'local', external: null } });
  });
});
