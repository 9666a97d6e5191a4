import type { PoolClient } from 'pg';
import { isCode } from '../database/binaries.js';
import type { HubDatabase } from '../database/database.js';

/**
 * Runs work of the hub's writer as one transaction. `asRefusal`: the error that stands for a rule of the tables that was
 * not kept, by its SQLSTATE; null for one that is a fault, which is thrown as it is.
 */
export async function inWriterTransaction<T>(database: HubDatabase, work: (client: PoolClient) => Promise<T>, asRefusal: Readonly<Record<string, () => Error>>): Promise<T> {
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
    const refusal = Object.entries(asRefusal).find(([code]) => isCode(error, code));
    throw refusal ? refusal[1]() : error;
  } finally {
    client.release(broken);
  }
}
