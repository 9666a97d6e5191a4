import { buildSchema } from 'graphql';
import { agreementRelation, viewerClass } from '../../src/boundary/by-agreement.js';
import { after, digest, forPurpose, full, masked, oneOf, reached, viewer, type Boundary, type RecordBoundary, type RelationDeclaration, type Right } from '../../src/boundary/declaration.js';
import { BoundaryPolicy, byDefault, fieldsOf, type Standing } from '../../src/boundary/policy.js';
import type { Agreement } from '../../src/measures/agreements.js';
import type { Purpose } from '../../src/measures/purposes.js';

/** The compiled policy on declarations made for the purpose: every form of the language, every refusal at the start. */

const basis = { rows: ['B-00'], clauses: ['C-0'] };

function relation(name: string, given: Partial<RelationDeclaration> = {}): RelationDeclaration {
  return { relation: name, zh: '', en: '', viewers: ['K'], where: { item: oneOf('P01') }, sees: { A: full }, rows: [`B-${name}`], clauses: [`C-${name}`], ...given };
}

const group = (...fields: readonly string[]): { zh: string; en: string; fields: readonly string[] } => ({ zh: '', en: '', fields });

function record(relations: readonly RelationDeclaration[], given: Partial<RecordBoundary> = {}): RecordBoundary {
  return { form: 'record', type: 'R', identity: 'a', groups: { A: group('a', 'a2'), B: group('b'), S: { ...group('s'), sensitive: true } }, relations, ...given };
}

const part: Boundary = { form: 'part', type: 'P', of: 'R', groups: { A: ['pa'], Q: ['pq'] }, lookUp: 'pa' };
const carrier: Boundary = { form: 'carrier', type: 'Query', of: 'R', fields: ['rs'] };
const open: Boundary = { form: 'open', type: 'O', fields: ['o'], zh: '', en: '', ...basis };
const operation: Boundary = { form: 'operation', type: 'Query', fields: ['op'], viewers: ['K'], zh: '', en: '', rows: ['B-op'], clauses: ['C-op'] };

const as = (principal: string, purpose: Purpose | null = null): Standing => ({ principal, purpose });
const make = (declarations: readonly Boundary[], on = '2026-01-02', agreements: readonly Agreement[] = []): BoundaryPolicy => new BoundaryPolicy(declarations, on, agreements);
const allowed = (policy: BoundaryPolicy, standing: Standing, ...coordinates: readonly string[]): boolean[] => coordinates.map((one) => policy.decide(standing, one).allowed);

test('coordinates, owners, groups, records and parts are looked up by name; what nobody declared is denied by default', () => {
  const policy = make([record([relation('one')]), part, carrier, open, operation]);
  expect(policy.coordinates()).toEqual(['R.a', 'R.a2', 'R.b', 'R.s', 'P.pa', 'P.pq', 'Query.rs', 'O.o', 'Query.op']);
  expect([policy.declares('R.a'), policy.declares('R.x'), policy.declarationOf('R.x'), policy.declarationOf('O.o')]).toEqual([true, false, null, open]);
  expect(['R.a2', 'R.b', 'P.pq', 'P.pa', 'O.o', 'R.x', 'Query.rs'].map((one) => policy.groupOf(one))).toEqual(['A', 'B', 'Q', 'A', null, null, null]);
  expect([policy.recordOf('R'), policy.recordOf('P'), policy.recordOf('Query'), policy.recordOf('X')]).toEqual(['R', 'R', null, null]);
  expect([policy.lookUpOf('P'), policy.lookUpOf('R'), policy.lookUpOf('X')]).toEqual(['pa', null, null]);
  expect([policy.partsOf('R'), policy.partsOf('X')]).toEqual([[part], []]);
  expect(make([record([]), { form: 'part', type: 'P', of: 'R', groups: {} }]).lookUpOf('P')).toBeNull();
  expect([part, carrier].map(fieldsOf)).toEqual([['pa', 'pq'], ['rs']]);
  expect([...policy.records.keys(), ...policy.principals]).toEqual(['R', 'K']);
  expect(policy.decide(as('K'), 'R.x')).toEqual({ allowed: false, ...byDefault, missing: 'AGREEMENT', purposes: [] });
  expect(byDefault).toEqual({ rows: ['B-54', 'B-55'], clauses: ['YZ-2.9.2b', 'A-59'] });
});

