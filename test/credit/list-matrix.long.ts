import { readFile } from 'node:fs/promises';
import { projectFile } from '../../src/cli/project-file.js';
import { agencies } from '../../src/measures/agencies.js';
import { purposes } from '../../src/measures/purposes.js';
import { EventStream } from '../feed/event-stream.js';
import { denialsOf, pluck, readAnswer, type GraphQLAnswer } from '../boundary/graphql-answer.js';
import { asker, HubUnderTest } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { readMatrix, type Matrix } from '../boundary/matrix-reader.js';
import type { EntryRow } from './list-judge.js';
import { ListWriter } from './list-world.js';

/**
 * Entries of the lists: every coordinate × every kind of agency and three roles × every relation × every purpose. A hub
 * answers what schema/boundary.md says, read as text; the rows are made by hand; neither policy nor judge is asked.
 */
const everyone: readonly Asker[] = [
  ...[...new Map([...agencies].reverse().filter(({ validTo }) => validTo === null).map(({ kind, code }) => [kind, code])).values()].map((code) => asker(code)),
  asker('MUNI_HRSS', 'AUDITOR'), asker('HEPING_APPROVAL', 'ANALYST'), asker('HEPING_HRSS', 'UNHEARD_OF'),
];
const nameOf = ({ agency, role }: Asker): string => `${agency} ${role ?? ''}`.trim();

/** An entry with no cell empty, on the black list of Tianjin, of a bureau that is no viewer here. */
const entry: EntryRow = {
  id: 1, jurisdiction: 'CN-TJ', list: 'BLACK', entry_no: '', ground: 'G', legal_basis: 'L', document_no: 'D', severity: 'SERIOUS', reason: 'R', responsible_organ: 'JIZHOU_HRSS',
  district: '120119', subject_id: 1, subject_kind: 'ORGANISATION', subject_name: 'N', subject_code: 'CODE', subject_folded: 'N', channel: 'INTERNAL', released_by: null, released_on: null, release_reason: null, state: 'PUBLISHED', steps: 4,
  proposed_on: '2026-01-05', informed_on: '2026-01-06', defence_until: '2026-01-09', heard: false, decided_on: '2026-01-12', published_on: '2026-02-01', valid_from: '2026-01-12',
  valid_to: '2099-12-31', repair_from: '2026-07-12', ended_on: null, open_case: null,
};
const xiamen = { jurisdiction: 'CN-FJ-350200', responsible_organ: 'XM_JIMEI_HRSS' } as const;
const released = { ...xiamen, channel: 'PUBLIC_CREDIT', released_by: 'XM_CREDIT_DIV', released_on: '2026-02-01', release_reason: 'R' } as const;
const repaired = { state: 'REPAIRED', ended_on: '2026-08-01' } as const;
const over = { valid_to: '2026-01-31', published_on: '2026-01-20' } as const;

/** Rows by name; each stands in the relations named, and in no other. `own`: of the viewer itself. */
const rows: Readonly<Record<string, { readonly cells: Partial<EntryRow>; readonly own?: true; readonly standsIn: readonly string[] }>> = {
  'own proposal': { cells: { list: 'JUDGMENT_DEBTOR', state: 'PROPOSED', steps: 1, decided_on: null, published_on: null, valid_from: null, valid_to: null }, own: true, standsIn: ['answering'] },
  'black in Tianjin': { cells: {}, standsIn: ['sanctioning'] },
  'black, objected to': { cells: { state: 'OBJECTED', open_case: 'OBJECTION', steps: 5 }, standsIn: ['sanctioning'] },
  'red in Tianjin, to be repaired': { cells: { list: 'RED', open_case: 'REPAIR' }, standsIn: ['honouring'] },
  'black in Xiamen': { cells: xiamen, standsIn: ['withinXiamen'] },
  'red in Xiamen, released': { cells: { ...released, list: 'RED' }, standsIn: ['withinXiamen', 'publicCredit'] },
  'judgment debtor': { cells: { list: 'JUDGMENT_DEBTOR' }, standsIn: [] },
  'decided, not published': { cells: { state: 'DECIDED', steps: 3, published_on: null }, standsIn: [] },
  repaired: { cells: { ...repaired, steps: 5 }, standsIn: [] },
  over: { cells: over, standsIn: [] },
  'over in Xiamen, released': { cells: { ...released, ...over }, standsIn: [] },
};
const idOf = (name: string): number => Object.keys(rows).indexOf(name) + 1;

let hub: HubUnderTest;
let writer: ListWriter;
let matrix: Matrix;
let coordinates: readonly string[];

beforeAll(async () => {
  hub = await HubUnderTest.start();
  writer = await ListWriter.open(hub.database);
  matrix = readMatrix(await readFile(projectFile('schema/boundary.md'), 'utf8'));
  coordinates = [...matrix.groups].flatMap(([coordinate, { record }]) => (record === 'ListEntry' ? [coordinate] : []));
});
afterAll(async () => {
  await writer.close();
  await hub.close();
});

const relationsOf = (who: Asker): Matrix['relations'] => matrix.relations.filter(({ type, principal }) => type === 'ListEntry' && principal === (who.role ?? who.kind));

/** Whether one of the relations shows a coordinate for a purpose; there is nothing between all of it and nothing. */
function shows(relations: Matrix['relations'], coordinate: string, purpose: string | null): boolean {
  return relations.some(({ sees }) => {
    const right = sees[matrix.groups.get(coordinate)?.group ?? ''];
    if (right?.shown !== 'full') return false;
    if (right.purposes.length > 0 && right.otherwise !== 'withheld') throw new Error(`give the expectation a form for ${coordinate}`);
    return right.purposes.length === 0 || (purpose !== null && right.purposes.includes(purpose));
  });
}

