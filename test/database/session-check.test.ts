import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { databaseUrl } from '../../src/database/database-settings.js';
import { checkSessions } from '../../src/database/session-check.js';
import { testServer } from '../support/test-server.js';

const { settings } = testServer();

/** Passes everything on, but starts sessions without their options, as PgBouncer does when told to ignore them. */
async function optionsDropped(): Promise<net.Server> {
  const server = net.createServer((caller) => {
    const behind = net.connect(settings.port, settings.host);
    caller.once('data', (start) => {
      // Int32 length, Int32 version, then name and value in turn, each ended by NUL, and a last NUL.
      const parts = start.subarray(8).toString('latin1').split('\0');
      const at = parts.indexOf('options');
      if (at >= 0) parts.splice(at, 2);
      const body = Buffer.from(parts.join('\0'), 'latin1');
      const head = Buffer.from(start.subarray(0, 8));
      head.writeInt32BE(body.length + 8);
      behind.write(Buffer.concat([head, body]));
      caller.pipe(behind).pipe(caller);
    });
    for (const socket of [caller, behind]) socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('PostgreSQL itself is fit', async () => {
  await expect(checkSessions(databaseUrl(settings))).resolves.toBeUndefined();
});

test('a pooler that drops the options of a session is refused, and so are options of the URL', async () => {
  const pooler = await optionsDropped();
  const { port } = pooler.address() as AddressInfo;
  await expect(checkSessions(databaseUrl({ ...settings, host: '127.0.0.1', port }))).rejects.toMatchObject({ code: 'DATABASE_POOLER_UNFIT' });
  await expect(checkSessions(`${databaseUrl(settings)}?options=-c%20work_mem%3D1MB`)).rejects.toMatchObject({ code: 'DATABASE_POOLER_UNFIT' });
  await new Promise((resolve) => pooler.close(resolve));
});