test('decisions: open to all, operations to their viewers, carriers and parts with the record, cells by group', () => {
  const policy = make([record([relation('one')]), part, carrier, open, operation]);
  expect(allowed(policy, as('K'), 'O.o', 'Query.op', 'Query.rs', 'R.a', 'R.a2', 'R.b', 'R.s', 'P.pa', 'P.pq')).toEqual([true, true, true, true, true, false, false, true, false]);
  expect(allowed(policy, as('L'), 'O.o', 'Query.op', 'Query.rs', 'R.a', 'P.pa')).toEqual([true, false, false, false, false]);
  expect(policy.decide(as('L'), 'O.o')).toEqual({ allowed: true, ...basis, missing: null, purposes: [] });
  expect(policy.decide(as('L'), 'Query.op')).toEqual({ allowed: false, rows: ['B-op'], clauses: ['C-op'], missing: null, purposes: [] });
  expect(policy.decide(as('L'), 'R.a')).toEqual({ allowed: false, ...byDefault, missing: 'AGREEMENT', purposes: [] });
  expect(policy.decide(as('K'), 'R.b')).toEqual({ allowed: false, rows: ['B-one'], clauses: ['C-one'], missing: null, purposes: [] });
  expect(policy.decide(as('K'), 'R.a')).toEqual({ allowed: true, rows: ['B-one'], clauses: ['C-one'], missing: null, purposes: [] });
  const [branch] = policy.branches(as('K'), 'R');
  if (!branch) throw new Error('K has a branch');
  expect([policy.cell(branch, 'R', 'a'), policy.cell(branch, 'R', 'b'), policy.cell(branch, 'O', 'o'), policy.cell(branch, 'R', 'x'), policy.cell(branch, 'P', 'pa')]).toEqual([full, null, full, null, full]);
  expect(policy.branches(as('K'), 'X')).toEqual([]);
});

test('purposes: of an operation, of a relation, of a cell; without one the denial names them', () => {
  const needs = { ...operation, purposes: ['AUDIT', 'SUPERVISION'] } as const;
  const policy = make([
    record([relation('basic'), relation('case', { purposes: ['ENFORCEMENT'], where: { item: oneOf('P02') }, sees: { A: full, B: full } }), relation('cell', { where: { item: oneOf('P03') }, sees: { A: full, S: forPurpose(['AUDIT'], full) } })].slice(0, 1)),
    needs,
  ]);
  expect(policy.decide(as('K'), 'Query.op')).toEqual({ allowed: false, rows: ['B-op'], clauses: ['C-op'], missing: 'PURPOSE', purposes: ['AUDIT', 'SUPERVISION'] });
  expect(allowed(policy, as('K', 'AUDIT'), 'Query.op')).toEqual([true]);
  expect(allowed(policy, as('K', 'ENFORCEMENT'), 'Query.op')).toEqual([false]);
  expect(policy.decide(as('L', 'AUDIT'), 'Query.op').missing).toBeNull();

  const cells = make([record([relation('one', { sees: { A: full, B: forPurpose(['AUDIT'], full), S: forPurpose(['AUDIT', 'SUPERVISION'], full, masked('familyName')) } })])]);
  expect(allowed(cells, as('K'), 'R.b', 'R.s')).toEqual([false, true]);
  expect(allowed(cells, as('K', 'AUDIT'), 'R.b', 'R.s')).toEqual([true, true]);
  expect(cells.decide(as('K', 'SUPERVISION'), 'R.b')).toEqual({ allowed: false, rows: ['B-one'], clauses: ['C-one'], missing: 'PURPOSE', purposes: ['AUDIT'] });

  const rows = make([record([relation('one', { purposes: ['ENFORCEMENT'], sees: { A: full, B: forPurpose(['AUDIT'], full) } })]), carrier]);
  expect([rows.branches(as('K'), 'R').length, rows.branches(as('K', 'ENFORCEMENT'), 'R').length, rows.allBranches('K', 'R').length]).toEqual([0, 1, 1]);
  expect(rows.decide(as('K'), 'R.a')).toEqual({ allowed: false, rows: ['B-one'], clauses: ['C-one'], missing: 'PURPOSE', purposes: ['ENFORCEMENT'] });
  expect(rows.decide(as('K'), 'R.b').purposes).toEqual(['ENFORCEMENT', 'AUDIT']);
  expect(rows.decide(as('K'), 'R.s')).toMatchObject({ missing: null, purposes: [] });
  expect(allowed(rows, as('K', 'ENFORCEMENT'), 'R.a', 'Query.rs')).toEqual([true, true]);
  expect(rows.decide(as('K'), 'Query.rs')).toMatchObject({ allowed: false, missing: 'PURPOSE', purposes: ['ENFORCEMENT'] });
});

