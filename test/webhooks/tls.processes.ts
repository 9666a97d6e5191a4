import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

let folder: string;
let server: Server;
let port = 0;
const taken: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-tls-'));
  // A partner's own certification authority, in the least: one certificate that vouches for itself.
  await run('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem'),
    '-days', '2', '-subj', '/CN=hook.heping.example', '-addext', 'subjectAltName=DNS:hook.heping.example',
  ]);
  const [key, cert] = await Promise.all(['key.pem', 'cert.pem'].map((name) => readFile(path.join(folder, name))));
  if (!key || !cert) throw new Error('no certificate');
  server = createServer({ key, cert }, (request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      taken.push(`${request.headers.host ?? ''} ${request.method ?? ''} ${request.url ?? ''} ${text}`);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
}, 60_000);

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function posted(host: string, trusted: boolean): Promise<unknown> {
  const { PATH = '' } = process.env;
  const env = trusted ? { PATH, NODE_EXTRA_CA_CERTS: path.join(folder, 'cert.pem') } : { PATH };
  const { stdout } = await run(process.execPath, [fileURLToPath(new URL('./post-child.js', import.meta.url)), host, String(port)], { env });
  return JSON.parse(stdout);
}

test('the certificate is that of the name, wherever the name led to; what nobody vouches for gets not one byte', async () => {
  expect(await posted('hook.heping.example', false)).toEqual({ fault: 'TLS' });
  expect(await posted('other.heping.example', true)).toEqual({ fault: 'TLS' });
  expect(await posted('10.8.0.9', true)).toEqual({ fault: 'TLS' });
  expect(taken).toEqual([]);
  expect(await posted('hook.heping.example', true)).toMatchObject({ status: 200, body: '{}' });
  expect(taken).toEqual(['hook.heping.example POST /in {"a":"值"}']);
});
