import { readFile } from 'node:fs/promises';
import { projectFile } from '../../../src/cli/project-file.js';
import { maySanction, type SeenEntry } from '../../../src/credit/joint-measures/entry-sight.js';
import { agencies, agencyOfCode } from '../../../src/measures/agencies.js';
import { denialsOf, pluck, readAnswer, type GraphQLAnswer } from '../../boundary/graphql-answer.js';
import { asker, HubUnderTest } from '../../boundary/hub-under-test.js';
import type { Asker } from '../../boundary/judge.js';
import { readMatrix, type Matrix } from '../../boundary/matrix-reader.js';
import { EventStream } from '../../feed/event-stream.js';
import { addSubject } from '../../feed/registry-rows.js';
import { publishedEntry, takeEntryStep } from './entry-at-hand.js';
import { beginMeasure } from './measure-at-hand.js';

/**
 * Joint measures: every kind of agency and three roles, over one world in which every organ that may lists, leads and
 * takes something. Who sees what is written down here by hand; schema/boundary.md is read as text and agrees.
 */
const everyone: readonly Asker[] = [
  ...[...new Map([...agencies].reverse().filter(({ validTo }) => validTo === null).map(({ kind, code }) => [kind, code])).values()].map((code) => asker(code)),
  asker('HEDONG_HRSS'), asker('HEXI_HRSS'), asker('MUNI_HRSS', 'AUDITOR'), asker('MUNI_HRSS', 'ANALYST'), asker('HEPING_HRSS', 'UNHEARD_OF'),
];
const nameOf = ({ agency, role }: Asker): string => `${agency} ${role ?? ''}`.trim();

/** Organ of the entry, lead, and bureaus; both ends of each relation are taken by somebody who stands in no other. */
const measures = [
  { entry: 'HEPING_HRSS', lead: 'MUNI_HRSS', bureau: 'HEDONG_HRSS' },
  { entry: 'HEPING_HRSS', lead: 'HEDONG_HRSS', bureau: 'HEDONG_HRSS' },
  { entry: 'HEPING_APPROVAL', lead: 'HEXI_HRSS', bureau: 'MUNI_HRSS' },
  { entry: 'BINHAI_APPROVAL', lead: 'BINHAI_APPROVAL', bureau: 'BINHAI_APPROVAL' },
  { entry: 'FTZ_AIRPORT_APPROVAL', lead: 'HEPING_HRSS', bureau: 'HEPING_HRSS' },
  { entry: 'XM_SIMING_HRSS', lead: 'XM_HRSS', bureau: 'XM_JIMEI_HRSS' },
] as const;
/** The same on entries that ended: they are shown to no one else, their measures to whom they were shown. */
const ended = { entry: 'HEPING_HRSS', lead: 'MUNI_HRSS', bureau: 'HEXI_HRSS' } as const;

const numberOf = ({ lead, bureau }: (typeof measures)[number] | typeof ended, i: number): string => `${lead}/${i}/${bureau}`;
const all = [...measures, ended].map((measure, i) => ({ ...measure, no: numberOf(measure, i), xiamen: measure.entry.startsWith('XM_') }));

const organKinds = ['MUNI_HRSS', 'DISTRICT_HRSS', 'DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL', 'XM_HRSS', 'XM_DISTRICT_HRSS', 'XM_UNIT'];

/** B-38, for measures: the bureau, the lead, the organ of the entry, and the platform of Tianjin. Null: no rights at all. */
function visible({ agency, kind, role }: Asker): string[] | null {
  if (role !== null) return null;
  if (kind === 'JOINT_SANCTION_PLATFORM') return all.filter(({ xiamen }) => !xiamen).map(({ no }) => no);
  if (!organKinds.includes(kind)) return null;
  return all.filter(({ entry, lead, bureau }) => [entry, lead, bureau].some((code) => code === agency)).map(({ no }) => no);
}

let hub: HubUnderTest;
let matrix: Matrix;
let fields: readonly string[];

beforeAll(async () => {
  hub = await HubUnderTest.start();
  matrix = readMatrix(await readFile(projectFile('schema/boundary.md'), 'utf8'));
  fields = [...matrix.groups].flatMap(([coordinate, { record }]) => (record === 'JointMeasure' ? [coordinate.split('.')[1] ?? ''] : []));
  const pool = hub.database.pool();
  const subject = await addSubject(pool, '天津甲劳务有限公司');
  for (const [i, { entry, lead, bureau, xiamen }] of all.entries()) {
    const id = await publishedEntry(pool, `${entry}/${i}`, subject, { validTo: '2099-12-31' });
    await beginMeasure(pool, id, { number: String(i), lead, bureau, code: xiamen ? 'XM_INSPECTION' : 'TJ_INSPECTION' });
    if (i === all.length - 1) await takeEntryStep(pool, id, 'REVOKE', '2026-02-01');
  }
});
afterAll(() => hub.close());

