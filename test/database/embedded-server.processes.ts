import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { HubDatabase } from '../../src/database/database.js';
import { EmbeddedServer } from '../../src/database/embedded-server.js';
import { isServerProcess } from '../../src/database/processes.js';
import { asUser, unprivilegedUser } from '../../src/database/server-user.js';
import { waitFor } from '../support/wait-for.js';
import { DataFolders, end, openInChild, postmasterId, quick } from './hub-process.js';

const folders = new DataFolders();
afterAll(() => folders.clear());

const said: string[] = [];
const say = (line: string): void => void said.push(line);
const start = (dataFolder: string): Promise<EmbeddedServer> => EmbeddedServer.open({ dataFolder, say, parameters: quick });
const openHub = (dataFolder: string): Promise<HubDatabase> =>
  HubDatabase.open({ dataFolder, databaseUrl: null }, say);

async function ask(server: EmbeddedServer, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ ...server.settings });
  await client.connect();
  try {
    const answer = await client.query<Record<string, unknown>>(sql);
    return answer.rows[0] ?? {};
  } finally {
    await client.end();
  }
}

describe('first and later starts', () => {
  let dataFolder: string;
  beforeAll(async () => {
    dataFolder = await folders.make();
  });

  test('first start: an owner that is no superuser, Chinese-capable locale, loopback only, no superuser login', async () => {
    const server = await start(dataFolder);
    expect(
      await ask(
        server,
        `SELECT current_user AS login, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, datcollate, datctype,
                current_setting('listen_addresses') AS addresses,
                current_setting('synchronous_commit') AS sync, current_setting('max_connections') AS connections,
                pg_encoding_to_char(encoding) AS encoding, pg_get_userbyid(datdba) AS owner
           FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
      ),
    ).toEqual({
      login: 'concordat', rolsuper: false, rolbypassrls: false, rolcreaterole: true, rolcreatedb: true,
      datcollate: 'C.UTF-8', datctype: 'C.UTF-8', addresses: '127.0.0.1', sync: 'on', connections: '200',
      encoding: 'UTF8', owner: 'concordat',
    });
    const superuser = new pg.Client({ ...server.settings, user: 'postgres', database: 'postgres' });
    await expect(superuser.connect()).rejects.toMatchObject({ code: '28P01' });
    await ask(server, 'CREATE TABLE kept AS SELECT 7 AS value');
    await server.close();
    expect(await isServerProcess(server.pid, join(dataFolder, 'postgres/cluster'))).toBe(false);
  });

  test('a second start keeps data and port', async () => {
    const port = Number(await readFile(join(dataFolder, 'postgres/port'), 'utf8'));
    const server = await start(dataFolder);
    expect(await ask(server, 'SELECT value FROM kept')).toEqual({ value: 7 });
    expect(server.settings.port).toBe(port);
    await server.close();
  });

  test('values of rows do not reach the log of the server', async () => {
    const server = await start(dataFolder);
    await ask(server, 'CREATE TABLE person (name text PRIMARY KEY)');
    await ask(server, `INSERT INTO person VALUES ('张三丰')`);
    await expect(ask(server, `INSERT INTO person VALUES ('张三丰')`)).rejects.toMatchObject({ code: '23505' });
    await server.close();
    const log = await readFile(join(dataFolder, 'postgres.log'), 'utf8');
    expect(log).toContain('person_pkey');
    expect(log).not.toContain('张三丰');
  });

  test('a taken port: the server moves to another', async () => {
    const port = Number(await readFile(join(dataFolder, 'postgres/port'), 'utf8'));
    const squatter: Server = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const server = await start(dataFolder);
    expect(server.settings.port).not.toBe(port);
    expect(await ask(server, 'SELECT value FROM kept')).toEqual({ value: 7 });
    await server.close();
    await new Promise((resolve) => squatter.close(resolve));
  });

  test('a stale postmaster.pid of a dead process, and one whose id now belongs to a foreign program', async () => {
    // The foreign program runs under the server's own account: the case PostgreSQL itself refuses.
    const foreign = spawn('sleep', ['300'], { ...asUser(await unprivilegedUser()), cwd: '/', stdio: 'ignore' });
    for (const pid of [2 ** 22 - 3, foreign.pid ?? 0]) {
      const file = join(dataFolder, 'postgres/cluster/postmaster.pid');
      await writeFile(file, `${pid}\n${join(dataFolder, 'postgres/cluster')}\n1700000000\n20001\n\n127.0.0.1\n1 2\nready\n`);
      const server = await start(dataFolder);
      expect(await ask(server, 'SELECT value FROM kept')).toEqual({ value: 7 });
      await server.close();
    }
    expect(foreign.exitCode).toBeNull();
    await end(foreign, 'SIGKILL');
  });

  test('a server that cannot start says so with its log, and nothing is left running', async () => {
    const failing = EmbeddedServer.open({ dataFolder, say, parameters: { ...quick, shared_buffers: 'plenty' } });
    await expect(failing).rejects.toMatchObject({
      code: 'DATABASE_START_FAILED',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"') as string,
    });
  });
});

describe('several processes, killed processes', () => {
  let dataFolder: string;
  beforeEach(async () => {
    dataFolder = await folders.make();
  });

  test('two first starts at once share one server', async () => {
    const [one, two] = await Promise.all([start(dataFolder), openInChild(dataFolder)]);
    expect(await postmasterId(dataFolder)).toBe(one.pid);
    await end(two, 'SIGTERM');
    expect(await ask(one, 'SELECT 1 AS up')).toEqual({ up: 1 });
    await one.close();
  });

  test('a call beside a running hub leaves the server running; the hub, leaving last, stops it', async () => {
    const hub = await openInChild(dataFolder);
    const call = await openHub(dataFolder);
    const pid = await postmasterId(dataFolder);
    await call.close();
    expect(await isServerProcess(pid, join(dataFolder, 'postgres/cluster'))).toBe(true);
    await end(hub, 'SIGTERM');
    expect(await isServerProcess(pid, join(dataFolder, 'postgres/cluster'))).toBe(false);
  });

  test('a call that started the server leaves it to a hub that came meanwhile', async () => {
    const call = await openHub(dataFolder);
    const hub = await openInChild(dataFolder);
    const pid = await postmasterId(dataFolder);
    await call.close();
    expect(await isServerProcess(pid, join(dataFolder, 'postgres/cluster'))).toBe(true);
    await end(hub, 'SIGTERM');
    expect(await isServerProcess(pid, join(dataFolder, 'postgres/cluster'))).toBe(false);
  });

  test('a hub that ends on a fault, without closing, does not leave its server behind', async () => {
    const hub = await openInChild(dataFolder);
    const pid = await postmasterId(dataFolder);
    await end(hub, 'SIGUSR2');
    await waitFor('the server to stop', async () => !(await isServerProcess(pid, join(dataFolder, 'postgres/cluster'))));
  });

  test('after kill -9 of the hub the next start adopts the running server, and stops it at its end', async () => {
    const hub = await openInChild(dataFolder);
    const pid = await postmasterId(dataFolder);
    await end(hub, 'SIGKILL');
    expect(await isServerProcess(pid, join(dataFolder, 'postgres/cluster'))).toBe(true);
    const next = await start(dataFolder);
    expect(next.pid).toBe(pid);
    await next.close();
    expect(await isServerProcess(pid, join(dataFolder, 'postgres/cluster'))).toBe(false);
  });

  test('kill -9 of postgres, started here or adopted: back on the same port, pools reconnect, commits are kept', async () => {
    for (const adopted of [false, true]) {
      if (adopted) await end(await openInChild(dataFolder), 'SIGKILL');
      const database = await openHub(dataFolder);
      const pool = database.pool();
      await pool.query('CREATE TABLE IF NOT EXISTS kept (value int)');
      await pool.query('INSERT INTO kept VALUES (7)');
      const before = await pool.query('SELECT count(*) FROM kept');
      const pid = await postmasterId(dataFolder);
      process.kill(pid, 'SIGKILL');
      // Not the first answer counts: a backend may outlive its postmaster for a moment and still serve.
      await waitFor('the new server', async () => (await postmasterId(dataFolder).catch(() => pid)) !== pid);
      let after: unknown = null;
      await waitFor('the pool to answer again', async () => {
        after = await pool.query<Record<string, unknown>>('SELECT count(*) FROM kept').then(
          (answer) => answer.rows,
          () => null,
        );
        return after !== null;
      });
      expect(after).toEqual(before.rows);
      await database.close();
    }
  });

  test('kill -9 of postgres under a backend that does not notice: the orphan is ended and the server comes back', async () => {
    const server = await start(dataFolder);
    const client = new pg.Client({ ...server.settings });
    client.on('error', () => undefined);
    await client.connect();
    // A tight loop in one statement looks at its postmaster only when it waits, which it never does.
    const busy = client.query('SELECT count(*) FROM generate_series(1, 100000000000) AS n WHERE n % 3 = 5').catch(() => 'lost');
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    await waitFor('the new server', () => server.pid !== pid);
    expect(await busy).toBe('lost');
    await server.close();
  });
});
