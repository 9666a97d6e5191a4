import pg from 'pg';
import { toggleStatus } from './toggle.js';

/** Events a second that writers commit, with the log and without it. */
export interface WriteCost {
  readonly writers: number;
  readonly eventsPerTransaction: number;
  /** One for each round. */
  readonly logged: readonly number[];
  readonly unlogged: readonly number[];
}

const secondsPerCell = 2;

/**
 * What the log costs those who write: the same updates with its triggers and without, in turn. Each writer changes
 * permits of its own, so that rows are no reason to wait.
 */
export async function measureWriteCost(databaseUrl: string, permits: number, writers: number, eventsPerTransaction: number, rounds: number): Promise<WriteCost> {
  const clients = await Promise.all(Array.from({ length: writers }, async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return client;
  }));
  const [first] = clients;
  if (!first) throw new Error('no writers');
  const share = Math.floor(permits / writers);
  const cell = async (): Promise<number> => {
    const until = performance.now() + secondsPerCell * 1000;
    const began = performance.now();
    const counts = await Promise.all(clients.map(async (client, writer) => {
      let events = 0;
      for (let at = 1; performance.now() < until; at = (at + eventsPerTransaction) % (share - eventsPerTransaction)) {
        const from = writer * share + at;
        const { rowCount } = await client.query({ name: 'write', text: `${toggleStatus} AND id >= $1 AND id < $2`, values: [from, from + eventsPerTransaction] });
        events += rowCount ?? 0;
      }
      return events;
    }));
    return counts.reduce((sum, one) => sum + one, 0) / ((performance.now() - began) / 1000);
  };
  const [logged, unlogged]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < rounds; round++) {
      logged.push(await cell());
      await first.query('ALTER TABLE hub.permit DISABLE TRIGGER USER');
      try {
        unlogged.push(await cell());
      } finally {
        await first.query('ALTER TABLE hub.permit ENABLE TRIGGER USER');
      }
    }
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
  return { writers, eventsPerTransaction, logged, unlogged };
}
