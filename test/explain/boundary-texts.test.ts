import { readFile } from 'node:fs/promises';
import { buildSchema, Kind, parse, visit } from 'graphql';
import { shortened } from '../../src/boundary/basis.js';
import { groundsOf } from '../../src/boundary/grounds.js';
import { boundaryMatrix } from '../../src/boundary/text/matrix.js';
import { assertReleases, releasesText } from '../../src/boundary/text/releases-text.js';
import { groundOf } from '../../src/boundary/text/sdl.js';
import { readSnapshot, snapshotText } from '../../src/boundary/change/snapshot.js';
import { hasWords } from '../../src/boundary/text/words.js';
import { projectFile } from '../../src/cli/project-file.js';
import { agreements } from '../../src/measures/agreements.js';
import { accountOf, boundaryCoverage } from '../../src/measures/boundary-coverage.js';
import { sharingBoundaries } from '../../src/measures/sharing-boundaries.js';
import { boundaries, boundaryPolicy, hubSchema, releases, schemaText } from '../../src/server/schema.js';

/** What people read of the boundary: the table's account, the matrix, the releases, the snapshot, the SDL. */

const policy = boundaryPolicy();
const account = accountOf(groundsOf(boundaries, releases));
const kept = (name: string): Promise<string> => readFile(projectFile(name), 'utf8');

test('declared and pending rows together are the 56 of the table, none twice, and every cited clause is of its row or explained', () => {
  expect(account.faults).toEqual([]);
  const pending = account.pending.map(({ row }) => row);
  expect([...account.declared, ...pending].sort()).toEqual(sharingBoundaries().map(({ id }) => id));
  expect(account.total).toBe(56);
  expect(new Set([...account.declared, ...pending]).size).toBe(56);
});

test('the account finds a row that is lost, twice or unknown, and a clause nobody explains', () => {
  const grounds = groundsOf(boundaries, releases);
  const lost = accountOf(grounds.filter(({ rows }) => !rows.includes('B-02')));
  expect(lost.faults).toContain('B-02 is neither declared nor pending');
  expect(accountOf([...grounds, { rows: ['B-08'], clauses: ['XT-5.1.1b'] }]).faults).toEqual(['B-08 is declared and pending']);
  expect(accountOf([...grounds, { rows: ['B-57'], clauses: ['A-01'] }]).faults).toEqual(['B-57 is no row of the table']);
  expect(accountOf([...grounds, { rows: ['B-02'], clauses: ['XT-4.1.3'] }]).faults).toEqual(['XT-4.1.3 is no clause of B-02 and not explained']);
});

test('rows declared in part are declared, and no explanation of a clause is idle', () => {
  const coverage = boundaryCoverage();
  for (const { row } of coverage.partly) expect([row, account.declared.includes(row)]).toEqual([row, true]);
  const grounds = groundsOf(boundaries, releases);
  for (const { row, clause } of coverage.further) {
    const used = grounds.some(({ rows, clauses }) => rows.includes(row) && clauses.includes(clause));
    const needed = sharingBoundaries().find(({ id }) => id === row)?.clauses.includes(clause) === false;
    expect([row, clause, used && needed]).toEqual([row, clause, true]);
  }
});

test('schema/boundary.md, releases.md and boundary.json are those of the declarations', async () => {
  expect(await kept('schema/boundary.md')).toBe(boundaryMatrix(policy, account, boundaries));
  expect(await kept('schema/releases.md')).toBe(releasesText(policy, releases));
  expect(await kept('schema/boundary.json')).toBe(snapshotText(boundaries, agreements()));
});

test('the matrix has a part for every relation, prohibition and pending row, quotes every clause, and words every condition', () => {
  const text = boundaryMatrix(policy, account, boundaries);
  for (const declaration of boundaries) {
    if (declaration.form !== 'record') continue;
    for (const relation of declaration.relations) {
      expect(text).toContain(`### ${declaration.type} · ${relation.relation}`);
      for (const property of Object.keys(relation.where)) expect([property, hasWords(property)]).toEqual([property, true]);
    }
    for (const { zh } of declaration.never ?? []) expect(text).toContain(`禁止 · never: ${zh}`);
  }
  for (const { clauses } of groundsOf(policy.declarations, [])) for (const id of clauses) expect(text).toContain(`**${id}**`);
  for (const { row } of account.pending) expect(text).toMatch(new RegExp(`^\\| ${row} \\|`, 'm'));
  expect(text).toContain('「滨海新区、中国（天津）自由贸易试验区行政审批局负责实施本辖区内劳务派遣经营许可」');
  expect(text).toContain('foreignExperts（今日不适用 · not in force today）');
});

test('a quotation is cut at a sentence, then at a comma, then hard', () => {
  expect(shortened('短句。', 10)).toBe('短句。');
  expect(shortened('第一句在此。第二句太长了放不下', 10)).toBe('第一句在此。…');
  expect(shortened('前半在此处，后半太长了放不下', 10)).toBe('前半在此处…');
  expect(shortened('一二三四五六七八九十一二', 10)).toBe('一二三四五六七八九…');
});

test('releases name coordinates that exist and a basis; masks and digests of declarations are among them', () => {
  expect(() => assertReleases(policy, releases)).not.toThrow();
  const [first] = releases;
  if (!first) throw new Error('there are releases');
  expect(() => assertReleases(policy, [{ ...first, coordinates: ['Query.nothing'] }])).toThrow(/no coordinate Query\.nothing/);
  expect(() => assertReleases(policy, [{ ...first, clauses: [] }])).toThrow(/no basis/);
  const text = releasesText(policy, releases);
  expect(text).toContain('`Permit.legalRepresentative` | 仅示姓氏 · family name only');
  for (const coordinate of ['Query.certificateStock', 'Query.permitDuplicate', 'PermitUpsert.fate', 'PermitChange.documentNo']) expect(text).toContain(`\`${coordinate}\``);
});

test('a snapshot reads back as the same boundary, and another language is refused', async () => {
  const { declarations } = readSnapshot(await kept('schema/boundary.json'));
  expect(declarations).toEqual(boundaries);
  expect(() => readSnapshot('{"declarations":[{"form":"record"}],"agreements":[]}')).toThrow(/不是本版本的边界快照/);
});

test('the printed schema carries @boundary on every field of an object type, and is a schema', async () => {
  const text = schemaText(await hubSchema(policy), policy);
  buildSchema(text);
  let type = '';
  const seen: string[] = [];
  visit(parse(text), {
    ObjectTypeDefinition: { enter: (node) => void (type = node.name.value) },
    InterfaceTypeDefinition: () => false,
    FieldDefinition: (node) => {
      const coordinate = `${type}.${node.name.value}`;
      const { rows, clauses } = groundOf(policy, coordinate);
      const directive = node.directives?.find(({ name }) => name.value === 'boundary');
      const lists = directive?.arguments?.flatMap(({ name, value }) => (value.kind === Kind.LIST ? [[name.value, value.values.map((one) => (one.kind === Kind.STRING ? one.value : ''))]] : []));
      expect([coordinate, lists]).toEqual([coordinate, [['rows', [...rows]], ['clauses', [...clauses]]]]);
      seen.push(coordinate);
    },
  });
  expect(seen.sort()).toEqual([...policy.coordinates()].sort());
  expect(text).toMatch(/legalRepresentative: String @boundary\(.*group: "PERSONAL", sensitive: true\)/);
});
