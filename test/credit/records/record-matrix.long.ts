import { readFile } from 'node:fs/promises';
import { projectFile } from '../../../src/cli/project-file.js';
import { agencies } from '../../../src/measures/agencies.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { EventStream } from '../../feed/event-stream.js';
import { denialsOf, pluck, readAnswer, type GraphQLAnswer } from '../../boundary/graphql-answer.js';
import { asker, HubUnderTest } from '../../boundary/hub-under-test.js';
import type { Asker } from '../../boundary/judge.js';
import { readMatrix, type Matrix } from '../../boundary/matrix-reader.js';
import type { RecordRow } from './record-judge.js';
import { RecordWriter, releaseCells } from './record-world.js';

/**
 * Credit records: every coordinate × every kind of agency and two roles × every relation, held against schema/boundary.md,
 * read as text; the rows are made by hand; neither policy nor judge is asked.
 */
const everyone: readonly Asker[] = [
  ...[...new Map([...agencies].reverse().filter(({ validTo }) => validTo === null).map(({ kind, code }) => [kind, code])).values()].map((code) => asker(code)),
  asker('MUNI_HRSS', 'AUDITOR'), asker('XM_SIMING_HRSS', 'UNHEARD_OF'),
];
const nameOf = ({ agency, role }: Asker): string => `${agency} ${role ?? ''}`.trim();

/** A record with no cell empty, in the file, of a unit that is no viewer here. */
const record: RecordRow = {
  id: 1, jurisdiction: 'CN-FJ-350200', record_no: '', category: 'WARNING', inspection_no: 'I', ground: 'G', legal_basis: 'L', document_no: 'D', problem: 'P', handling: 'H',
  responsible_organ: 'XM_JIMEI_HRSS', district: '350211', subject_id: 1, subject_kind: 'ORGANISATION', subject_name: 'N', subject_code: 'CODE', penalties: ['FINE', 'WARNING'], safety_field: true,
  gravest: true, severity: 'ORDINARY', decided_on: '2026-01-05', public_from: '2026-01-05', public_until: '2026-11-22', repair_from: '2026-04-05', informed_on: '2026-01-06',
  defence_until: '2026-01-09', heard: false, confirmed_on: '2026-01-12', ...releaseCells(false), state: 'CONFIRMED', steps: 3, ended_on: null,
};
const ended = { steps: 4, ended_on: '2026-11-22' } as const;

/** Rows by name; each stands in the relations named, and in no other. `own`: of the viewer itself. */
const rows: Readonly<Record<string, { readonly cells: Partial<RecordRow>; readonly own?: true; readonly standsIn: readonly string[] }>> = {
  'own, recorded': { cells: { state: 'RECORDED', steps: 1, informed_on: null, defence_until: null, confirmed_on: null }, own: true, standsIn: ['recording'] },
  'own, withdrawn': { cells: { ...ended, state: 'WITHDRAWN' }, own: true, standsIn: ['recording'] },
  'in the file': { cells: {}, standsIn: ['recordsWithin'] },
  'good, without end': { cells: { category: 'GOOD', penalties: [], severity: null, public_from: null, public_until: null, repair_from: null }, standsIn: ['recordsWithin'] },
  released: { cells: releaseCells(true), standsIn: ['recordsWithin', 'publicRecords'] },
  'a person, released': { cells: { ...releaseCells(true), subject_kind: 'NATURAL_PERSON', subject_code: null }, standsIn: ['recordsWithin', 'publicRecords'] },
  recorded: { cells: { state: 'RECORDED', steps: 1, informed_on: null, defence_until: null, confirmed_on: null }, standsIn: [] },
  informed: { cells: { state: 'INFORMED', steps: 2, confirmed_on: null }, standsIn: [] },
  'released, repaired': { cells: { ...releaseCells(true), ...ended, state: 'REPAIRED' }, standsIn: [] },
  'released, withdrawn': { cells: { ...releaseCells(true), ...ended, state: 'WITHDRAWN' }, standsIn: [] },
  'released, over': { cells: { ...releaseCells(true), public_until: '2026-11-21' }, standsIn: [] },
};
const idOf = (name: string): number => Object.keys(rows).indexOf(name) + 1;

let hub: HubUnderTest;
let writer: RecordWriter;
let matrix: Matrix;
let coordinates: readonly string[];

beforeAll(async () => {
  hub = await HubUnderTest.start(undefined, { clock: new FixedClock('2026-11-22T04:00:00Z') });
  writer = await RecordWriter.open(hub.database);
  matrix = readMatrix(await readFile(projectFile('schema/boundary.md'), 'utf8'));
  coordinates = [...matrix.groups].flatMap(([coordinate, { record: of }]) => (of === 'CreditRecord' ? [coordinate] : []));
});
afterAll(async () => {
  await writer.close();
  await hub.close();
});

const relationsOf = (who: Asker): Matrix['relations'] => matrix.relations.filter(({ type, principal }) => type === 'CreditRecord' && principal === (who.role ?? who.kind));
const shows = (relations: Matrix['relations'], coordinate: string): boolean => relations.some(({ sees }) => sees[matrix.groups.get(coordinate)?.group ?? '']?.shown === 'full');
const fieldOf = (coordinate: string): string => coordinate.split('.')[1] ?? '';

async function ask(who: Asker, query: string): Promise<GraphQLAnswer> {
  return readAnswer((await hub.ask(await hub.token(who), { query })).body);
}

