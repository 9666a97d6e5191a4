import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether a server could listen on 127.0.0.1:`port` now. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * A free port between 20000 and 29999: below the ranges systems hand out to outgoing connections (from 32768 on Linux,
 * 49152 on macOS), so that nobody is given it while the server restarts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (await isPortFree(port)) return port;
  }
}
