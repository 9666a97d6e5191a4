import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { isCode } from '../database/binaries.js';
import type { HubDatabase } from '../database/database.js';

/** The errors that stand for rules of the tables that were not kept, by their SQLSTATE; any other is a fault, thrown as it is. */
export type AsRefusal = Readonly<Record<string, () => Error>>;

/** Runs work of the hub's writer as one transaction. */
export async function inWriterTransaction<T>(database: HubDatabase, work: (client: PoolClient) => Promise<T>, asRefusal: AsRefusal): Promise<T> {
  const client = await database.pool('concordat_writer').connect();
  let broken = true;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    broken = false;
    return result;
  } catch (error) {
    broken = await client.query('ROLLBACK').then(() => false, () => true);
    throw refusalOf(error, asRefusal);
  } finally {
    client.release(broken);
  }
}

/** The same inside a transaction of the caller's: what is refused leaves that transaction as it was. */
export async function inSavepoint<T>(client: PoolClient, work: (client: PoolClient) => Promise<T>, asRefusal: AsRefusal): Promise<T> {
  await client.query('SAVEPOINT write');
  try {
    const result = await work(client);
    await client.query('RELEASE SAVEPOINT write');
    return result;
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT write');
    throw refusalOf(error, asRefusal);
  }
}

function refusalOf(error: unknown, asRefusal: AsRefusal): unknown {
  const refusal = Object.entries(asRefusal).find(([code]) => isCode(error, code));
  return refusal ? refusal[1]() : error;
}

/** Of what was asked for, whatever the order of its members. */
export function digestOf(asked: object): string {
  return createHash('sha256').update(JSON.stringify(Object.entries(asked).sort(([one], [other]) => (one < other ? -1 : 1)))).digest('hex');
}
