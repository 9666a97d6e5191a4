import { boundarySql } from '../../src/boundary/database.js';
import { branchView, changeView, gateRole, lookUpView, partColumn, readerRole, settingOf, settingTerm } from '../../src/boundary/view-names.js';
import { after, full, masked, oneOf, viewer, type Boundary, type RelationDeclaration } from '../../src/boundary/declaration.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import type { Table } from '../../src/database/tables.js';

/** The database layer on declarations made for the purpose; the hub's own is compared with its migration (generated.test). */

const agency: Boundary = { form: 'open', type: 'Agency', fields: ['code'], zh: '', en: '', rows: ['B-24'], clauses: ['C-24'] };
const part: Boundary = { form: 'part', type: 'P', of: 'R', groups: { A: ['code'] }, lookUp: 'code' };

function declared(given: Partial<RelationDeclaration> = {}): readonly Boundary[] {
  return [
    {
      form: 'record', type: 'R', identity: 'no', groups: { A: { zh: '', en: '', fields: ['id', 'no', 'part'] }, B: { zh: '', en: '', fields: ['note'] } },
      relations: [{ relation: 'ownRows', zh: '', en: '', viewers: ['KIND'], where: { owner: viewer.agency }, sees: { A: full, B: after('since', full, masked('familyName')) }, rows: ['B-1'], clauses: ['C-1'], ...given }],
    },
    part,
  ];
}

const text = (column: string, type = 'text'): { column: string; type: string; encoding: 'string' } => ({ column, type, encoding: 'string' });
const recordTable: Table = {
  type: 'R', name: 'hub.record', primaryKey: 'id', toOne: new Map([['part', { foreignColumn: 'part_id', target: 'P' }]]), toMany: new Map(),
  columns: new Map([['id', text('id', 'bigint')], ['no', text('no')], ['owner', text('owned_by')], ['note', text('note')], ['since', text('since_day', 'date')], ['partId', text('part_id', 'bigint')]]),
};
const partTable: Table = { type: 'P', name: 'hub.part', primaryKey: 'id', toOne: new Map(), toMany: new Map(), columns: new Map([['id', text('id', 'bigint')], ['code', text('code')]]) };
const tables = new Map([['R', recordTable], ['P', partTable]]);
const make = (declarations: readonly Boundary[]): BoundaryPolicy => new BoundaryPolicy(declarations, '2026-01-02', []);
const compile = (declarations: readonly Boundary[], of: ReadonlyMap<string, Table> = tables): string => boundarySql(make(declarations), of, []).sql;

test('names of roles, views, columns and settings', () => {
  const [branch] = make(declared()).allBranches('KIND', 'R');
  if (!branch) throw new Error('KIND has a branch');
  expect([readerRole('KIND'), gateRole('KIND', 'ownRows'), branchView('KIND', recordTable, branch), branchView('KIND', recordTable, branch, true)]).toEqual([
    'concordat_reader_kind', 'concordat_gate_kind_own_rows', 'shared.record__kind__own_rows', 'shared.record_with_parts__kind__own_rows',
  ]);
  expect([lookUpView('KIND', partTable), changeView('KIND', recordTable), partColumn('part', 'code')]).toEqual(['shared.part_key__kind', 'shared.record_change__kind', 'part_code']);
  expect([settingOf('digestKey'), settingTerm('agency')]).toEqual(['hub.digest_key', `current_setting('hub.agency', true)`]);
});

test('a branch: row security by its condition, cells by their right, parts behind a fence', () => {
  const sql = compile([agency, ...declared()]);
  const note = (column: string): string =>
    `CASE WHEN r.since_day::date <= current_setting('hub.today', true)::date THEN ${column} ELSE left(${column} || '*', 1) || '**' END`;
  expect(sql).toContain(`CREATE POLICY concordat_gate_kind_own_rows ON hub.record FOR SELECT TO concordat_gate_kind_own_rows\n  USING (owned_by = current_setting('hub.agency', true));`);
  expect(sql).toContain(`CREATE VIEW shared.record__kind__own_rows AS\n  SELECT r.id, r.part_id AS part_id, r.no AS no, ${note('r.note')} AS note, r.owned_by\n  FROM hub.record r;`);
  expect(sql).toContain('LEFT JOIN LATERAL (SELECT x.code FROM hub.part x WHERE x.id = r.part_id OFFSET 0) part ON true');
  expect(sql).toContain('USING (EXISTS (SELECT FROM hub.record r WHERE r.part_id = part.id));');
  expect(sql).toContain('CREATE VIEW shared.part_key__kind AS\n  SELECT id, code\n  FROM hub.part;');
  expect(boundarySql(make([agency, ...declared()]), tables, []).roles).toEqual([
    'concordat_writer', 'concordat_reader_kind', 'concordat_gate_kind_own_rows', 'concordat_gate_kind_record_changes', 'concordat_gate_kind_keys',
  ]);
});

test('a field by which a part is looked up is found by nobody who does not read it in full', () => {
  const sql = compile([agency, ...declared({ sees: { B: full } })]);
  expect(sql).not.toContain('part_key');
});

test('what cannot be compiled is named', () => {
  expect(() => compile(declared())).toThrow('Boundary: agencies are expected to be open vocabulary');
  expect(() => compile([agency, ...declared()], new Map())).toThrow('Boundary: R has no table');
  expect(() => compile([agency, ...declared()], new Map([['R', recordTable]]))).toThrow('Boundary: P has no table');
  expect(() => compile([agency, ...declared({ relation: `a${'b'.repeat(60)}` })])).toThrow(/^Boundary: the name of view shared\.record__kind__ab+ is too long$/);
  expect(() => compile([agency, ...declared({ where: { nobody: oneOf('x') } })])).toThrow("Boundary: R has no column for property 'nobody'");
  const lost = new Map([...recordTable.columns].filter(([name]) => name !== 'partId'));
  expect(() => compile([agency, ...declared()], new Map<string, Table>([['R', { ...recordTable, columns: lost }], ['P', partTable]]))).toThrow('Boundary: R maps no column part_id');
});