test('the ground of a decision is that of the relations that grant; of a denial, that of all', () => {
  const policy = make([record([relation('strong', { where: { d: viewer.agency }, sees: { A: full, B: full } }), relation('weak', { where: { e: viewer.district } })])]);
  expect(policy.decide(as('K'), 'R.b')).toMatchObject({ allowed: true, rows: ['B-strong'], clauses: ['C-strong'] });
  expect(policy.decide(as('K'), 'R.a')).toMatchObject({ rows: ['B-strong', 'B-weak'], clauses: ['C-strong', 'C-weak'] });
  expect(policy.decide(as('K'), 'R.s')).toMatchObject({ allowed: false, rows: ['B-strong', 'B-weak'] });
});

test('relations hold from their first day to their last, and the version tells days apart when they do', () => {
  const dated = [record([relation('always', { where: { x: viewer.agency } }), relation('dated', { from: '2026-01-02', until: '2026-01-04', where: { y: viewer.agency } })])];
  const holding = (on: string): string[] => make(dated, on).allBranches('K', 'R').map(({ name }) => name);
  expect(['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05'].map((on) => holding(on).length)).toEqual([1, 2, 2, 2, 1]);
  expect(make(dated, '2026-01-02').version).toBe(make(dated, '2026-01-04').version);
  expect(make(dated, '2026-01-01').version).not.toBe(make(dated, '2026-01-02').version);
  expect(make(dated).version).toMatch(/^[0-9a-f]{12}$/);
});

