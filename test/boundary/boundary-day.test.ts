import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BoundaryDay } from '../../src/boundary/boundary-day.js';
import { FixedClock } from '../../src/measures/clock.js';
import { Hub } from '../../src/server/hub.js';
import { testDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

test('the day turns at midnight in Shanghai, and the boundary is asked for once a day', () => {
  const clock = new FixedClock('2026-11-22T15:59:59Z');
  const asked: string[] = [];
  const day = new BoundaryDay(clock, 'a', (date) => {
    asked.push(date);
    return date < '2026-11-24' ? 'a' : 'b';
  });
  expect([day.today, day.outdated, day.today]).toEqual(['2026-11-22', false, '2026-11-22']);
  clock.set('2026-11-22T16:00:00Z');
  expect([day.outdated, day.today]).toEqual([false, '2026-11-23']);
  clock.set('2026-11-23T16:00:00Z');
  expect([day.today, day.outdated, day.outdated]).toEqual(['2026-11-24', true, true]);
  expect(asked).toEqual(['2026-11-22', '2026-11-23', '2026-11-24']);
});

test('A-12, A-57: a hub that ran over the night of the change of authority answers nobody and ends its streams', async () => {
  const database = await testDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-day-'));
  const clock = new FixedClock('2020-04-14T15:00:00Z');
  const hub = await Hub.start(database, { dataFolder: folder, port: 0, clock });
  try {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await hub.issuer.issue('MUNI_HRSS', null)}` };
    const ask = (): Promise<Response> => fetch(hub.url, { method: 'POST', headers, body: '{"query":"{ viewer { principal } }"}' });
    expect((await ask()).status).toBe(200);
    const stream = await fetch(`${hub.url}/stream`, { method: 'POST', headers, body: '{"query":"subscription { permitChanged { kind } }"}' });
    const said = stream.text();
    clock.set('2020-04-14T16:00:00Z');
    const refused = await ask();
    expect([refused.status, await refused.json()]).toMatchObject([503, { errors: [{ extensions: { code: 'BOUNDARY_OUTDATED' } }] }]);
    expect(await said).toContain('"code":"BOUNDARY_OUTDATED"');
    // The refusal is an answer to a known viewer, so it has its entry like any other.
    const { rows } = await database.pool().query<{ entry: string }>('SELECT entry FROM hub.access_entry ORDER BY position');
    expect(rows.map(({ entry }) => entry).join()).toContain('"status":503');
    await waitFor('the hub to be not ready', async () => (await fetch(new URL('/ready', hub.url))).status === 503);
    expect(await (await fetch(new URL('/ready', hub.url))).json()).toMatchObject({ failing: ['boundary'] });
  } finally {
    await hub.close();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});
