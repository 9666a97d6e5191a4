import type { ClientBase } from 'pg';
import type { HubDatabase } from '../database/database.js';
import { KeyRing, keysMissing } from './key-ring.js';

/** A key as the database knows it: hub.identifier_key. The newest one seals; a seal by any other is refused. */
interface RegisteredKey {
  readonly number: number;
  readonly fingerprint: string;
}

/** Name of the advisory lock: shared by whoever seals, exclusive while the current key changes or one is retired. */
export const keyLock = `hashtextextended('hub.identifier_key', 0)`;

const registeredSql = 'SELECT number, fingerprint FROM hub.identifier_key ORDER BY number';

/**
 * The key ring of a data folder for a migrated database; a new one where the database has sealed nothing yet. Fails
 * closed: throws StartUpError KEYS_MISSING when the database holds seals of keys that are not in the folder, or are
 * others under the same number; nothing is made in their place.
 */
export async function openKeyRing(database: HubDatabase, dataFolder: string): Promise<KeyRing> {
  const registered = async (): Promise<RegisteredKey[]> => (await database.pool().query<RegisteredKey>(registeredSql)).rows;
  let rows = await registered();
  for (;;) {
    try {
      if (rows.length > 0 && !KeyRing.exists(dataFolder)) throw keysMissing(rows.map(({ number }) => number).join(', '));
      const keyRing = KeyRing.open(dataFolder);
      assertSame(keyRing, rows);
      useNewest(keyRing, rows);
      return keyRing;
    } catch (error) {
      // A key retired between the looks at register and folder is gone from both: only a register that stays as it was decides.
      const before = JSON.stringify(rows);
      rows = await registered();
      if (JSON.stringify(rows) === before) throw error;
    }
  }
}

/**
 * To be called in a transaction before its first seal: the ring seals with the key that is current in the database,
 * which does not change until the transaction ends. The first seal of a database registers the ring's key.
 * Throws StartUpError KEYS_MISSING as `openKeyRing`.
 */
export async function prepareSealing(client: ClientBase, keyRing: KeyRing): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock_shared(${keyLock})`);
  let { rows } = await client.query<RegisteredKey>(registeredSql);
  if (rows.length === 0) {
    await registerKey(client, keyRing, keyRing.current);
    ({ rows } = await client.query<RegisteredKey>(registeredSql));
  }
  assertSame(keyRing, rows);
  useNewest(keyRing, rows);
}

/** Makes a key known to the database. Of two who do so at once the first one wins. */
export async function registerKey(client: ClientBase, keyRing: KeyRing, number: number): Promise<void> {
  await client.query('INSERT INTO hub.identifier_key (number, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    number,
    keyRing.fingerprint(number),
  ]);
}

function assertSame(keyRing: KeyRing, registered: readonly RegisteredKey[]): void {
  const present = new Set(keyRing.numbers);
  const wrong = registered.filter(({ number, fingerprint }) => !present.has(number) || keyRing.fingerprint(number) !== fingerprint);
  if (wrong.length > 0) throw keysMissing(wrong.map(({ number }) => number).join(', '));
}

function useNewest(keyRing: KeyRing, registered: readonly RegisteredKey[]): void {
  const newest = registered.at(-1);
  if (newest) keyRing.use(newest.number);
}
