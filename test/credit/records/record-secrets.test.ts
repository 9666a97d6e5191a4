import { openKeyRing } from '../../../src/access/key-register.js';
import { RecordRegister } from '../../../src/credit/records/record-register.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { mergeSubjects } from '../../../src/subjects/merge-subjects.js';
import { inTransaction } from '../../feed/registry-rows.js';
import { codesOf, granted, refusedWith } from '../credit-hub.js';
import { RecordHub } from './record-hub.js';

/** What streams, pages and writes must not tell of records that are hidden. */
const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: RecordHub;

beforeEach(async () => {
  clock.set('2026-11-22T04:00:00Z');
  hub = await RecordHub.start({ clock });
});
afterEach(() => hub.close());

const repair = { conductCorrected: true, dutiesMet: true, promiseGiven: true };

test('B-40, B-41: of what it may not see a follower hears nothing: its numbers go on without a gap, streamed and pulled', async () => {
  const [neighbour, platform] = [await hub.subscribe('XM_JIMEI_HRSS'), await hub.subscribe('XM_CITY_CREDIT')];
  for (const stream of [neighbour, platform]) expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED', number: 0 });
  const from = async (agency: string): Promise<unknown> => granted(await hub.ask(agency, '{ changes(of: CREDIT_RECORD, first: 1) { cursor } }'))['changes'];
  const cursors = await Promise.all(['XM_JIMEI_HRSS', 'XM_CITY_CREDIT'].map(from));

  // Hidden from both: what never enters the file.
  granted(await hub.record('XM_SIMING_HRSS', { number: 'dropped' }));
  granted(await hub.take('XM_SIMING_HRSS', 'XM_SIMING_HRSS/dropped', 'INFORM', '2026-05-11', { defenceUntil: '2026-05-15' }));
  granted(await hub.take('XM_SIMING_HRSS', 'XM_SIMING_HRSS/dropped', 'WITHDRAW', '2026-05-12'));
  // In the file, and not released: the neighbour sees it come and go, the platform does not.
  const inside = await hub.confirm('XM_SIMING_HRSS', { number: 'inside' });
  granted(await hub.take('XM_SIMING_HRSS', inside, 'REPAIR', '2026-08-08', repair));
  // Released: to the neighbour a change of nothing it sees.
  const released = await hub.confirm('XM_SIMING_HRSS', { number: 'released' });
  granted(await hub.release('XM_CREDIT_DIV', released));
  granted(await hub.take('XM_SIMING_HRSS', released, 'WITHDRAW', '2026-06-02'));

  const told = async (stream: typeof neighbour, count: number): Promise<unknown[]> => {
    const out: unknown[] = [];
    for (let i = 0; i < count; i += 1) {
      const { kind, number, recordNo, leftAs } = await hub.change(stream);
      out.push([number, kind, recordNo, leftAs]);
    }
    return out;
  };
  const toNeighbour = [[1, 'ENTERED', inside, null], [2, 'LEFT', inside, 'REPAIRED'], [3, 'ENTERED', released, null], [4, 'LEFT', released, 'WITHDRAWN']];
  const toPlatform = [[1, 'ENTERED', released, null], [2, 'LEFT', released, 'WITHDRAWN']];
  expect([await told(neighbour, 4), await told(platform, 2)]).toEqual([toNeighbour, toPlatform]);
  const query = 'query ($after: String) { changes(of: CREDIT_RECORD, first: 20, after: $after) { hasMore changes { number kind ... on CreditRecordChange { recordNo leftAs } } } }';
  for (const [i, [agency, expected]] of ([['XM_JIMEI_HRSS', toNeighbour], ['XM_CITY_CREDIT', toPlatform]] as const).entries()) {
    const after = (cursors[i] as { readonly cursor: string }).cursor;
    const { changes } = granted(await hub.ask(agency, query, { after }))['changes'] as { readonly changes: readonly Readonly<Record<string, unknown>>[] };
    expect([agency, changes.map(({ number, kind, recordNo, leftAs }) => [number, kind, recordNo, leftAs])]).toEqual([agency, expected]);
  }
});