/** What is stored behind every field. */
function stored(row: RecordRow): Readonly<Record<string, unknown>> {
  return {
    id: hub.ids().encode('CreditRecord', String(row.id)), recordNo: row.record_no, jurisdiction: row.jurisdiction, category: row.category, inspectionNo: row.inspection_no, ground: row.ground,
    legalBasis: row.legal_basis, documentNo: row.document_no, problem: row.problem, handling: row.handling, responsibleOrgan: { code: row.responsible_organ }, district: row.district,
    subjectKind: row.subject_kind, subjectName: row.subject_name, subjectCode: row.subject_code, penalties: row.penalties, severity: row.severity, state: row.state, decidedOn: row.decided_on,
    confirmedOn: row.confirmed_on, publicFrom: row.public_from, publicUntil: row.public_until, informedOn: row.informed_on, defenceUntil: row.defence_until, repairFrom: row.repair_from, endedOn: row.ended_on,
  };
}

test('every coordinate and every relation of the matrix has its cell and its row here', () => {
  expect(coordinates.map(fieldOf).sort()).toEqual(Object.keys(stored(record)).sort());
  const named = new Set(Object.values(rows).flatMap(({ standsIn }) => standsIn));
  expect([...new Set(matrix.relations.flatMap(({ type, relation }) => (type === 'CreditRecord' ? [relation] : [])))].sort()).toEqual([...named].sort());
});

test('B-40, B-41: units of Xiamen’s human-resources system, its credit division and the city’s platform have relations; nobody else in either city has', () => {
  expect(everyone.filter((who) => relationsOf(who).length > 0).map(({ kind }) => kind).sort()).toEqual(['XM_CITY_CREDIT', 'XM_CREDIT_DIV', 'XM_DISTRICT_HRSS', 'XM_HRSS']);
});

test.each(everyone.map((who) => [nameOf(who), who] as const))('%s: records and cells of every relation, listed, by number and by id, are those of the matrix', async (_name, who) => {
  const world = Object.entries(rows).map(([name, { cells, own }]) => {
    // Own rows are of a unit alone; for all others they are somebody else's.
    const row: RecordRow = { ...record, ...cells, id: idOf(name), ...(own && who.agency.startsWith('XM_') ? { responsible_organ: who.agency } : {}) };
    return { ...row, record_no: `${row.responsible_organ}/${name}` };
  });
  await writer.load({ subjects: [{ id: 1, kind: 'ORGANISATION', name: 'N', uscc: 'CODE' }], records: world });
  const relations = relationsOf(who);
  const selection = coordinates.map((coordinate) => `${fieldOf(coordinate)}${fieldOf(coordinate) === 'responsibleOrgan' ? ' { code }' : ''}`).join(' ');
  const answer = await ask(who, `{ creditRecords(first: 100) { totalCount nodes { ${selection} } } }`);
  if (relations.length === 0) {
    expect([answer.data, denialsOf(answer)]).toEqual([{ creditRecords: null }, ['creditRecords Query.creditRecords']]);
    return;
  }
  expect(denialsOf(answer).map((denial) => denial.split(' ')[1]).sort()).toEqual(coordinates.filter((coordinate) => !shows(relations, coordinate)).sort());
  const standing = (row: RecordRow): Matrix['relations'] => relations.filter(({ relation }) => rows[row.record_no.split('/')[1] ?? '']?.standsIn.includes(relation));
  const expected = [...world].reverse().flatMap((row) => {
    const [relationsOfRow, cells] = [standing(row), stored(row)];
    return relationsOfRow.length === 0 ? [] : [Object.fromEntries(coordinates.map((coordinate) => [fieldOf(coordinate), shows(relationsOfRow, coordinate) ? cells[fieldOf(coordinate)] : null]))];
  });
  expect(pluck(answer.data, 'creditRecords.nodes')).toEqual(expected);
  expect(pluck(answer.data, 'creditRecords.totalCount')).toBe(expected.length);
  for (const row of world) {
    const id = hub.ids().encode('CreditRecord', String(row.id));
    const one = await ask(who, `{ creditRecord(recordNo: ${JSON.stringify(row.record_no)}) { recordNo } node(id: "${id}") { id } }`);
    const seen = standing(row).length > 0;
    expect([row.record_no, one.data, one.errors]).toEqual([row.record_no, { creditRecord: seen ? { recordNo: row.record_no } : null, node: seen ? { id } : null }, []]);
  }
});

test('a subscription to the records opens for whoever has a relation and asks for fields some relation shows, and for nobody else', async () => {
  const groups = new Map(coordinates.map((coordinate) => [matrix.groups.get(coordinate)?.group, coordinate]));
  for (const who of everyone) {
    const relations = relationsOf(who);
    for (const [, coordinate] of relations.length > 0 ? groups : [...groups].slice(0, 1)) {
      const stream = await EventStream.open(hub.hub.url, await hub.token(who), `subscription { creditRecordChanged { kind record { ${fieldOf(coordinate)}${fieldOf(coordinate) === 'responsibleOrgan' ? ' { code }' : ''} } } }`);
      const opens = relations.length > 0 && shows(relations, coordinate);
      expect([nameOf(who), coordinate, stream.response.status]).toEqual([nameOf(who), coordinate, opens ? 200 : 403]);
      await stream.response.body?.cancel();
      stream.close();
    }
  }
});
