import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PoolClient } from 'pg';
import { KeyRing } from '../../src/access/key-ring.js';
import type { HubDatabase } from '../../src/database/database.js';
import { subjectKey, type HolderMention, type HolderRecord, type NamingDocument } from '../../src/subjects/holder.js';
import type { Identifier } from '../../src/subjects/identifiers/schemes.js';
import { mergeSubjects } from '../../src/subjects/merge-subjects.js';
import { resolveSubjects, type ResolvedSubjects } from '../../src/subjects/subject-writer.js';
import { testDatabase } from '../support/test-database.js';

let database: HubDatabase;
let client: PoolClient;
let folder: string;
let keyRing: KeyRing;

beforeEach(async () => {
  database = await testDatabase();
  client = await database.pool('concordat_writer').connect();
  folder = mkdtempSync(join(tmpdir(), 'concordat-subjects-'));
  keyRing = KeyRing.open(folder);
});
afterEach(async () => {
  client.release();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const organisation: Identifier = { scheme: 'ORGANISATION_CODE', value: 'MA0HUB014' };
const registration: Identifier = { scheme: 'REGISTRATION_NO', value: '120116000000014' };
const citizen: Identifier = { scheme: 'CITIZEN_NO', value: '11010519491231002X' };
const uscc = '91120116MA0HUB014T';

function mention(holder: Partial<HolderRecord>, decidedOn = '2020-01-01', documentNo = '1'): HolderMention {
  const own = holder.uscc ? { identifierScheme: null, identifier: null } : { identifierScheme: 'DOC', identifier: documentNo };
  const document: NamingDocument = { identifierScheme: 'DOC', documentNo, documentPart: 1, decidedOn };
  return { holder: { kind: 'ORGANISATION', name: '甲', uscc: null, ...own, ...holder }, document };
}

async function resolve(...mentions: readonly HolderMention[]): Promise<ResolvedSubjects & { readonly idOf: (one: HolderMention) => string | undefined }> {
  await client.query('BEGIN');
  const resolved = await resolveSubjects(client, mentions, keyRing);
  await client.query('COMMIT');
  return { ...resolved, idOf: ({ holder }) => resolved.ids.get(subjectKey(holder)) };
}

async function idOf(one: HolderMention): Promise<string | undefined> {
  return (await resolve(one)).idOf(one);
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  return (await database.pool().query<Record<string, unknown>>(sql)).rows;
}

const history = () =>
  query('SELECT change, former, held_from::text, held_until::text, document_no FROM hub.subject_code_history ORDER BY change, former');

describe('a subject', () => {
  test('A-60 known by its credit code is found by the organisation code inside it', async () => {
    const id = await idOf(mention({ uscc }));
    expect(await idOf(mention({ name: '甲旧', identifiers: [organisation] }, '2015-01-01'))).toBe(id);
    expect(await query('SELECT FROM hub.subject_identifier')).toEqual([]);
  });

  test('A-60 first known by its organisation code becomes the same subject when it gets a credit code', async () => {
    const id = await idOf(mention({ identifiers: [organisation] }, '2015-01-01'));
    expect(await idOf(mention({ uscc }, '2017-03-01', '2'))).toBe(id);
    expect(await query('SELECT id, uscc FROM hub.subject')).toEqual([{ id, uscc }]);
    expect(await history()).toEqual([
      { change: 'ORGANISATION_CODE', former: 'MA0HUB014', held_from: null, held_until: '2017-03-01', document_no: '2' },
    ]);
    expect(await idOf(mention({ identifiers: [organisation] }))).toBe(id);
  });

  test('of the same organisation code under two credit codes is two, and the bare code means neither', async () => {
    const first = await idOf(mention({ uscc }));
    const second = await idOf(mention({ uscc: '92120116MA0HUB014Q' }));
    expect(first).not.toBe(second);
    const bare = mention({ identifiers: [organisation] });
    const { ids, findings } = await resolve(bare);
    expect(ids.size).toBe(0);
    expect(findings.get(subjectKey(bare.holder))).toEqual({ kind: 'ambiguous', candidates: [first, second] });
  });

  test('known by registration number and name gets its credit code later (一照一码); another name does not', async () => {
    const id = await idOf(mention({ kind: 'HOUSEHOLD_BUSINESS', identifiers: [registration] }, '2014-01-01'));
    expect(await idOf(mention({ name: '乙', uscc: '91120118MA0HUB022J', identifiers: [registration] }, '2018-01-01', '2'))).not.toBe(id);
  });

  test('of a shared registration number is not merged: the row is ambiguous, and nothing is stored for it', async () => {
    const one = await idOf(mention({ uscc, identifiers: [registration] }));
    const other = await idOf(mention({ name: '乙', uscc: '91120118MA0HUB022J', identifiers: [registration] }));
    const bare = mention({ identifiers: [registration] });
    expect((await resolve(bare)).findings.get(subjectKey(bare.holder))).toEqual({ kind: 'ambiguous', candidates: [one, other] });
    expect(await query('SELECT FROM hub.subject')).toHaveLength(2);
  });

  test('keeps its former names with the dates of the documents, in whatever order these come, once', async () => {
    const [old, older, newest] = [
      mention({ uscc, name: '甲一' }, '2016-01-01', '2'),
      mention({ uscc, name: '甲零' }, '2015-01-01', '1'),
      mention({ uscc, name: '甲二' }, '2019-01-01', '3'),
    ];
    await resolve(old);
    for (const [document, id] of [[older, '1'], [newest, '3']] as const) {
      const { idOf: of, renamedBy } = await resolve(document);
      await client.query(
        `INSERT INTO hub.permit (jurisdiction, item, identifier_scheme, document_no, holder_id, decided_by, legal_authority, location, district, outcome, decided_on, updated_at)
         VALUES ('CN-TJ', 'P01', 'DOC', $1, $2, 'BINHAI_APPROVAL', 'BINHAI_APPROVAL', '120116', '120116', 'GRANTED', $3, now())`,
        [id, of(document), document.document?.decidedOn],
      );
      // No permit of the first document is stored here, so its name counts as the older one's successor.
      expect(renamedBy.size).toBe(1);
    }
    const { renamedBy } = await resolve(old, older);
    expect(renamedBy.size).toBe(0);
    const before = await history();
    expect(before.map(({ change, former }) => [change, former])).toEqual([['NAME', '甲一'], ['NAME', '甲零']]);
    expect(before[1]).toMatchObject({ held_from: '2015-01-01', held_until: '2019-01-01' });
    await resolve(newest, older, old);
    expect(await history()).toEqual(before);
    expect(await query('SELECT name FROM hub.subject')).toEqual([{ name: '甲二' }]);
  });

  test('that was merged is found as the surviving one by every code, and its name renames nobody', async () => {
    const merged = (await idOf(mention({ name: '乙', uscc: '91120118MA0HUB022J', identifiers: [registration] }))) ?? '';
    const surviving = (await idOf(mention({ uscc }))) ?? '';
    const document: NamingDocument = { identifierScheme: 'DOC', documentNo: '9', documentPart: 1, decidedOn: '2020-05-01' };
    const at = new Date('2020-05-02T00:00:00Z');
    await mergeSubjects(client, { mergedId: merged, survivingId: surviving, document, at });
    expect(await idOf(mention({ name: '乙', uscc: '91120118MA0HUB022J' }, '2021-01-01', '5'))).toBe(surviving);
    expect(await idOf(mention({ name: '乙', identifiers: [{ scheme: 'ORGANISATION_CODE', value: 'MA0HUB022' }] }, '2021-01-01', '6'))).toBe(surviving);
    expect(await query('SELECT name FROM hub.subject ORDER BY id')).toEqual([{ name: '乙' }, { name: '甲' }]);
    expect(await history()).toEqual([{ change: 'MERGED', former: '乙', held_from: null, held_until: '2020-05-01', document_no: '9' }]);
    await expect(mergeSubjects(client, { mergedId: surviving, survivingId: merged, document, at })).rejects.toThrow('not merged before');
    await expect(mergeSubjects(client, { mergedId: surviving, survivingId: surviving, document, at })).rejects.toThrow('Two different');
  });
});

describe('a natural person', () => {
  const person = { kind: 'NATURAL_PERSON', name: '虚构人', identifiers: [citizen] } as const;

  test('is found by the keyed hash of the identity number; only a mask of it stands with the subject', async () => {
    const id = await idOf(mention(person));
    expect(await idOf(mention({ ...person, name: '虚 构·人' }, '2019-01-01', '2'))).toBe(id);
    expect(await query('SELECT kind, identity_mask, identifier FROM hub.subject')).toEqual([
      { kind: 'NATURAL_PERSON', identity_mask: '**************002X', identifier: null },
    ]);
    expect(await query('SELECT subject_id, scheme, value, key_number FROM hub.subject_identifier')).toEqual([
      { subject_id: id, scheme: 'CITIZEN_NO', value: null, key_number: 1 },
    ]);
  });

  test('of another name under the same number is ambiguous; without number everybody stays with their document', async () => {
    const id = await idOf(mention(person));
    const other = mention({ ...person, name: '他人' }, '2020-01-01', '2');
    expect((await resolve(other)).findings.get(subjectKey(other.holder))).toEqual({ kind: 'ambiguous', candidates: [id] });
    const nameless = [mention({ ...person, identifiers: [] }, '2020-01-01', '3'), mention({ ...person, identifiers: [] }, '2020-01-01', '4')] as const;
    const { idOf: of } = await resolve(...nameless);
    expect(new Set([id, ...nameless.map(of)]).size).toBe(3);
  });

  test('whose number stands on the row of a household business is not that business', async () => {
    const household = mention({ kind: 'HOUSEHOLD_BUSINESS', name: '虚构人', identifiers: [citizen] }, '2020-01-01', '2');
    expect(await idOf(household)).not.toBe(await idOf(mention(person)));
  });
});

test('a batch of any size and kind takes a handful of statements, one when it brings nothing new', async () => {
  const mentions = [
    ...Array.from({ length: 200 }, (_, index) => mention({ name: `甲${index}`, kind: 'NATURAL_PERSON', identifiers: [{ scheme: 'PASSPORT', value: `E${index + 10_000_000}` }] })),
    ...Array.from({ length: 200 }, (_, index) => mention({ name: `乙${index}`, identifiers: [{ scheme: 'SOCIETY_NO', value: `S${index + 100_000}` }] })),
    mention({ uscc }),
  ];
  let statements = 0;
  const counting = new Proxy(client, {
    get: (target, property) => {
      if (property === 'query') statements += 1;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  await client.query('BEGIN');
  const first = await resolveSubjects(counting, mentions, keyRing);
  expect(statements).toBeLessThanOrEqual(8);
  statements = 0;
  const again = await resolveSubjects(counting, mentions, keyRing);
  expect(statements).toBe(1);
  expect(again.ids).toEqual(first.ids);
  expect(new Set(first.ids.values()).size).toBe(401);
  await client.query('COMMIT');
});