async function ask(who: Asker, purpose: string | null, query: string): Promise<GraphQLAnswer> {
  const headers: Readonly<Record<string, string>> = purpose === null ? {} : { 'x-concordat-purpose': purpose, 'x-concordat-case': 'M-1' };
  return readAnswer((await hub.ask(await hub.token(who), { query }, 'any', headers)).body);
}

/** What is stored behind every field. */
function stored(row: EntryRow): Readonly<Record<string, unknown>> {
  return {
    id: hub.ids().encode('ListEntry', String(row.id)), entryNo: row.entry_no, jurisdiction: row.jurisdiction, list: row.list, ground: row.ground, legalBasis: row.legal_basis,
    documentNo: row.document_no, severity: row.severity, responsibleOrgan: { code: row.responsible_organ }, district: row.district, subjectKind: row.subject_kind,
    subjectName: row.subject_name, subjectCode: row.subject_code, state: row.state, decidedOn: row.decided_on, publishedOn: row.published_on, validFrom: row.valid_from,
    validTo: row.valid_to, openCase: row.open_case, reason: row.reason, informedOn: row.informed_on, defenceUntil: row.defence_until, repairFrom: row.repair_from, endedOn: row.ended_on,
  };
}

const fieldOf = (coordinate: string): string => coordinate.split('.')[1] ?? '';

test('every coordinate and every relation of the matrix has its cell and its row here', () => {
  expect(coordinates.map(fieldOf).sort()).toEqual(Object.keys(stored(entry)).sort());
  const named = new Set(Object.values(rows).flatMap(({ standsIn }) => standsIn));
  expect([...new Set(matrix.relations.flatMap(({ type, relation }) => (type === 'ListEntry' ? [relation] : [])))].sort()).toEqual([...named].sort());
});

test.each(everyone.map((who) => [nameOf(who), who] as const))('%s: entries and cells of every relation, listed, by number and by id, for every purpose, are those of the matrix', async (_name, who) => {
  const world = Object.entries(rows).map(([name, { cells, own }]) => {
    const row = { ...entry, ...cells, id: idOf(name), ...(own ? { responsible_organ: who.agency } : {}) };
    return { ...row, entry_no: `${row.responsible_organ}/${name}` };
  });
  await writer.load({ subjects: [{ id: 1, kind: 'ORGANISATION', name: 'N', uscc: 'CODE' }], entries: world });
  const relations = relationsOf(who);
  const selection = coordinates.map((coordinate) => `${fieldOf(coordinate)}${fieldOf(coordinate) === 'responsibleOrgan' ? ' { code }' : ''}`).join(' ');
  for (const purpose of relations.length > 0 ? [null, ...Object.keys(purposes)] : [null, 'JOINT_SANCTION']) {
    const answer = await ask(who, purpose, `{ creditList(first: 100) { totalCount nodes { ${selection} } } }`);
    if (relations.length === 0) {
      expect([answer.data, denialsOf(answer)]).toEqual([{ creditList: null }, ['creditList Query.creditList']]);
      continue;
    }
    const denied = coordinates.filter((coordinate) => !shows(relations, coordinate, purpose));
    expect([purpose, denialsOf(answer).map((denial) => denial.split(' ')[1]).sort()]).toEqual([purpose, denied.sort()]);
    const expected = [...world].reverse().flatMap((row) => {
      const name = row.entry_no.split('/')[1] ?? '';
      const standing = relations.filter(({ relation }) => rows[name]?.standsIn.includes(relation));
      const cells = stored(row);
      return standing.length === 0 ? [] : [Object.fromEntries(coordinates.map((coordinate) => [fieldOf(coordinate), shows(standing, coordinate, purpose) ? cells[fieldOf(coordinate)] : null]))];
    });
    expect([purpose, pluck(answer.data, 'creditList.nodes')]).toEqual([purpose, expected]);
    expect(pluck(answer.data, 'creditList.totalCount')).toBe(expected.length);
  }
  if (relations.length === 0) return;
  for (const row of world) {
    const id = hub.ids().encode('ListEntry', String(row.id));
    const one = await ask(who, null, `{ creditListEntry(entryNo: ${JSON.stringify(row.entry_no)}) { entryNo } node(id: "${id}") { id } }`);
    const seen = relations.some(({ relation }) => rows[row.entry_no.split('/')[1] ?? '']?.standsIn.includes(relation));
    expect([row.entry_no, one.data, one.errors]).toEqual([row.entry_no, { creditListEntry: seen ? { entryNo: row.entry_no } : null, node: seen ? { id } : null }, []]);
  }
});

test('a subscription to the lists opens for whoever has a relation and asks for fields some relation shows, and for nobody else', async () => {
  const groups = new Map(coordinates.map((coordinate) => [matrix.groups.get(coordinate)?.group, coordinate]));
  for (const who of everyone) {
    const relations = relationsOf(who);
    for (const [, coordinate] of relations.length > 0 ? groups : [...groups].slice(0, 1)) {
      const stream = await EventStream.open(hub.hub.url, await hub.token(who), `subscription { creditListChanged { kind entry { ${fieldOf(coordinate)} } } }`);
      const opens = relations.length > 0 && shows(relations, coordinate, null);
      expect([nameOf(who), coordinate, stream.response.status]).toEqual([nameOf(who), coordinate, opens ? 200 : 403]);
      await stream.response.body?.cancel();
      stream.close();
    }
  }
});
