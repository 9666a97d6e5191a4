import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { KeyRing } from '../../src/access/key-ring.js';
import type { HubDatabase } from '../../src/database/database.js';
import { importFile } from '../../src/intake/import-file.js';
import { agencies } from '../../src/measures/agencies.js';
import { adoptedSteps, entryOrigins, entryRules, entrySteps, entryStates, ownLists, type EntryState, type EntryStep } from '../../src/measures/credit/list-entry.js';
import { FixedClock } from '../../src/measures/clock.js';
import { addSubject } from '../feed/registry-rows.js';
import { testDatabase } from '../support/test-database.js';
import { CreditHub } from './credit-hub.js';

// This module runs as dist/test/credit/…
const file = fileURLToPath(new URL('../../../test/fixtures/us-h2-debarments.csv', import.meta.url));

describe('A-49, A-69: at the database, whoever writes', () => {
  let database: HubDatabase;
  let subject: string;
  let made = 0;

  beforeAll(async () => {
    database = await testDatabase();
    subject = await addSubject(database.pool(), 'Farms 1');
  });
  afterAll(() => database.close());

  /** Writes an entry with its first step and all its days, as a hand may; its id, or null where that does not stand. */
  async function begin(jurisdiction: string, sources: readonly string[] | null, step: keyof typeof entryOrigins, state: EntryState): Promise<string | null> {
    const organ = { 'CN-TJ': 'HEPING_HRSS', 'CN-FJ-350200': 'XM_HRSS' }[jurisdiction] ?? 'US_OFLC';
    return attempt(async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO hub.list_entry (jurisdiction, list, entry_no, ground, legal_basis, document_no, reason, responsible_organ, subject_id, subject_kind, subject_name, subject_folded, proposed_on,
                                     informed_on, defence_until, decided_on, published_on, valid_from, valid_to, official_sources, state)
         VALUES ($1, 'BLACK', $2, 'G', 'L', 'D', 'R', $3, $4, 'ORGANISATION', 'Farms 1', 'FARMS1', '2026-01-05', '2026-01-06', '2026-01-09', '2026-01-12', '2026-01-12', '2026-01-12', '2026-02-12', $5, $6) RETURNING id`,
        [jurisdiction, `${organ}/${(made += 1)}`, organ, subject, sources, state],
      );
      const id = rows[0]?.id ?? '';
      await client.query(
        `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses) VALUES ($1, 1, $2, 'NEW', $3, 'RESPONSIBLE_ORGAN', $4, '2026-01-12', '{A-69}')`,
        [id, step, state, organ],
      );
      return id;
    });
  }

  async function force(id: string, step: EntryStep, from: EntryState): Promise<boolean> {
    const { to, by } = entryRules[step];
    const done = await attempt(async (client) => {
      await client.query(
        `UPDATE hub.list_entry SET state = $2, steps = steps + 1, ended_on = coalesce(ended_on, CASE WHEN $2 IN ('REPAIRED', 'EXPIRED', 'REVOKED') THEN date '2026-03-01' END) WHERE id = $1`,
        [id, to],
      );
      await client.query(
        `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
         SELECT id, steps, $2, $3, $4, $5::text, CASE WHEN $5::text = 'RESPONSIBLE_ORGAN' THEN responsible_organ END, '2026-03-01', '{A-69}' FROM hub.list_entry WHERE id = $1`,
        [id, step, from, to, by[0]],
      );
      return id;
    });
    return done !== null;
  }

  async function attempt(work: (client: PoolClient) => Promise<string>): Promise<string | null> {
    const client = await database.pool().connect();
    try {
      await client.query('BEGIN');
      const id = await work(client);
      await client.query('COMMIT');
      return id;
    } catch {
      await client.query('ROLLBACK');
      return null;
    } finally {
      client.release();
    }
  }

  test('an entry is adopted from official sources of another jurisdiction alone, then revoked or over and nothing else', async () => {
    const beginning = fc.record({
      jurisdiction: fc.constantFrom('CN-TJ', 'CN-FJ-350200', 'US', 'JP'), sources: fc.constantFrom(null, [], ['oflc-spreadsheet']),
      step: fc.constantFrom<keyof typeof entryOrigins>('PROPOSE', 'ADOPT'), state: fc.constantFrom<EntryState>('PROPOSED', 'PUBLISHED', 'DECIDED'),
      // The steps of a case need their case (list-chain.test.ts).
      steps: fc.array(fc.constantFrom<EntryStep>(...entrySteps.filter((one) => !['OBJECT', 'UPHOLD', 'REPAIR'].includes(one))), { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(beginning, async ({ jurisdiction, sources, step, state, steps }) => {
        const adopts = step === 'ADOPT';
        const mayBegin = state === entryOrigins[step].to && (adopts ? sources !== null && sources.length > 0 && !ownLists.has(jurisdiction) : sources === null);
        const id = await begin(jurisdiction, sources, step, state);
        expect(id !== null).toBe(mayBegin);
        let stands = state;
        for (const next of id === null ? [] : steps) {
          const may = entryRules[next].from.includes(stands) && (!adopts || (adoptedSteps as readonly EntryStep[]).includes(next));
          expect(await force(id ?? '', next, stands)).toBe(may);
          if (may) stands = entryRules[next].to;
        }
      }),
      { numRuns: 80 },
    );
    expect(entryStates).toContain(entryOrigins.ADOPT.to);
  });

  test('sources grow; an entry of an organ never gets any, and its days are never left out', async () => {
    const adopted = await begin('US', ['oflc-spreadsheet'], 'ADOPT', 'PUBLISHED');
    const set = (id: string | null, sources: readonly string[] | null) => database.pool().query('UPDATE hub.list_entry SET official_sources = $2 WHERE id = $1', [id, sources]);
    await set(adopted, ['oflc-spreadsheet', 'wayback-20260101000000']);
    await expect(set(adopted, ['oflc-spreadsheet'])).rejects.toThrow('sources of an entry grow');
    await expect(set(adopted, null)).rejects.toThrow('sources of an entry grow');
    const proposed = await begin('CN-TJ', null, 'PROPOSE', 'PROPOSED');
    await expect(set(proposed, ['oflc-spreadsheet'])).rejects.toThrow('sources of an entry grow');
    await expect(database.pool().query('UPDATE hub.list_entry SET proposed_on = NULL WHERE id = $1', [proposed])).rejects.toThrow('check constraint');
  });
});

describe('a foreign register beside the lists', () => {
  const clock = new FixedClock('2026-11-22T04:00:00Z');
  let hub: CreditHub;

  beforeAll(async () => {
    hub = await CreditHub.start({ clock });
    await hub.list('HEPING_HRSS');
    await hub.list('XM_HRSS', { district: null });
  });
  afterAll(() => hub.close());

  const everyKind = [...new Map([...agencies].reverse().filter(({ validTo }) => validTo === null).map(({ kind, code }) => [kind, code])).values()];
  const queries = [
    '{ creditList(first: 50) { totalCount nodes { entryNo jurisdiction subjectName } } ofUs: creditList(first: 5, filter: { responsibleOrgan: "US_OFLC" }) { nodes { entryNo } } }',
    'query ($names: [ListCheckInput!]!) { creditListCheck(list: BLACK, input: $names) { status reason entryNos more } }',
    '{ creditGate(subjectUscc: "91120116MA0HUB014T", pendingCase: "2026-1") { allowed grounds } }',
    '{ subjectSearch(name: "Farms", first: 5) { edges { cursor } } }',
  ];

  test('B-38, B-40: an adopted file changes no answer to anybody, and nothing is told to those who follow the lists', async () => {
    const names = (await readFile(file, 'utf8')).split('\n').slice(1, 60).map((line) => ({ name: line.split(',')[1] ?? '' }));
    const told = () => Promise.all(everyKind.flatMap((agency) => queries.map(async (query) => `${agency} ${JSON.stringify(await hub.ask(agency, query, query.includes('$names') ? { names } : {}))}`)));
    const before = await told();
    expect(before.find((answer) => answer.startsWith('CREDIT_PLATFORM'))).toContain('HEPING_HRSS/2026-1');
    expect(before.some((answer) => answer.includes('"NOT_LISTED"'))).toBe(true);
    expect(before.some((answer) => answer.includes('"allowed":false'))).toBe(true);
    expect(before.some((answer) => answer.includes('"edges":[]'))).toBe(true);
    const stream = await hub.subscribe('CREDIT_PLATFORM');
    expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED' });
    const { database, folder } = hub.running;
    const ledger = await importFile(database, { file, clock, keyRing: KeyRing.open(folder) });
    expect(ledger.stored).toBe(132);
    expect((await database.pool().query('SELECT FROM hub.list_entry WHERE jurisdiction = $$US$$ AND state = $$PUBLISHED$$ AND over_on IS NULL')).rowCount).toBe(1);
    expect(await told()).toEqual(before);
    // The next word on the stream is of the next entry of Tianjin.
    const next = await hub.list('HEDONG_HRSS', { number: 'after' });
    expect(await hub.change(stream)).toMatchObject({ kind: 'ENTERED', entryNo: next });
  });

  test('no organ brings an entry into a list by adoption: the interface has no such step', async () => {
    const { errors } = await hub.take('HEPING_HRSS', 'HEPING_HRSS/2026-1', 'ADOPT', '2026-02-01');
    expect(errors?.[0]?.extensions['code']).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
  });
});
