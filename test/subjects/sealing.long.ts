import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyRing, prepareSealing } from '../../src/access/key-register.js';
import { listKeys, rotateKeys, type SealedTable } from '../../src/access/key-rotation.js';
import { KeyRing } from '../../src/access/key-ring.js';
import { sealedTables } from '../../src/cli/keys.js';
import { exportSeals } from '../../src/export/export-seal.js';
import { webhookSeals } from '../../src/webhooks/webhook-seal.js';
import type { HubDatabase } from '../../src/database/database.js';
import { importFile } from '../../src/intake/import-file.js';
import { FixedClock } from '../../src/measures/clock.js';
import { nationalFile, TestIntake, validRow, type Cells } from '../intake/permit-file.js';
import { testDatabase } from '../support/test-database.js';

let database: HubDatabase;
let folder: string;
let intake: TestIntake;

beforeEach(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'concordat-sealing-'));
  intake = await TestIntake.begin(database);
});
afterEach(async () => {
  await intake.remove();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const clock = new FixedClock('2020-06-01T00:00:00Z');

async function query<R extends object = Record<string, string>>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
  return (await database.pool().query<R>(sql, [...values])).rows;
}

/** The examples of GB 11643 and made-up numbers of other documents; nobody's. */
const numbers = ['11010519491231002X', '440524188001010014', 'E98765432', 'H98765432'];

/** Municipal permits of natural persons, each with a number of its own and a representative's. */
function persons(count: number, from = 0): readonly Cells[] {
  return Array.from({ length: count }, (_, index) => {
    const serial = String(from + index).padStart(5, '0');
    return {
      ...validRow,
      subjectKind: '自然人',
      creditCode: '',
      holderName: `虚构人${serial}`,
      holderIdKind: '护照号',
      holderIdNumber: `X777${serial}`,
      representativeIdKind: '护照号',
      representativeIdNumber: `Y888${serial}`,
      documentNo: `津许〔2019〕${serial}号`,
      certificateName: '人力资源服务许可证',
      certificateNo: `津${serial}`,
      organName: '天津市人力资源和社会保障局',
      districtCode: '120101',
    };
  });
}

async function take(rows: readonly Cells[], keyRing: KeyRing): Promise<void> {
  const ledger = await importFile(database, { file: await intake.write(nationalFile(rows)), clock, keyRing });
  expect(ledger.rejections).toEqual([]);
}

/** Every sealed value, opened in its place. */
async function openAll(keyRing: KeyRing, { table, place, context }: SealedTable): Promise<readonly string[]> {
  const rows = await query<{ place: string[]; sealed: string }>(
    `SELECT ARRAY[${place.map((part) => `(${part})::text`).join(', ')}] AS place, sealed FROM ${table} t WHERE sealed IS NOT NULL`,
  );
  return rows.map((row) => keyRing.decrypt(row.sealed, context(row.place))).sort();
}

describe('an import', () => {
  test('leaves no identity number in clear in any column of the database', async () => {
    const [person = {}] = persons(1);
    const rows: readonly Cells[] = [
      { ...person, holderIdKind: '身份证', holderIdNumber: numbers[0] ?? '', representativeIdNumber: numbers[2] ?? '' },
      { ...person, holderIdKind: '身份证', holderIdNumber: numbers[1] ?? '', documentNo: 'x2', holderName: '' },
      { ...validRow, representativeIdKind: '港澳居民来往内地通行证', representativeIdNumber: numbers[3] ?? '', holderIdNumber: numbers[1] ?? '' },
    ];
    const ledger = await importFile(database, { file: await intake.write(nationalFile(rows)), clock, keyRing: intake.keyRing });
    const again = [...rows.map((row) => ({ ...row, content: '改' })), { ...rows[0], documentNo: 'x3', holderName: '他人' }];
    await importFile(database, { file: await intake.write(nationalFile(again)), clock, keyRing: intake.keyRing });
    expect(JSON.stringify(ledger)).not.toMatch(new RegExp(numbers.join('|')));
    for (const { table } of sealedTables.filter(({ table: name }) => name !== exportSeals.table && name !== webhookSeals.table)) expect([table, (await query(`SELECT FROM ${table} WHERE sealed IS NOT NULL`)).length]).not.toEqual([table, 0]);

    const tables = await query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(15);
    for (const { name } of tables) {
      // A row as text holds every column, bytea in hexadecimal; encodings of the number are looked for too.
      const texts = numbers.flatMap((number) => [number, Buffer.from(number).toString('hex'), Buffer.from(number).toString('base64url').slice(0, 16)]);
      const found = await query(`SELECT FROM ${name} t WHERE EXISTS (SELECT FROM unnest($1::text[]) n WHERE strpos(t::text, n) > 0)`, [texts]);
      expect([name, found.length]).toEqual([name, 0]);
    }
  });

  test('seals for the row alone: ciphertexts that change places open nowhere', async () => {
    const keyRing = await openKeyRing(database, folder);
    await take(persons(2), keyRing);
    for (const { table, place, context } of sealedTables.slice(0, 2)) {
      const rows = await query<{ place: string[]; sealed: string }>(
        `SELECT ARRAY[${place.map((part) => `(${part})::text`).join(', ')}] AS place, sealed FROM ${table} t ORDER BY place`,
      );
      expect(rows).toHaveLength(2);
      const [one, other] = rows;
      expect(() => keyRing.decrypt(one?.sealed ?? '', context(other?.place ?? []))).toThrow('SEAL_BROKEN');
      await query(`UPDATE ${table} SET sealed = CASE sealed WHEN $1 THEN $2 ELSE $1 END`, [one?.sealed, other?.sealed]);
      await expect(rotateKeys(database, folder, sealedTables, { retire: false })).rejects.toThrow(`[SEAL_BROKEN] ${table} (`);
      await query(`UPDATE ${table} SET sealed = CASE sealed WHEN $1 THEN $2 ELSE $1 END`, [one?.sealed, other?.sealed]);
    }
  });

  test('again changes no seal; a changed number is a change of the permit, a removed one is gone', async () => {
    const [row = {}] = persons(1);
    await take([row], intake.keyRing);
    const seals = () => query('SELECT sealed FROM hub.permit_identifier UNION ALL SELECT sealed FROM hub.subject_identifier');
    const before = await seals();
    expect(await intake.takeRows([row])).toMatchObject({ duplicate: 1 });
    expect(await seals()).toEqual(before);
    expect(await intake.takeRows([{ ...row, representativeIdNumber: 'Z99900001' }])).toMatchObject({ updated: 1 });
    expect(await seals()).not.toEqual(before);
    expect(await intake.takeRows([{ ...row, representativeIdKind: '', representativeIdNumber: '' }])).toMatchObject({ updated: 1 });
    expect(await query('SELECT FROM hub.permit_identifier')).toEqual([]);
  });
});

describe('the key ring of a database', () => {
  test('is registered with its first seal, and made where nothing is sealed yet', async () => {
    const keyRing = await openKeyRing(database, folder);
    expect(await listKeys(database, sealedTables)).toEqual([]);
    await take(persons(1), keyRing);
    expect(await listKeys(database, sealedTables)).toMatchObject([{ number: 1, isCurrent: true }]);
    expect((await openKeyRing(database, folder)).current).toBe(1);
  });

  test('that is missing, another one, or a part only fails closed: KEYS_MISSING, and nothing is made in its place', async () => {
    await take(persons(1), await openKeyRing(database, folder));
    const other = mkdtempSync(join(tmpdir(), 'concordat-sealing-'));
    await expect(openKeyRing(database, other)).rejects.toMatchObject({ name: 'StartUpError', code: 'KEYS_MISSING' });
    expect(readdirSync(other)).toEqual([]);
    const foreign = KeyRing.open(other);
    await expect(openKeyRing(database, other)).rejects.toMatchObject({ code: 'KEYS_MISSING' });
    await expect(take(persons(1, 9), foreign)).rejects.toMatchObject({ code: 'KEYS_MISSING' });
    expect(await query('SELECT FROM hub.permit')).toHaveLength(1);
    renameSync(join(folder, 'keys', 'identifier-lookup.key'), join(folder, 'keys', 'elsewhere'));
    await expect(openKeyRing(database, folder)).rejects.toMatchObject({ code: 'KEYS_MISSING' });
    rmSync(other, { recursive: true });
  });

  test('covers every table with sealed values', async () => {
    const columns = await query<{ name: string }>(
      `SELECT format('%s.%s', table_schema, table_name) AS name FROM information_schema.columns WHERE column_name = 'sealed' AND table_schema = 'hub' ORDER BY 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual(sealedTables.map(({ table }) => table).sort());
    const guarded = await query<{ name: string }>(
      `SELECT conrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f' AND confrelid = 'hub.identifier_key'::regclass ORDER BY 1`,
    );
    expect(guarded.map(({ name }) => name)).toEqual(sealedTables.map(({ table }) => table).sort());
  });
});

describe('a rotation', () => {
  const contents = async (keyRing: KeyRing) => Promise.all(sealedTables.map((table) => openAll(keyRing, table)));

  test('seals everything again with a new key; the old one goes with --retire only, and subjects are found as before', async () => {
    const keyRing = await openKeyRing(database, folder);
    await take(persons(30), keyRing);
    const before = await contents(keyRing);
    expect(await rotateKeys(database, folder, sealedTables, { retire: false })).toEqual({ current: 2, isNew: true, resealed: 60, retired: [] });
    expect(KeyRing.open(folder).numbers).toEqual([1, 2]);
    expect(await rotateKeys(database, folder, sealedTables, { retire: true })).toEqual({ current: 2, isNew: false, resealed: 0, retired: [1] });
    expect(KeyRing.open(folder).numbers).toEqual([2]);
    expect(await contents(await openKeyRing(database, folder))).toEqual(before);
    // The ring that was open all the while goes on with the new key.
    await take(persons(31), keyRing);
    expect(await query('SELECT DISTINCT key_number FROM hub.subject_identifier')).toEqual([{ key_number: 2 }]);
    expect(await query('SELECT FROM hub.subject')).toHaveLength(31);
  });

  test('that was interrupted is taken up again, with the same key', async () => {
    await take(persons(20), await openKeyRing(database, folder));
    await expect(
      rotateKeys(database, folder, sealedTables, { retire: true, onProgress: () => { throw new Error('interrupted'); } }),
    ).rejects.toThrow('interrupted');
    expect(await query('SELECT DISTINCT key_number FROM hub.permit_identifier')).toEqual([{ key_number: 1 }]);
    expect(await rotateKeys(database, folder, sealedTables, { retire: true })).toEqual({ current: 2, isNew: false, resealed: 20, retired: [1] });
  });

  test('a key file without its row, left by a crash, seals nothing and is taken by the next rotation', async () => {
    const keyRing = await openKeyRing(database, folder);
    await take(persons(1), keyRing);
    KeyRing.open(folder).add(2);
    await take(persons(2), await openKeyRing(database, folder));
    expect(await query('SELECT DISTINCT key_number FROM hub.subject_identifier')).toEqual([{ key_number: 1 }]);
    expect(await rotateKeys(database, folder, sealedTables, { retire: true })).toMatchObject({ current: 2, isNew: true });
  });

  test('during imports loses nothing: each value opens, with the newest key', async () => {
    const rounds = 4;
    await take(persons(700), await openKeyRing(database, folder));
    const writing = (async () => {
      for (let round = 0; round < rounds; round += 1) {
        // One ring of a process of its own, one opened long before.
        await take(persons(350, 700 + round * 350), await openKeyRing(database, folder));
        await take(persons(100).map((row) => ({ ...row, representativeIdNumber: `W${round}${row['representativeIdNumber'] ?? ''}` })), await openKeyRing(database, folder));
      }
    })();
    const state = { isWriting: true };
    const written = writing.finally(() => (state.isWriting = false));
    for (let rotations = 0; state.isWriting || rotations < 2; rotations += 1) {
      await rotateKeys(database, folder, sealedTables, { retire: rotations % 2 === 1 });
    }
    await written;
    const { current } = await rotateKeys(database, folder, sealedTables, { retire: false });
    await rotateKeys(database, folder, sealedTables, { retire: true });
    const keyRing = await openKeyRing(database, folder);
    expect([keyRing.numbers, keyRing.current]).toEqual([[current], current]);
    const [holders = [], representatives = []] = await contents(keyRing);
    expect(holders).toEqual(persons(700 + rounds * 350).map((row) => row['holderIdNumber']).sort());
    expect(representatives.filter((number) => number.startsWith('W'))).toEqual(persons(100).map((row) => `W3${row['representativeIdNumber'] ?? ''}`).sort());
    expect(representatives).toHaveLength(holders.length);
  });

  test('waits for no other: a second one at the same time is refused', async () => {
    await take(persons(1), await openKeyRing(database, folder));
    const both = await Promise.allSettled([1, 2].map(() => rotateKeys(database, folder, sealedTables, { retire: false })));
    const refused = both.filter((one) => one.status === 'rejected').map((one) => one.reason as { code?: string });
    for (const { code } of refused) expect(code).toBe('KEYS_ROTATING');
    expect(refused.length).toBeLessThan(2);
  });

  test('leaves a transaction under way the key it seals with', async () => {
    const keyRing = await openKeyRing(database, folder);
    await take(persons(1), keyRing);
    const client = await database.pool('concordat_writer').connect();
    await client.query('BEGIN');
    await prepareSealing(client, keyRing);
    const rotation = rotateKeys(database, folder, sealedTables, { retire: true });
    // The rotation waits for the transaction, whichever comes first.
    expect(keyRing.encrypt('A', 'row')).toMatch(/^v1\./);
    await client.query('COMMIT');
    client.release();
    expect(await rotation).toMatchObject({ current: 2, retired: [1] });
  });
});