describe('branches', () => {
  const branches = (...relations: readonly RelationDeclaration[]): object[] =>
    make([record(relations), part]).allBranches('K', 'R').map(({ name, where, purposes, relations: merged }) => ({ name, where, purposes, merged: merged.map(({ relation: one }) => one) }));
  const item = (...codes: readonly string[]): object => ({ property: 'item', oneOf: codes });

  test('relations that differ in the codes of one property become one; in two, in rights, purposes or columns they do not', () => {
    expect(branches(relation('a', { where: { item: oneOf('P01'), d: viewer.agency } }), relation('b', { where: { item: oneOf('P02', 'P01'), d: viewer.agency } }))).toEqual([
      { name: 'a', where: [item('P01', 'P02'), { property: 'd', equals: 'agency' }], purposes: null, merged: ['a', 'b'] },
    ]);
    const apart: readonly (readonly [Partial<RelationDeclaration>, Partial<RelationDeclaration>])[] = [
      [{ where: { item: oneOf('P01'), k: oneOf('1') } }, { where: { item: oneOf('P02'), k: oneOf('2') } }],
      [{ where: { item: oneOf('P01') } }, { where: { item: oneOf('P01'), d: viewer.agency } }],
      [{ where: { item: oneOf('P01') } }, { where: { kind: oneOf('P01') } }],
      [{ where: { d: viewer.agency } }, { where: { d: viewer.district } }],
      [{ where: { d: reached } }, { where: { d: oneOf('1') } }],
      [{ sees: { A: full, B: full } }, { where: { item: oneOf('P02') } }],
      [{ where: { item: oneOf('P02') } }, { purposes: ['AUDIT'] }],
    ];
    for (const [one, other] of apart) expect(branches(relation('a', one), relation('b', other)).length).toBe(2);
    expect(branches(relation('a', { where: { d: reached } }))).toEqual([{ name: 'a', where: [{ property: 'd', day: 'reached' }], purposes: null, merged: ['a'] }]);
    expect(branches(relation('a', { viewers: ['L'] }), relation('b', { viewers: ['L', 'K'] }))).toMatchObject([{ name: 'b' }]);
    expect(branches(relation('a', { where: { d: viewer.agency } }), relation('b'), relation('c', { where: { item: oneOf('P09') } }))).toMatchObject([{ merged: ['a'] }, { merged: ['b', 'c'] }]);
    expect(branches(relation('a'), relation('b', { where: { d: viewer.agency } }), relation('c', { where: { item: oneOf('P09') } }))).toMatchObject([{ merged: ['a', 'c'] }, { merged: ['b'] }]);
  });

  const pairs: readonly (readonly [string, Right | undefined, Right | undefined, boolean])[] = [
    ['full before full', full, full, true], ['full before nothing', full, undefined, true], ['nothing before full', undefined, full, false],
    ['a mask before nothing', masked('familyName'), undefined, true],
    ['full before a mask', full, masked('familyName'), true], ['full before a digest', full, digest, true], ['a mask before full', masked('familyName'), full, false],
    ['a mask before another', masked('familyName'), masked('lastFour'), false], ['a digest before a mask', digest, masked('familyName'), false],
    ['a date before full', after('d', full), full, false], ['full before a date', full, after('d', full), true], ['the same date', after('d', full), after('d', full), true],
    ['a date before a mask', after('d', full, masked('familyName')), masked('familyName'), false],
    ['a purpose before full', forPurpose(['AUDIT'], full), full, false], ['full before a purpose', full, forPurpose(['AUDIT'], full), true],
    ['more purposes before fewer', forPurpose(['AUDIT', 'SUPERVISION'], full), forPurpose(['AUDIT'], full), true],
    ['fewer purposes before more', forPurpose(['AUDIT'], full), forPurpose(['AUDIT', 'SUPERVISION'], full), false],
    ['a purpose before a mask alone', forPurpose(['AUDIT'], full, masked('familyName')), masked('familyName'), false],
    ['another mask otherwise', forPurpose(['AUDIT', 'SUPERVISION'], full, masked('familyName')), forPurpose(['AUDIT'], full, masked('lastFour')), false],
  ];
  test.each(pairs)('an earlier branch grants at least what a later one does: %s', (_name, earlier, later, accepted) => {
    const compile = (): unknown =>
      branches(relation('a', { where: { d: viewer.agency }, sees: earlier ? { A: full, B: earlier } : { A: full } }), relation('b', { sees: later ? { A: full, B: later } : { A: full } }));
    if (accepted) expect(compile()).toHaveLength(2);
    else expect(compile).toThrow('Boundary: R, group B is granted further by b than by the earlier a');
  });
});

test('what stops the start: no clause, twice declared, an unknown group, a sensitive group without purpose, a prohibition', () => {
  const never = { viewers: ['K'], where: { item: oneOf('P07') }, zh: '', en: '', rows: ['B-16'], clauses: ['C-16'] };
  const stops = (declarations: readonly Boundary[], message: string): void => expect(() => make(declarations)).toThrow(message);
  stops([record([relation('one', { clauses: [] })])], 'Boundary: R.one has no clause; a rule without a clause is a defect');
  stops([{ ...open, clauses: [] }], 'Boundary: O has no clause');
  stops([{ ...operation, clauses: [] }], 'Boundary: Query has no clause');
  stops([record([relation('one')]), open, { ...open }], 'Boundary: O.o is declared twice');
  stops([record([relation('one', { sees: { Z: full } })])], 'Boundary: R.one names no group Z');
  make([record([relation('one', { sees: { Q: full } })]), part]);
  for (const right of [full, digest, forPurpose(['AUDIT'], masked('lastFour'), full), forPurpose(['AUDIT'], full, digest)]) {
    stops([record([relation('one', { sees: { S: right } })])], 'Boundary: R.one shows the sensitive group S without a purpose');
  }
  for (const right of [masked('lastFour'), forPurpose(['AUDIT'], full), forPurpose(['AUDIT'], full, masked('lastFour'))]) make([record([relation('one', { sees: { S: right } })])]);
  make([record([relation('one', { purposes: ['AUDIT'], sees: { S: full } })])]);
  const prohibited = (given: Partial<RelationDeclaration>, rule = never): (() => unknown) => () => make([record([relation('one', given)], { never: [rule] })]);
  expect(prohibited({ where: { item: oneOf('P01', 'P07') } })).toThrow('Boundary: R.one breaks the prohibition of B-16');
  expect(prohibited({ where: { d: viewer.agency } })).toThrow('B-16');
  expect(prohibited({ where: { item: reached } })).toThrow('B-16');
  expect(prohibited({}, { ...never, clauses: [] })).toThrow('Boundary: R, prohibition has no clause');
  prohibited({ where: { item: oneOf('P01') } })();
  prohibited({ viewers: ['L'], where: { d: viewer.agency } })();
  prohibited({ where: { item: oneOf('P07'), kind: oneOf('1') } }, { ...never, where: { ...never.where, ...{ kind: oneOf('2') } } })();
});