test('B-40: who is outside the system gets neither stream nor page nor comparison of credit records', async () => {
  for (const agency of ['MUNI_HRSS', 'CREDIT_PLATFORM', 'XM_INFO_DIV']) {
    for (const query of ['{ changes(of: CREDIT_RECORD, first: 1) { cursor } }', '{ reconcileCreditRecords(input: {by: DAY, buckets: []}) { hasMore } }']) {
      const { data, errors } = await hub.ask(agency, query);
      expect([agency, query, Object.values(data ?? {}).filter((value) => value !== null), errors?.length]).toEqual([agency, query, [], 1]);
    }
  }
});

test('a unit learns nothing of the records of others by writing: whatever the step, they answer like none, and numbers never collide', async () => {
  const hidden = await hub.confirm('XM_SIMING_HRSS');
  for (const [step, more] of [['INFORM', { defenceUntil: '2026-05-15' }], ['CONFIRM', {}], ['REPAIR', repair], ['WITHDRAW', {}]] as const) {
    const answers = await Promise.all([hidden, 'XM_SIMING_HRSS/none'].map((recordNo) => hub.take('XM_JIMEI_HRSS', recordNo, step, '2026-08-20', more)));
    expect(answers.map(refusedWith)).toEqual(['RECORD_UNKNOWN', 'RECORD_UNKNOWN']);
    expect(JSON.stringify(answers[0])).toBe(JSON.stringify(answers[1]));
  }
  expect(granted(await hub.record('XM_JIMEI_HRSS', { ground: 'OTHER' }))['recordCreditInformation']).toEqual({ recordNo: 'XM_JIMEI_HRSS/2026-1', state: 'RECORDED' });
});

test('a merger of subjects moves their records and tells followers nothing', async () => {
  const stream = await hub.subscribe('XM_JIMEI_HRSS');
  await hub.change(stream);
  const one = await hub.confirm('XM_SIMING_HRSS', { number: 'one' });
  const other = await hub.confirm('XM_SIMING_HRSS', { number: 'other', subjectUscc: codesOf.other, subjectName: '厦门乙劳务有限公司' });
  const pool = hub.credit.running.database.pool();
  const idOf = async (uscc: string): Promise<string> => (await pool.query<{ id: string }>('SELECT id FROM hub.subject WHERE uscc = $1', [uscc])).rows[0]?.id ?? '';
  const [mergedId, survivingId] = [await idOf(codesOf.one), await idOf(codesOf.other)];
  const client = await pool.connect();
  await inTransaction(client, () => mergeSubjects(client, { mergedId, survivingId, at: clock.now(), document: { identifierScheme: 'CN-XKWSH', documentNo: '并1', documentPart: 1, decidedOn: '2026-11-01' } }));
  client.release();
  const { rows } = await pool.query<{ subject_id: string }>('SELECT DISTINCT subject_id FROM hub.credit_record');
  expect(rows).toEqual([{ subject_id: survivingId }]);
  const third = await hub.confirm('XM_SIMING_HRSS', { number: 'third' }); // by the merged code, for the surviving subject
  expect([await hub.change(stream), await hub.change(stream), await hub.change(stream)].map(({ number, recordNo }) => [number, recordNo])).toEqual([[1, one], [2, other], [3, third]]);
});

test('one clock ends entries and records, at most so many at once, and a second hub nothing twice', async () => {
  for (const number of ['a', 'b', 'c']) await hub.confirm('XM_SIMING_HRSS', { number, penalties: ['WARNING'], decidedOn: '2026-08-23' }, '2026-09-01');
  clock.set('2026-11-22T16:00:00Z');
  const { database, folder } = hub.credit.running;
  const registers = await Promise.all([1, 2].map(async () => new RecordRegister(database, await openKeyRing(database, folder), clock)));
  const ended = await Promise.all(registers.map((register) => register.expire(2)));
  const rest = (await registers[0]?.expire(2)) ?? 0;
  expect(ended.reduce((sum, count) => sum + count, rest)).toBe(3);
  const { rows } = await database.pool().query('SELECT state, ended_on::text, steps FROM hub.credit_record');
  expect(rows).toEqual(Array.from({ length: 3 }, () => ({ state: 'EXPIRED', ended_on: '2026-11-23', steps: 4 })));
});
