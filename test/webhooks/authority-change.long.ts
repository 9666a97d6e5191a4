import { rm } from 'node:fs/promises';
import { boundarySql } from '../../src/boundary/database.js';
import type { HubDatabase } from '../../src/database/database.js';
import { ensureRole } from '../../src/database/roles.js';
import { FixedClock, type Clock } from '../../src/measures/clock.js';
import { watchedColumns } from '../../src/feed/change-filter.js';
import { Hub } from '../../src/server/hub.js';
import { boundaryPolicy, changes, hubTables, operationViews } from '../../src/server/schema.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { Partner } from './partner.js';
import { PartnerNetwork } from './receiver.js';

/** On 2020-04-15 the authority over foreigners' work permits went from the foreign-experts bureau to two others (A-12, A-57). */
const lastDay = '2020-04-14T09:00:00Z';
const firstDay = '2020-04-14T16:00:00Z';

/** The database layer of the boundary of a day, as the migration of that day's release brings it. */
async function install(database: HubDatabase, clock: Clock): Promise<void> {
  const { roles, sql } = boundarySql(boundaryPolicy(clock), hubTables(), operationViews, watchedColumns(changes.values(), hubTables()));
  for (const role of roles) await ensureRole(database.pool(), role);
  await database.pool().query(sql);
}

test('A-12, A-57: the day that brings another boundary suspends the webhook of who lost its ground, and is told to who goes on', async () => {
  const network = new PartnerNetwork();
  const clock = new FixedClock(lastDay);
  const running = await RunningHub.start({ network, clock });
  await install(running.database, clock);
  let next: Hub | null = null;
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '持有人');
  const foreignExperts = await Partner.join(running, network, 'MUNI_FEB', '10.99.0.1');
  const humanResources = await Partner.join(running, network, 'MUNI_HRSS', '10.99.0.2');
  const suspensions = async (): Promise<unknown> =>
    (await pool.query('SELECT agency, state, suspension FROM hub.webhook ORDER BY agency')).rows;
  try {
    const query = 'subscription { permitChanged { kind number cursor documentNo permit { documentNo item } } }';
    await foreignExperts.active({ query });
    await humanResources.active({ query });
    await addPermits(pool, [{ documentNo: 'E1', holderId, item: 'P07' }, { documentNo: 'P1', holderId, item: 'P01' }]);
    await waitFor('both to have theirs', () => foreignExperts.receiver.documents.includes('E1') && humanResources.receiver.documents.includes('P1'));

    // The hub that ran over the night sends nothing more: its boundary is that of the day before.
    clock.set(firstDay);
    const before = [foreignExperts, humanResources].map(({ receiver }) => receiver.received.length);
    await addPermits(pool, [{ documentNo: 'E2', holderId, item: 'P07' }, { documentNo: 'P2', holderId, item: 'P01' }]);
    expect((await fetch(new URL('/ready', running.hub.url))).status).toBe(503);
    await running.hub.close();
    expect([foreignExperts, humanResources].map(({ receiver }) => receiver.received.length)).toEqual(before);
    expect(await suspensions()).toEqual([{ agency: 'MUNI_FEB', state: 'ACTIVE', suspension: null }, { agency: 'MUNI_HRSS', state: 'ACTIVE', suspension: null }]);

    await install(running.database, clock);
    next = await Hub.start(running.database, { dataFolder: running.folder, port: 0, drainMs: 1_000, network, clock });
    await waitFor('the one suspended, the other served', async () => humanResources.receiver.documents.includes('P2') && JSON.stringify(await suspensions()).includes('AUTHORITY_CHANGED'));
    expect(await suspensions()).toEqual([{ agency: 'MUNI_FEB', state: 'SUSPENDED', suspension: 'AUTHORITY_CHANGED' }, { agency: 'MUNI_HRSS', state: 'ACTIVE', suspension: null }]);
    expect(foreignExperts.receiver.received.length).toBe(before[0]);
    expect(foreignExperts.receiver.documents).toEqual(['E1']);
    // What is read under the new boundary comes behind the word that there is one.
    const later = humanResources.receiver.received.slice(before[1]);
    expect(later[0]?.type).toBe('authorityChanged');
    expect(later.filter(({ type }) => type === 'authorityChanged')).toHaveLength(1);
    expect(later.slice(1).map(({ data }) => data?.permitChanged.documentNo)).toContain('P2');
  } finally {
    await (next ?? running.hub).close();
    await running.database.close();
    await rm(running.folder, { recursive: true, force: true });
    await Promise.all([foreignExperts.receiver.stop(), humanResources.receiver.stop()]);
  }
});