test('what is asked of a viewer: agency, district and purpose always; the day and the digest key where they occur', () => {
  const terms = (given: Partial<RelationDeclaration>): string[] => [...make([record([relation('one', given)])]).terms].sort();
  expect(terms({})).toEqual(['agency', 'district', 'purpose']);
  expect(terms({ where: { d: reached } })).toEqual(['agency', 'district', 'purpose', 'today']);
  expect(terms({ sees: { A: after('d', full) } })).toEqual(['agency', 'district', 'purpose', 'today']);
  expect(terms({ sees: { A: digest } })).toEqual(['agency', 'digestKey', 'district', 'purpose']);
  expect(terms({ sees: { A: forPurpose(['AUDIT'], full, digest) } })).toEqual(['agency', 'digestKey', 'district', 'purpose']);
});

const agreement: Agreement = { id: 'X1', zh: '协议', en: 'agreement', party: 'MUNI_AUDIT', type: 'R', groups: ['A'], rows: { item: ['P02'] }, purposes: ['JOINT_SANCTION'], from: '2026-01-01', until: '2026-01-31' };
const offering = record([relation('one', { viewers: ['DISTRICT_HRSS'], where: { d: viewer.agency } })], { byAgreement: { groups: ['A', 'B'], where: { item: oneOf('P01', 'P02'), j: oneOf('CN-TJ') }, ...basis } });

test('by agreement: a viewer class of its own, the offer narrowed to rows, groups and purposes, for the days of the agreement', () => {
  expect([viewerClass('K', []), viewerClass('K', [{ id: 'B' }, { id: 'A' }])]).toEqual(['K', 'K_A_B']);
  const policy = make([offering, operation], '2026-01-31', [agreement, { ...agreement, id: 'Y', type: 'Other' }, { ...agreement, id: 'Z', from: '2026-02-01', until: '2026-03-01' }]);
  const party = 'PARTNER_BUREAU_X1_Y';
  expect([policy.principals, policy.kindOf(party), policy.kindOf('K'), policy.classesOf('PARTNER_BUREAU')]).toEqual([['DISTRICT_HRSS', party], 'PARTNER_BUREAU', 'K', ['PARTNER_BUREAU', party]]);
  expect(policy.allBranches(party, 'R')).toMatchObject([{
    name: 'by_x1', purposes: ['JOINT_SANCTION'], where: [{ property: 'item', oneOf: ['P02'] }, { property: 'j', oneOf: ['CN-TJ'] }], relations: [{ zh: '协议', en: 'agreement', viewers: [party], ...basis }],
  }]);
  expect(allowed(policy, as(party, 'JOINT_SANCTION'), 'R.a', 'R.b')).toEqual([true, false]);
  expect(allowed(policy, as(party), 'R.a')).toEqual([false]);
  expect(allowed(policy, as('PARTNER_BUREAU', 'JOINT_SANCTION'), 'R.a')).toEqual([false]);
  expect(policy.records.get('R')?.relations.map(({ relation: name }) => name)).toEqual(['one', 'by_x1']);
  for (const on of ['2025-12-31', '2026-02-01']) expect(make([offering], on, [agreement]).principals).toEqual(['DISTRICT_HRSS']);
  for (const on of ['2026-01-01', '2026-01-31']) expect(make([offering], on, [agreement]).principals.length).toBe(2);
  expect(make([{ ...operation, viewers: ['PARTNER_BUREAU'] }, offering], '2026-01-02', [agreement]).decide(as('PARTNER_BUREAU_X1'), 'Query.op').allowed).toBe(true);
});

