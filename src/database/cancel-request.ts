import pg from 'pg';
import { z } from 'zod';

/** What the server told a session at its start: the only thing that names it in a request to cancel. */
const backend = z.object({ processID: z.number(), secretKey: z.number() });

/** pg's connection below its client. What it can do here is newer than the published types. */
class CancelConnection extends pg.Connection {
  declare connect: (portOrSocket: number | string, host?: string) => void;
  declare requestSsl: () => void;
  declare cancel: (processID: number, secretKey: number) => void;
}

/** A request that takes longer than this has gone astray, milliseconds. */
const patienceMs = 5_000;

/**
 * The way to cancel what this client's session runs (PostgreSQL, "Canceling Requests in Progress"): each call asks the
 * server over a connection of its own and resolves when that one has ended; the server ends it after it has sent the
 * signal. False where the end was another one, so that the signal may still be under way: then the session must not run
 * anything else.
 *
 * A signal that finds the session between two messages of a group has no effect: ask again while there is no answer.
 */
export function cancelRequests(client: pg.Client): () => Promise<boolean> {
  const { processID, secretKey } = backend.parse(client);
  return () => {
    const connection = new CancelConnection({ ssl: client.ssl });
    let sent = false;
    let astray = false;
    const send = (): void => {
      sent = true;
      connection.cancel(processID, secretKey);
    };
    return new Promise((resolve) => {
      const patience = setTimeout(() => connection.stream.destroy(new Error('no answer')), patienceMs);
      connection.once('connect', () => (client.ssl ? connection.requestSsl() : send()));
      connection.once('sslconnect', send);
      connection.on('error', () => {
        astray = sent;
        connection.stream.destroy();
      });
      connection.once('end', () => {
        clearTimeout(patience);
        resolve(!astray);
      });
      if (client.host.startsWith('/')) connection.connect(`${client.host}/.s.PGSQL.${client.port}`);
      else connection.connect(client.port, client.host);
    });
  };
}
