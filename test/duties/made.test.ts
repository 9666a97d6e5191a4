import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import type { HubDatabase } from '../../src/database/database.js';
import { DutySink } from '../../src/duties/delivery-sink.js';
import { dueDayOf } from '../../src/duties/due-days.js';
import { clauseOf } from '../../src/measures/clauses.js';
import { inTransaction } from '../feed/registry-rows.js';
import { testDatabase } from '../support/test-database.js';
import { act, decide, dutiesOf, headOf, newWorld, positionsOf } from './duty-world.js';

let database: HubDatabase;

beforeAll(async () => {
  newWorld();
  database = await testDatabase();
});

afterAll(async () => {
  await database.close();
});

/** The clause's words for the actions, by code of the schema. */
const triggers: Readonly<Record<string, string>> = {
  GRANT: 'permit.decided', BRANCH_FILING: 'branch.filed', CHANGE: 'permit.changed', RENEWAL: 'permit.renewed', CANCELLATION: 'permit.cancelled',
  REVOCATION: 'permit.revoked', REFUSAL: 'permit.refused', ANNUAL_REPORT: 'permit.annualReport',
};

describe('a duty is made', () => {
  test('for exactly the actions, items and bureaux that XT-5.1.2c and A-70 name, and owed to Binhai for the areas too (A-07)', async () => {
    const rule = z
      .looseObject({ trigger: z.array(z.string()), policyDefaultTrigger: z.array(z.string()), permit: z.string(), decidedBy: z.array(z.string()) })
      .parse(clauseOf('XT-5.1.2c')?.rule);
    const named = [...rule.trigger, ...rule.policyDefaultTrigger];
    const pool = database.pool();
    const { rows } = await pool.query<{ kind: string }>('SELECT kind FROM hub.agency WHERE code = $1', ['FTZ_DONGJIANG_APPROVAL']);
    expect(rule.decidedBy).toEqual(['BINHAI_APPROVAL', rows[0]?.kind]);
    for (const [decidedBy, district, owed] of [
      ['BINHAI_APPROVAL', '120116', true], ['FTZ_DONGJIANG_APPROVAL', '120116', true], ['HEPING_APPROVAL', '120101', false], ['MUNI_HRSS', '120116', false],
    ] as const) {
      for (const item of [rule.permit, 'P02']) {
        const permit = await decide(pool, { documentNo: `made ${decidedBy} ${item}`, decidedBy, district, item });
        for (const action of Object.keys(triggers)) await act(pool, permit, action, '2026-03-02');
        const made = await dutiesOf(pool, permit);
        const expected = owed && item === rule.permit ? Object.keys(triggers).filter((action) => named.includes(triggers[action] ?? '')) : [];
        expect(made.map(({ action, receiver }) => `${action} ${receiver}`).sort()).toEqual(expected.map((action) => `${action} BINHAI_HRSS`).sort());
      }
    }
  });

  test('with its action or not at all: rolled back with it, corrected with it, gone with it', async () => {
    const pool = database.pool();
    const permit = await decide(pool, { documentNo: 'with its action' });
    const client = await pool.connect();
    try {
      await expect(
        inTransaction(client, async () => {
          await act(client, permit, 'CHANGE', '2026-03-02');
          throw new Error('changed their mind');
        }),
      ).rejects.toThrow('changed their mind');
      expect(await dutiesOf(pool, permit)).toEqual([]);
      await inTransaction(client, async () => {
        await act(client, permit, 'CHANGE', '2026-03-03');
        await client.query('SAVEPOINT s');
        await act(client, permit, 'RENEWAL', '2026-03-04');
        await client.query('ROLLBACK TO SAVEPOINT s');
      });
    } finally {
      client.release();
    }
    expect(await dutiesOf(pool, permit)).toMatchObject([{ action: 'CHANGE', acted_on: '2026-03-03' }]);
    await pool.query(`UPDATE hub.permit_action SET acted_on = '2026-03-05' WHERE permit_id = $1`, [permit]);
    expect(await dutiesOf(pool, permit)).toMatchObject([{ action: 'CHANGE', acted_on: '2026-03-05' }]);
    await pool.query(`UPDATE hub.permit_action SET action = 'ANNUAL_REPORT' WHERE permit_id = $1`, [permit]);
    expect(await dutiesOf(pool, permit)).toEqual([]);
    await pool.query(`UPDATE hub.permit_action SET action = 'RENEWAL' WHERE permit_id = $1`, [permit]);
    expect(await dutiesOf(pool, permit)).toMatchObject([{ action: 'RENEWAL' }]);
    await pool.query('DELETE FROM hub.permit_action WHERE permit_id = $1', [permit]);
    expect(await dutiesOf(pool, permit)).toEqual([]);
  });

  test('by writers without a right on duties', async () => {
    const permit = await decide(database.pool(), { documentNo: 'by a writer' });
    await act(database.pool('concordat_writer'), permit, 'CHANGE', '2026-03-02');
    expect(await dutiesOf(database.pool(), permit)).toHaveLength(1);
  });

  test('with one event where decision and action are born in one statement, as the intake writes them', async () => {
    const pool = database.pool();
    await decide(pool, { documentNo: 'template' });
    const { rows } = await pool.query<{ id: string }>(
      `WITH decided AS (
         INSERT INTO hub.permit (jurisdiction, item, identifier_scheme, document_no, holder_id, decided_by, legal_authority, location, district, outcome,
                                 status, decided_on, updated_at)
         SELECT jurisdiction, item, identifier_scheme, 'born', holder_id, decided_by, legal_authority, location, district, outcome, status, decided_on, now()
           FROM hub.permit WHERE document_no = 'template' RETURNING id, jurisdiction, item, decided_by, district, decided_on)
       INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
       SELECT id, jurisdiction, item, decided_by, district, 'GRANT', decided_on FROM decided RETURNING permit_id AS id`,
    );
    const permit = rows[0]?.id ?? '';
    expect(await dutiesOf(pool, permit)).toMatchObject([{ action: 'GRANT', acted_on: '2026-03-02' }]);
    expect(await positionsOf(pool, permit)).toHaveLength(1);
  });

  test('with an event that carries the action, and with one alone', async () => {
    const pool = database.pool();
    const permit = await decide(pool, { documentNo: 'carried' });
    expect(await positionsOf(pool, permit)).toHaveLength(1);
    await act(pool, permit, 'CHANGE', '2026-03-02');
    expect(await positionsOf(pool, permit)).toHaveLength(2);
    const client = await pool.connect();
    try {
      await inTransaction(client, async () => {
        await client.query(`UPDATE hub.permit SET status = 'CANCELLED', revision = revision + 1 WHERE id = $1`, [permit]);
        await act(client, permit, 'CANCELLATION', '2026-03-03');
      });
    } finally {
      client.release();
    }
    expect(await positionsOf(pool, permit)).toHaveLength(3);
    // An action that nobody is owed moves nothing.
    await act(pool, permit, 'ANNUAL_REPORT', '2026-03-04');
    expect(await positionsOf(pool, permit)).toHaveLength(3);
  });
});