test('several agreements: a class for each bureau with its own ones alone', () => {
  const district = { ...agreement, id: 'D', party: 'HEPING_HRSS' };
  const policy = make([offering], '2026-01-02', [agreement, district, { ...agreement, id: 'W' }]);
  expect(policy.principals).toEqual(['DISTRICT_HRSS', 'DISTRICT_HRSS_D', 'PARTNER_BUREAU_W_X1']);
  expect([policy.classesOf('DISTRICT_HRSS'), policy.classesOf('PARTNER_BUREAU')]).toEqual([['DISTRICT_HRSS', 'DISTRICT_HRSS_D'], ['PARTNER_BUREAU', 'PARTNER_BUREAU_W_X1']]);
  expect(policy.allBranches('PARTNER_BUREAU_W_X1', 'R').map(({ relations }) => relations.map(({ relation: name }) => name))).toEqual([['by_x1', 'by_w']]);
  // Its bureau keeps what its kind may see.
  expect(policy.allBranches('DISTRICT_HRSS_D', 'R').map(({ name }) => name)).toEqual(['one', 'by_d']);
});

test('an agreement beyond the offer, with an unknown bureau, or against a prohibition stops the start', () => {
  const beyond = (given: Partial<Agreement>): (() => unknown) => () => agreementRelation(offering, { ...agreement, ...given }, 'X');
  expect(beyond({ groups: ['A', 'S', 'Q'] })).toThrow('Boundary: agreement X1 goes beyond what R offers (S, Q)');
  expect(beyond({ rows: { item: ['P02', 'P07'] } })).toThrow('Boundary: agreement X1 goes beyond what R offers (item)');
  expect(() => agreementRelation(record([]), agreement, 'X')).toThrow('agreement X1 goes beyond what R offers (A)');
  const byAgency = record([], { byAgreement: { groups: ['A'], where: { item: viewer.agency }, ...basis } });
  expect(() => agreementRelation(byAgency, agreement, 'X')).toThrow('(item)');
  expect(beyond({ rows: { district: ['120101'] } })()).toMatchObject({ where: { district: { oneOf: ['120101'] }, item: { oneOf: ['P01', 'P02'] } } });
  expect(() => make([offering], '2026-01-02', [{ ...agreement, party: 'NOBODY' }])).toThrow('Boundary: agreement with unknown agency NOBODY');
  const never = { viewers: ['PARTNER_BUREAU'], where: { item: oneOf('P02') }, zh: '', en: '', rows: ['B-16'], clauses: ['C-16'] };
  expect(() => make([{ ...offering, never: [never] }], '2026-01-02', [agreement])).toThrow('Boundary: R.by_x1 breaks the prohibition of B-16');
});

test('the schema and the declarations must speak of the same fields, and the refusal lists both', () => {
  const policy = make([record([relation('one')], { groups: { A: group('a') } }), operation]);
  policy.assertCovers(buildSchema('type Query { op: R } type R { a: String } interface I { x: Int } input J { y: Int }'));
  const refusal = (sdl: string): string => { try { policy.assertCovers(buildSchema(sdl)); return ''; } catch (error) { return String(error); } };
  expect(refusal('type Query { op: R hole: Int } type R { b: String }')).toBe(
    'Error: 边界声明与模式不一致，服务不启动 · The boundary does not match the schema; the hub does not start.\n' +
      '  no boundary declared for Query.hole\n  no boundary declared for R.b\n  declared but not in the schema: R.a\n' +
      '  Next step: declare the field in the boundary of its capability folder, with its clause.',
  );
  expect(refusal('type Query { op: R extra: Int } type R { a: String }')).toContain('Query.extra');
  expect(refusal('type Query { op: R } type R { other: String }')).toContain('no boundary declared for R.other');
  expect(refusal('type Query { op: Int }')).toContain('not in the schema: R.a');
});