async function ask(who: Asker, query: string, purpose?: string): Promise<GraphQLAnswer> {
  const headers: Readonly<Record<string, string>> = purpose === undefined ? {} : { 'x-concordat-purpose': purpose, 'x-concordat-case': 'M-1' };
  return readAnswer((await hub.ask(await hub.token(who), { query }, 'any', headers)).body);
}

test('B-38: the matrix gives measures to the organs that list, and to the platform of joint sanctions, for no purpose and in full', () => {
  const relations = matrix.relations.filter(({ type }) => type === 'JointMeasure');
  const seen = new Set(relations.map(({ relation, principal }) => `${relation} ${principal}`));
  expect([...seen].sort()).toEqual([...['taking', 'leading', 'overseeing'].flatMap((relation) => organKinds.map((kind) => `${relation} ${kind}`)), 'assembling JOINT_SANCTION_PLATFORM'].sort());
  expect(relations.map(({ sees }) => Object.values(sees).map(({ shown, purposes }) => [shown, purposes])).flat()).toEqual(relations.map(() => ['full', []]));
});

test.each(everyone.map((who) => [nameOf(who), who] as const))('B-38: %s sees the measures that are its own, those it leads and those on its entries, listed, by number and by id, and no other', async (_name, who) => {
  const expected = visible(who);
  const selection = fields.map((field) => `${field}${field === 'leadOrgan' || field === 'bureau' ? ' { code }' : ''}`).join(' ');
  for (const purpose of [undefined, 'JOINT_SANCTION']) {
    const answer = await ask(who, `{ jointMeasures(first: 100) { totalCount nodes { ${selection} } } }`, purpose);
    if (expected === null) {
      expect([answer.data, denialsOf(answer)]).toEqual([{ jointMeasures: null }, ['jointMeasures Query.jointMeasures']]);
      continue;
    }
    expect(answer.errors).toEqual([]);
    expect((pluck(answer.data, 'jointMeasures.nodes') as { measureNo: string }[]).map(({ measureNo }) => measureNo)).toEqual([...expected].reverse());
    expect(pluck(answer.data, 'jointMeasures.totalCount')).toBe(expected.length);
  }
  if (expected === null) return;
  for (const [i, { no, entry }] of all.entries()) {
    const id = hub.ids().encode('JointMeasure', String(i + 1));
    const one = await ask(who, `{ jointMeasure(measureNo: "${no}") { measureNo entryNo } node(id: "${id}") { id } jointMeasures(first: 5, filter: {entryNo: "${entry}/${i}"}) { totalCount } }`);
    const seen = expected.includes(no);
    expect([no, one.data, one.errors]).toEqual([no, { jointMeasure: seen ? { measureNo: no, entryNo: `${entry}/${i}` } : null, node: seen ? { id } : null, jointMeasures: { totalCount: seen ? 1 : 0 } }, []]);
  }
});

test('a subscription to joint measures opens for whoever has a relation, and for nobody else', async () => {
  for (const who of everyone) {
    const stream = await EventStream.open(hub.hub.url, await hub.token(who), 'subscription { jointMeasureChanged { kind measure { state } } }');
    expect([nameOf(who), stream.response.status]).toEqual([nameOf(who), visible(who) === null ? 403 : 200]);
    await stream.response.body?.cancel();
    stream.close();
  }
});

test('YZ-3.5e: whose entry is hidden by now still sees that its measure has to end, and nothing of the entry', async () => {
  const answer = await ask(asker('HEXI_HRSS'), `{ jointMeasure(measureNo: "${all[all.length - 1]?.no ?? ''}") { state liftReason } creditListEntry(entryNo: "HEPING_HRSS/${all.length - 1}") { entryNo } }`);
  expect([answer.data, answer.errors]).toEqual([{ jointMeasure: { state: 'LAPSED', liftReason: 'REVOKED' }, creditListEntry: null }, []]);
});

test('B-38, B-40: who may lead or take part are the organs that list and to whom the entry itself is shown', async () => {
  const { rows } = await hub.database.pool().query<SeenEntry & { entryNo: string }>(
    `SELECT entry_no AS "entryNo", jurisdiction, list, state, responsible_organ AS "responsibleOrganCode", channel, over_on::text AS "overOn" FROM hub.list_entry ORDER BY id`,
  );
  expect(rows).toHaveLength(all.length);
  let may = 0;
  for (const who of everyone.filter(({ role }) => role === null)) {
    const agency = agencyOfCode(who.agency);
    for (const { entryNo, ...entry } of rows) {
      const answer = await ask(who, `{ creditListEntry(entryNo: "${entryNo}") { entryNo } }`);
      const shown = pluck(answer.data, 'creditListEntry.entryNo') === entryNo;
      const sanctions = agency !== null && maySanction(agency, entry, '2026-11-22');
      expect([who.agency, entryNo, sanctions]).toEqual([who.agency, entryNo, shown && organKinds.includes(who.kind)]);
      may += sanctions ? 1 : 0;
    }
  }
  expect(may).toBeGreaterThan(10);
});