describe('due days', () => {
  test('stand in the database as the calendar has them (A-01, A-68)', async () => {
    const { rows } = await database.pool().query<Record<string, unknown>>(
      `SELECT acted_on::text, due::text, due_provisional, alt_due::text, alt_provisional FROM hub.delivery_due ORDER BY acted_on`,
    );
    expect(rows.length).toBeGreaterThan(8_000);
    for (const row of rows) {
      const { actedOn, due, dueProvisional, altDue, altProvisional } = dueDayOf(String(row['acted_on']));
      expect(row).toEqual({ acted_on: actedOn, due, due_provisional: dueProvisional, alt_due: altDue, alt_provisional: altProvisional });
    }
    // The worked value of the rulings: Friday before the Qingming days of 2020.
    expect(dueDayOf('2020-04-03')).toMatchObject({ due: '2020-04-07', altDue: '2020-04-09' });
  });
});

describe('handing out and acknowledging', () => {
  const at = new Date('2026-03-03T10:00:00+08:00');

  test('an event of the permit, at or behind the one that tells of the action, delivers; to its receiver alone', async () => {
    const pool = database.pool();
    const sink = new DutySink(database.pool());
    const permit = await decide(pool, { documentNo: 'handed out' });
    await act(pool, permit, 'CHANGE', '2026-03-02');
    const other = await decide(pool, { documentNo: 'handed out, another' });
    await act(pool, other, 'CHANGE', '2026-03-02');
    const [before = 0n, with_ = 0n] = await positionsOf(pool, permit);
    expect([sink.concerns('BINHAI_HRSS', 'Permit'), sink.concerns('BINHAI_HRSS', 'Other'), sink.concerns('MUNI_HRSS', 'Permit')]).toEqual([true, false, false]);
    await sink.handedOut('BINHAI_HRSS', 'Permit', [before], at);
    await sink.handedOut('HEPING_HRSS', 'Permit', [with_], at);
    expect(await dutiesOf(pool, permit)).toMatchObject([{ delivered: false }]);
    await sink.handedOut('BINHAI_HRSS', 'Permit', [with_], at);
    await sink.handedOut('BINHAI_HRSS', 'Permit', [with_], new Date('2026-03-09T10:00:00+08:00'));
    expect(await dutiesOf(pool, permit)).toMatchObject([{ delivered: true, acknowledged: false }]);
    expect(await dutiesOf(pool, other)).toMatchObject([{ delivered: false }]);
    const { rows } = await pool.query<{ at: Date }>('SELECT delivered_at AS at FROM hub.delivery_duty WHERE permit_id = $1', [permit]);
    expect(rows[0]?.at).toEqual(at);
  });

  test('a later event of the permit delivers what an earlier one left', async () => {
    const pool = database.pool();
    const sink = new DutySink(pool);
    const permit = await decide(pool, { documentNo: 'later' });
    await act(pool, permit, 'CHANGE', '2026-03-02');
    await act(pool, permit, 'RENEWAL', '2026-03-03');
    const positions = await positionsOf(pool, permit);
    await sink.handedOut('BINHAI_HRSS', 'Permit', positions.slice(-1), at);
    expect(await dutiesOf(pool, permit)).toMatchObject([{ delivered: true }, { delivered: true }]);
  });

  test('a duty that is older than the log reaches back is delivered by what comes of its permit, and acknowledged', async () => {
    const pool = database.pool();
    const sink = new DutySink(pool);
    const [permit, silent] = [await decide(pool, { documentNo: 'gone' }), await decide(pool, { documentNo: 'gone, silent' })];
    for (const one of [permit, silent]) await act(pool, one, 'CHANGE', '2026-03-02');
    // As a month that is dropped: its transactions and events go together.
    await pool.query('DELETE FROM hub.feed_event WHERE transaction_id IN (SELECT entry FROM hub.delivery_duty WHERE permit_id = ANY($1))', [[permit, silent]]);
    await pool.query('DELETE FROM hub.feed_transaction WHERE id IN (SELECT entry FROM hub.delivery_duty WHERE permit_id = ANY($1))', [[permit, silent]]);
    await pool.query('UPDATE hub.permit SET revision = revision + 1 WHERE id = $1', [permit]);
    await sink.handedOut('BINHAI_HRSS', 'Permit', (await positionsOf(pool, permit)).slice(-1), at);
    expect(await dutiesOf(pool, permit)).toMatchObject([{ delivered: true }]);
    expect(await dutiesOf(pool, silent)).toMatchObject([{ delivered: false }]);
    const { epoch, position } = await headOf(pool);
    await sink.acknowledged(pool, 'BINHAI_HRSS', 'Permit', { epoch, position: position + 1n, number: 1 }, at);
    expect(await dutiesOf(pool, silent)).toMatchObject([{ delivered: false, acknowledged: true }]);
  });

  test('many hand-outs at once are few statements, and each is answered', async () => {
    const pool = database.pool();
    const permits: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      const permit = await decide(pool, { documentNo: `many ${i}` });
      await act(pool, permit, 'CHANGE', '2026-03-02');
      permits.push(permit);
    }
    const positions = await Promise.all(permits.map((permit) => positionsOf(pool, permit)));
    const statements = jest.spyOn(pool, 'query');
    const sink = new DutySink(pool);
    await Promise.all(positions.map((of) => sink.handedOut('BINHAI_HRSS', 'Permit', of, at)));
    expect(statements.mock.calls.length).toBeLessThanOrEqual(3);
    statements.mockRestore();
    for (const permit of permits) expect(await dutiesOf(pool, permit)).toMatchObject([{ delivered: true }]);
  });

  test('hubs that hand out the same at once do not wait for each other in a circle; the first time stands', async () => {
    const pool = database.pool();
    const permits: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const permit = await decide(pool, { documentNo: `circle ${i}` });
      for (const action of ['CHANGE', 'RENEWAL']) await act(pool, permit, action, '2026-03-02');
      permits.push(permit);
    }
    const positions = (await Promise.all(permits.map((permit) => positionsOf(pool, permit)))).flat();
    const hubs = Array.from({ length: 6 }, () => new DutySink(pool));
    const later = new Date(at.getTime() + 3_600_000);
    await hubs[0]?.handedOut('BINHAI_HRSS', 'Permit', positions.slice(-3), at);
    await Promise.all(
      hubs.flatMap((hub, i) => [
        hub.handedOut('BINHAI_HRSS', 'Permit', i % 2 === 0 ? positions : [...positions].reverse(), later),
        hub.acknowledged(pool, 'BINHAI_HRSS', 'Permit', { epoch: '', position: (positions.at(-1) ?? 0n) + 1n, number: 1 }, later),
      ]),
    );
    for (const permit of permits) expect(await dutiesOf(pool, permit)).toMatchObject([{ delivered: true, acknowledged: true }, { delivered: true, acknowledged: true }]);
    const { rows } = await pool.query<{ first: Date }>('SELECT min(delivered_at) AS first FROM hub.delivery_duty WHERE permit_id = $1', [permits.at(-1)]);
    expect(rows[0]?.first).toEqual(at);
  });

  test('a hand-out that cannot be recorded fails, and those behind it do not', async () => {
    const sink = new DutySink(database.pool());
    // No position of a bigint: PostgreSQL refuses the statement.
    const refused = sink.handedOut('BINHAI_HRSS', 'Permit', [2n ** 70n], at);
    const behind = sink.handedOut('BINHAI_HRSS', 'Permit', [1n], at);
    await expect(refused).rejects.toThrow('out of range');
    await behind;
  });

  test('acknowledging settles what was committed before the place, and nothing behind it', async () => {
    const pool = database.pool();
    const sink = new DutySink(pool);
    const first = await decide(pool, { documentNo: 'acknowledged' });
    await act(pool, first, 'CHANGE', '2026-03-02');
    const { epoch, position } = await headOf(pool);
    const second = await decide(pool, { documentNo: 'not yet' });
    await act(pool, second, 'CHANGE', '2026-03-02');
    expect(await sink.acknowledged(pool, 'HEPING_HRSS', 'Permit', { epoch, position: position + 1n, number: 1 }, at)).toBe(0);
    expect(await sink.acknowledged(pool, 'BINHAI_HRSS', 'Permit', { epoch, position: position + 1n, number: 1 }, at)).toBeGreaterThan(0);
    expect(await dutiesOf(pool, first)).toMatchObject([{ delivered: false, acknowledged: true }]);
    expect(await dutiesOf(pool, second)).toMatchObject([{ acknowledged: false }]);
    expect(await sink.acknowledged(pool, 'BINHAI_HRSS', 'Permit', { epoch, position: position + 1n, number: 1 }, at)).toBe(0);
  });
});
