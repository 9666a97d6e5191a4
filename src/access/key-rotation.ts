import type { ClientBase } from 'pg';
import { isCode } from '../database/binaries.js';
import type { HubDatabase } from '../database/database.js';
import { StartUpError } from '../start-up-error.js';
import { keyLock, openKeyRing, registerKey } from './key-register.js';
import { KeyRingError, type KeyRing } from './key-ring.js';

/**
 * A table with sealed values: columns `sealed` and `key_number` (generated from the seal, referring to
 * hub.identifier_key, indexed). Declared by the module that seals, so that a rotation can open and seal again.
 */
export interface SealedTable {
  readonly table: string;
  /** Primary key, column → SQL type. */
  readonly key: Readonly<Record<string, 'bigint' | 'text'>>;
  /** SQL expressions over the row `t` that the context is made of. */
  readonly place: readonly string[];
  /** The context of a seal, from the texts of `place`. */
  readonly context: (place: readonly string[]) => string;
}

/** A key of the ring with what still depends on it. */
export interface KeyUse {
  readonly number: number;
  readonly isCurrent: boolean;
  readonly madeAt: Date;
  /** Sealed values by table. */
  readonly seals: ReadonlyMap<string, number>;
}

export interface RotationOptions {
  /** Whether keys that seal nothing any more are deleted. */
  readonly retire: boolean;
  /** Told after each batch how many values were sealed again so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a rotation did. */
export interface Rotation {
  /** Number of the current key. */
  readonly current: number;
  /** Whether it is a new one; false where an earlier rotation was taken up again. */
  readonly isNew: boolean;
  /** Values sealed again with it. */
  readonly resealed: number;
  /** Keys deleted. */
  readonly retired: readonly number[];
}

/** Values sealed again in one transaction: 10 ms of locks on rows nobody waits for. */
const batchSize = 500;

/** Reads which keys the database knows and what is sealed with each. */
export async function listKeys(database: HubDatabase, tables: readonly SealedTable[]): Promise<readonly KeyUse[]> {
  const pool = database.pool();
  const keys = await pool.query<{ number: number; made_at: Date }>('SELECT number, made_at FROM hub.identifier_key ORDER BY number');
  const seals = new Map<number, Map<string, number>>(keys.rows.map(({ number }) => [number, new Map()]));
  for (const { table } of tables) {
    const { rows } = await pool.query<{ key_number: number; seals: string }>(
      `SELECT key_number, count(*) AS seals FROM ${table} WHERE key_number IS NOT NULL GROUP BY key_number`,
    );
    for (const row of rows) seals.get(row.key_number)?.set(table, Number(row.seals));
  }
  const current = keys.rows.at(-1)?.number;
  return keys.rows.map(({ number, made_at: madeAt }) => ({ number, isCurrent: number === current, madeAt, seals: seals.get(number) ?? new Map() }));
}

/**
 * Makes a new key current and seals every stored value again with it, in batches, while hubs run: a value that somebody
 * changes meanwhile is left to the next round, and what others seal uses the new key from their next transaction on.
 * Takes up a rotation that was interrupted, or with `retire` one whose old keys still lie there, instead of making yet
 * another key. A retired key is deleted from database and folder; a backup from before needs a copy of it.
 *
 * Throws StartUpError KEYS_MISSING, or KEYS_ROTATING while another rotation runs; KeyRingError, naming table and key,
 * for a value that cannot be opened.
 */
export async function rotateKeys(
  database: HubDatabase,
  dataFolder: string,
  tables: readonly SealedTable[],
  { retire, onProgress = () => undefined }: RotationOptions,
): Promise<Rotation> {
  const keyRing = await openKeyRing(database, dataFolder);
  const client = await database.pool().connect();
  try {
    const locked = await client.query<{ free: boolean }>(`SELECT pg_try_advisory_lock(hashtextextended('hub.key_rotation', 0)) AS free`);
    if (!(locked.rows[0]?.free ?? false)) throw rotating();
    const before = await listKeys(database, tables);
    const isUnderWay = before.some(({ isCurrent, seals }) => !isCurrent && (retire || seals.size > 0));
    if (!isUnderWay) await makeCurrent(client, keyRing, (before.at(-1)?.number ?? 0) + 1);
    const total = before.reduce((sum, { number, seals }) => (number === keyRing.current ? sum : sum + sumOf(seals)), 0);
    let resealed = 0;
    for (const table of tables) {
      for (;;) {
        const done = await resealBatch(client, keyRing, table);
        if (done === null) break;
        resealed += done;
        onProgress(resealed, Math.max(total, resealed));
      }
    }
    const old = before.map(({ number }) => number).filter((number) => number !== keyRing.current);
    const retired: number[] = [];
    if (retire) for (const number of old) if (await retireKey(client, keyRing, number)) retired.push(number);
    return { current: keyRing.current, isNew: !isUnderWay, resealed, retired };
  } finally {
    // A broken connection is closed, which gives its locks back.
    await client.query('SELECT pg_advisory_unlock_all()').then(() => client.release(), () => client.release(true));
  }
}

async function inTransaction(client: ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${keyLock})`);
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** The file comes before the row that makes it current; a file left over by a crash is taken by the next rotation. */
async function makeCurrent(client: ClientBase, keyRing: KeyRing, number: number): Promise<void> {
  await inTransaction(client, async () => {
    keyRing.add(number);
    await registerKey(client, keyRing, number);
  });
  keyRing.use(number);
}

interface SealedValue {
  readonly key: readonly string[];
  readonly place: readonly string[];
  readonly sealed: string;
}

/** Seals one batch again and returns how many were; null when there was none left. Each value is compared before it is set. */
async function resealBatch(client: ClientBase, keyRing: KeyRing, table: SealedTable): Promise<number | null> {
  const names = Object.keys(table.key);
  const { rows } = await client.query<SealedValue>(
    `SELECT ARRAY[${names.map((name) => `t.${name}::text`).join(', ')}] AS key, ARRAY[${table.place.map((part) => `(${part})::text`).join(', ')}] AS place, t.sealed
       FROM ${table.table} t WHERE t.key_number < $1 LIMIT ${batchSize}`,
    [keyRing.current],
  );
  if (rows.length === 0) return null;
  const values = rows.map((row) => ({ ...row, renewed: reseal(keyRing, table, row) }));
  const set = await client.query(
    `UPDATE ${table.table} t SET sealed = i.renewed
       FROM unnest(${names.map((_, index) => `$${index + 3}::text[]`).join(', ')}, $1::text[], $2::text[]) AS i(${names.join(', ')}, sealed, renewed)
      WHERE ${names.map((name) => `t.${name} = i.${name}::${table.key[name] ?? 'text'}`).join(' AND ')} AND t.sealed = i.sealed`,
    [
      values.map(({ sealed }) => sealed),
      values.map(({ renewed }) => renewed),
      ...names.map((_, index) => values.map(({ key }) => key[index] ?? '')),
    ],
  );
  return set.rowCount ?? 0;
}

function reseal(keyRing: KeyRing, table: SealedTable, { key, place, sealed }: SealedValue): string {
  const context = table.context(place);
  try {
    return keyRing.encrypt(keyRing.decrypt(sealed, context), context);
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    throw new KeyRingError(error.code, `${table.table} (${key.join(', ')}): ${error.message}`);
  }
}

/** Deletes a key nobody needs; the database itself refuses while a seal names it. */
async function retireKey(client: ClientBase, keyRing: KeyRing, number: number): Promise<boolean> {
  try {
    await inTransaction(client, async () => {
      await client.query('DELETE FROM hub.identifier_key WHERE number = $1', [number]);
    });
  } catch (error) {
    // 23503 foreign_key_violation: something was sealed with it after the last batch; the next rotation finds it.
    if (isCode(error, '23503')) return false;
    throw error;
  }
  keyRing.remove(number);
  return true;
}

function sumOf(seals: ReadonlyMap<string, number>): number {
  return [...seals.values()].reduce((sum, count) => sum + count, 0);
}

function rotating(): StartUpError {
  return new StartUpError('KEYS_ROTATING', {
    zh: '另一个密钥轮换正在进行。请等待其结束后再试。',
    en: 'Another rotation of the keys is under way. Wait for its end and try again.',
  });
}
