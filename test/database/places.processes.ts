import { lstat, mkdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { copyBinaries, installedBinaries, repairLinks } from '../../src/database/binaries.js';
import { openCluster, usableBinaries } from '../../src/database/cluster.js';
import { EmbeddedServer } from '../../src/database/embedded-server.js';
import { isRoot, run, unprivilegedUser } from '../../src/database/server-user.js';
import { DataFolders, quick } from './hub-process.js';

const folders = new DataFolders();
const places: string[] = [];
afterAll(async () => {
  await folders.clear();
  for (const place of places) await rm(place, { recursive: true, force: true });
});

const asRoot = isRoot() ? test : test.skip;

test('library links that a blocked install script did not make are made', async () => {
  const installed = await installedBinaries();
  const copy = await copyBinaries(installed, join(await folders.make(), 'binaries'));
  const listed = z
    .array(z.object({ target: z.string() }))
    .parse(JSON.parse(await readFile(join(copy.root, 'native/pg-symlinks.json'), 'utf8')));
  for (const { target } of listed) await unlink(join(copy.root, target));
  expect((await run(await unprivilegedUser(), copy.postgres, ['--version'])).code).not.toBe(0);
  // Two processes that start at once repair at once.
  expect(await Promise.all([repairLinks(copy), repairLinks(copy)])).toEqual([true, true]);
  expect((await run(await unprivilegedUser(), copy.postgres, ['--version'])).output).toContain('PostgreSQL) 18');
  for (const { target } of listed) expect((await lstat(join(copy.root, target))).isSymbolicLink()).toBe(true);
});

asRoot('as root, a data folder closed to the server’s account: the cluster goes to a traversable folder, which is said', async () => {
  const dataFolder = await folders.make(0o700);
  const said: string[] = [];
  const open = (): Promise<EmbeddedServer> =>
    EmbeddedServer.open({ dataFolder, say: (line) => void said.push(line), parameters: quick });
  await (await open()).close();
  const { home } = z.object({ home: z.string() }).parse(JSON.parse(await readFile(join(dataFolder, 'database.json'), 'utf8')));
  places.push(home);
  expect(home).toMatch(/^\/var\/(lib|tmp)\/concordat-[0-9a-f]{16}$/);
  expect(said.join('\n')).toContain(home);
  // The closed folder stays closed, and the password stays with root.
  expect((await stat(dataFolder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(home, 'owner-password'))).mode & 0o777).toBe(0o600);
  await (await open()).close();
  expect(said.filter((line) => line.includes(home))).toHaveLength(2);

  await rm(home, { recursive: true });
  await expect(open()).rejects.toMatchObject({ code: 'DATABASE_CLUSTER_MISSING' });
});

asRoot('as root, an install folder closed to the server’s account: the programs run from a copy, which is said', async () => {
  const closed = join(await folders.make(), 'closed');
  await mkdir(closed, { mode: 0o700 });
  const installed = await copyBinaries(await installedBinaries(), join(closed, 'package'));
  const said: string[] = [];
  const version = `${installed.version}-test-${process.pid}`;
  const usable = await usableBinaries({ ...installed, version }, await unprivilegedUser(), (line) => void said.push(line));
  places.push(usable.root);
  expect(usable.root).toMatch(/^\/var\/(lib|tmp)\/concordat-postgres-/);
  expect(said.join('\n')).toContain(usable.root);
  expect((await run(await unprivilegedUser(), usable.postgres, ['--version'])).code).toBe(0);
});

test('a first start killed midway leaves nothing that the next one trips over', async () => {
  const dataFolder = await folders.make();
  await mkdir(join(dataFolder, 'postgres.new-4194301/cluster'), { recursive: true });
  const cluster = await openCluster({ dataFolder, durable: false, say: () => undefined });
  expect(cluster.folder).toBe(join(dataFolder, 'postgres/cluster'));
  await expect(stat(join(dataFolder, 'postgres.new-4194301'))).rejects.toThrow('ENOENT');
});
