import type pg from 'pg';
import type { HubDatabase } from '../../src/database/database.js';
import { columnArrays } from '../../src/database/column-arrays.js';
import { foldedName, gramsOf } from '../../src/subjects/names/folded-name.js';
import { foldedNameColumns, foldedNames, foldStoredNames, nameSubjectsSql } from '../../src/subjects/names/subject-names.js';
import { testDatabase } from '../support/test-database.js';

let database: HubDatabase;
let owner: pg.PoolClient;

beforeAll(async () => {
  database = await testDatabase();
  owner = await database.pool().connect();
});
afterAll(async () => {
  owner.release();
  await database.close();
});

const refused = 'a subject was written without the folded form of its name';

async function write(change: string, name: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    `WITH written AS (${change} RETURNING id, name), named AS (${nameSubjectsSql('written', 2)}) SELECT id FROM written`,
    [name, ...columnArrays(foldedNameColumns, foldedNames([name]))],
  );
  return rows[0]?.id ?? '';
}

async function gramsStored(id: string): Promise<string[]> {
  const { rows } = await owner.query<{ gram: string }>('SELECT gram FROM hub.subject_gram WHERE subject_id = $1', [id]);
  return rows.map(({ gram }) => gram).sort();
}

test('a name cannot be written or changed without its folded form, by the owner or the writer', async () => {
  const id = await write(`INSERT INTO hub.subject (kind, name) VALUES ('ORGANISATION', $1)`, '天津（濱海）𠮷');
  for (const role of [undefined, 'concordat_writer']) {
    const session = database.pool(role);
    await expect(session.query(`INSERT INTO hub.subject (kind, name) VALUES ('ORGANISATION', '津')`)).rejects.toThrow(refused);
    await expect(session.query(`UPDATE hub.subject SET name = '津' WHERE id = $1`, [id])).rejects.toThrow(refused);
    await expect(session.query(`UPDATE hub.subject SET uscc = 'U' WHERE id = $1`, [id])).resolves.toBeDefined();
  }
  expect(await gramsStored(id)).toEqual(gramsOf('天津滨海𠮷').sort());
});

test('a changed name takes its grams along, and a subject that goes leaves none', async () => {
  const id = await write(`INSERT INTO hub.subject (kind, name) VALUES ('ORGANISATION', $1)`, '天津天津东方');
  expect(await gramsStored(id)).toEqual(gramsOf('天津天津东方').sort());
  await write(`UPDATE hub.subject SET name = $1 WHERE id = ${id}`, '天津西方');
  expect(await gramsStored(id)).toEqual(gramsOf('天津西方').sort());
  await owner.query('DELETE FROM hub.subject WHERE id = $1', [id]);
  expect(await gramsStored(id)).toEqual([]);
});

test('a start folds what was written while the triggers rested, and what another version folded; then it finds nothing to do', async () => {
  const id = await write(`INSERT INTO hub.subject (kind, name) VALUES ('ORGANISATION', $1)`, '旧名');
  await owner.query('BEGIN');
  await owner.query('ALTER TABLE hub.subject DISABLE TRIGGER USER');
  await owner.query(`INSERT INTO hub.subject (kind, name) SELECT 'ORGANISATION', '海東' || n FROM generate_series(1, 5100) n`);
  await owner.query(`UPDATE hub.subject SET name = '新名' WHERE id = $1`, [id]);
  await owner.query('ALTER TABLE hub.subject ENABLE TRIGGER USER');
  await owner.query('COMMIT');
  const told: number[] = [];
  await foldStoredNames(owner, (folded) => told.push(folded));
  expect(told).toEqual([5_000, 5_101]);
  expect(await gramsStored(id)).toEqual(gramsOf('新名').sort());
  const { rows } = await owner.query<{ name: string; folded: string }>('SELECT s.name, f.folded FROM hub.subject s LEFT JOIN hub.subject_name f ON f.subject_id = s.id');
  for (const { name, folded } of rows) expect(folded).toBe(foldedName(name));

  await owner.query('UPDATE hub.subject_name SET version = version - 1 WHERE subject_id = $1', [id]);
  await foldStoredNames(owner, (folded) => told.push(folded));
  await foldStoredNames(owner, () => told.push(-1));
  expect(told).toEqual([5_000, 5_101, 1]);
});
