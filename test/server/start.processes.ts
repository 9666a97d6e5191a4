import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The scriptable surface: what runs the hub unattended relies on exactly this. */

const project = fileURLToPath(new URL('../../..', import.meta.url));

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

describe('the hub as a program', () => {
  let folder = '';
  let hub: ChildProcess | null = null;
  let url = '';
  const lines: string[] = [];

  const environment = (): NodeJS.ProcessEnv => {
    // The embedded server is what is tested here, so DATABASE_URL does not go on.
    return { ...process.env, DATABASE_URL: '', PORT: '0', HUB_DATA: folder, NODE_OPTIONS: '' };
  };

  const command = async (...args: string[]): Promise<Finished> => {
    const child = spawn(process.execPath, [path.join(project, 'dist/src/cli/main.js'), ...args], { env: environment() });
    let out = '';
    let error = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    await once(child, 'close');
    return { code: child.exitCode, out, error };
  };

  const ask = async (agency: string, query: string): Promise<unknown> => {
    const token = (await command('token', '--agency', agency)).out.trim();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    return response.json();
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-start-'));
    await chmod(folder, 0o755); // as root, the database's account has to pass
    const child = spawn(process.execPath, [path.join(project, 'dist/src/main.js')], { env: environment() });
    hub = child;
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.startsWith('ready ')) {
        url = line.slice('ready '.length);
        break;
      }
    }
    child.stdout.resume();
  }, 120_000);

  afterAll(async () => {
    if (hub) {
      const closed = once(hub, 'exit');
      hub.kill('SIGTERM');
      await closed;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('prints one ready line and a token for each of three bureaus', () => {
    expect(lines.filter((line) => line.startsWith('ready '))).toEqual([expect.stringMatching(/^ready http:\/\/127\.0\.0\.1:\d+\/graphql$/)]);
    expect(lines.filter((line) => line.startsWith('Authorization: Bearer '))).toHaveLength(3);
  });

  it('answers the README’s first query with rows for Binhai, and with none and a note for Heping (XT-3.1c)', async () => {
    const query = '{ permits(first: 3, filter: { district: "120116" }) { nodes { documentNo holder { name } } } }';
    await expect(ask('BINHAI_HRSS', query)).resolves.toMatchObject({ data: { permits: { nodes: [{}, {}, {}] } } });
    await expect(ask('HEPING_HRSS', query)).resolves.toMatchObject({
      data: { permits: { nodes: [] } },
      extensions: { scope: [{ path: 'permits', relations: expect.arrayContaining([expect.objectContaining({ viewer: { district: '120101' } })]) as unknown }] },
    });
  });

  it('token prints a token and nothing else; an unknown agency is a failure', async () => {
    const good = await command('token', '--agency', 'MUNI_HRSS', '--role', 'ANALYST');
    expect(good).toMatchObject({ code: 0, error: '' });
    expect(good.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    await expect(command('token', '--agency', 'NOWHERE')).resolves.toMatchObject({ code: 1, out: '' });
    await expect(command('token')).resolves.toMatchObject({ code: 2, out: '' });
  });

  it('agencies lists the codes', async () => {
    const { code, out } = await command('agencies');
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.trim().split(' ')[0])).toEqual(expect.arrayContaining(['MUNI_HRSS', 'HEPING_APPROVAL', 'BINHAI_HRSS']));
  });

  it('import prints the ledger as JSON and tells success, rejected rows and failure apart', async () => {
    const generated = await command('generate', 'permits', '20', '--seed', '9', '--at', '2025-12-31');
    const rows = generated.out.trim().split('\n');
    const good = path.join(folder, 'good.csv');
    await writeFile(good, `${rows.join('\n')}\n`);
    const taken = await command('import', 'permits', good, '--json');
    expect(taken.code).toBe(0);
    expect(JSON.parse(taken.out)).toMatchObject({ read: 20, rejected: 0 });

    const bad = path.join(folder, 'bad.csv');
    await writeFile(bad, `${rows.slice(0, 2).join('\n')}\n${(rows[2] ?? '').replace(/91120[0-9A-Z]{13}/, '911201167581O6933N')}\n`);
    const partly = await command('import', 'permits', bad, '--json');
    expect(JSON.parse(partly.out)).toMatchObject({ read: 2, rejected: 1 });
    expect(partly.code).toBe(3);

    await expect(command('import', 'permits', path.join(folder, 'missing.csv'), '--json')).resolves.toMatchObject({ code: 1, out: '' });
    await expect(command('import', 'nothing')).resolves.toMatchObject({ code: 2, out: '' });
  }, 60_000);

  it('verify-log finds the log intact', async () => {
    const { code, out } = await command('verify-log');
    expect(code).toBe(0);
    expect(out).toContain('intact');
  });

  it('refuses a chosen port that is taken, and says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const child = spawn(process.execPath, [path.join(project, 'dist/src/main.js')], { env: { ...environment(), PORT: String(port) } });
    let error = '';
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    child.stdout.resume();
    await once(child, 'close');
    other.close();
    expect(child.exitCode).toBe(1);
    expect(error).toContain('PORT_TAKEN');
  }, 60_000);
});
