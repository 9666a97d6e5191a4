import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { z } from 'zod';

const bound = z.object({ port: z.number() }) satisfies z.ZodType<Pick<AddressInfo, 'port'>>;

/** A way to the hub that can be cut: what stands between a partner and the hub, without a goodbye to either side. */
export class CuttableRelay {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** Where the hub's endpoint is reached through it. */
    readonly url: string,
  ) {}

  /** `url` is that of the hub's endpoint. */
  static async to(url: string): Promise<CuttableRelay> {
    const { hostname, port, pathname } = new URL(url);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const relay = new CuttableRelay(server, `http://127.0.0.1:${bound.parse(server.address()).port}${pathname}`);
    server.on('connection', (near) => {
      const far = connect({ host: hostname, port: Number(port) });
      for (const [socket, other] of [[near, far], [far, near]] as const) {
        relay.#sockets.add(socket);
        socket.on('error', () => other.destroy()).on('close', () => relay.#sockets.delete(socket) && other.destroy());
        socket.pipe(other);
      }
    });
    return relay;
  }

  /** Breaks every connection that stands. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
