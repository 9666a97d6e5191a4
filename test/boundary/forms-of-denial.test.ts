import type { Viewer } from '../../src/access/viewer.js';
import { forPurpose, full, masked, oneOf, until, viewer, type Boundary, type RelationDeclaration } from '../../src/boundary/declaration.js';
import { denialError } from '../../src/boundary/denial.js';
import { accessGround, coordinateEffect, effectOf, effects, holdersOf } from '../../src/boundary/effect.js';
import { BoundaryPolicy, type Standing } from '../../src/boundary/policy.js';
import { scopeNote } from '../../src/boundary/scope-note.js';
import type { Purpose } from '../../src/measures/purposes.js';

/** What a denial says, whom it sends the caller to, and what a scope note tells, on declarations made for the purpose. */

const relation = (name: string, viewers: readonly string[], given: Partial<RelationDeclaration> = {}): RelationDeclaration => ({
  relation: name, zh: `${name}的行`, en: `rows of ${name}`, viewers, where: { item: oneOf('P01') }, sees: { A: full }, rows: [`B-${name}`], clauses: [`C-${name}`], ...given,
});
const group = (...fields: readonly string[]): { zh: string; en: string; fields: readonly string[] } => ({ zh: '', en: '', fields });
const declarations: readonly Boundary[] = [
  {
    form: 'record', type: 'R', identity: 'a', groups: { A: group('a'), B: group('b'), S: { ...group('s'), sensitive: true }, N: group('n'), D: group('d') },
    relations: [
      relation('deciding', ['DISTRICT_APPROVAL'], {
        where: { decider: viewer.agency, district: viewer.district },
        sees: { A: full, B: full, S: forPurpose(['ENFORCEMENT'], full, masked('familyName')), D: until('validTo', full, masked('lastFour')) },
      }),
      relation('guiding', ['MUNI_HRSS'], { sees: { A: full, B: forPurpose(['SUPERVISION', 'ENFORCEMENT'], full) } }),
      relation('audited', ['MUNI_AUDITOR'], { where: { d: viewer.district }, purposes: ['AUDIT'], sees: { A: full, B: full } }),
      relation('partly', ['MUNI_AUDITOR'], { where: { e: viewer.district }, sees: { A: full, B: masked('familyName') } }),
      relation('plainly', ['MUNI_AUDITOR']),
      relation('case', ['DISTRICT_HRSS'], { purposes: ['ENFORCEMENT'] }),
    ],
    byAgreement: { groups: ['A'], where: {}, rows: ['B-54'], clauses: ['C-54'] },
    never: [
      { viewers: ['PARTNER_BUREAU'], where: {}, zh: '', en: '', rows: ['B-16'], clauses: ['C-16'] },
      { viewers: ['JINBAO'], where: { item: oneOf('P07') }, zh: '', en: '', rows: ['B-16'], clauses: ['C-16'] },
    ],
  },
  { form: 'part', type: 'P', of: 'R', groups: { A: ['pa'] } },
  { form: 'carrier', type: 'Query', of: 'R', fields: ['rs'] },
  { form: 'open', type: 'O', fields: ['o'], zh: '', en: '', rows: ['B-52'], clauses: ['C-52'] },
  { form: 'operation', type: 'Query', fields: ['op'], viewers: ['MUNI_HRSS', 'AUDITOR'], purposes: ['AUDIT'], zh: '', en: '', rows: ['B-op'], clauses: ['C-op'] },
];
const policy = new BoundaryPolicy(declarations, '2026-01-02', []);
const as = (principal: string, purpose: Purpose | null = null): Standing => ({ principal, purpose });

test('effects: full, through a mask, as a digest, not at all', () => {
  expect([effects, effectOf('full'), effectOf('digest'), effectOf({ mask: 'familyName' }), effectOf(null)]).toEqual([['ALLOW', 'MASK', 'DIGEST', 'DENY'], 'ALLOW', 'DIGEST', 'MASK', 'DENY']);
});

const effect = (standing: Standing, coordinate: string): unknown => {
  const { effect: most, dependsOnRow, group: of, relations } = coordinateEffect(policy, standing, coordinate);
  return [of, most, dependsOnRow, relations.map(({ relation: { relation: name }, effect: one, purposes, when, otherwise }) => [name, one, purposes, when, otherwise])];
};

test('the effect on a coordinate, relation by relation', () => {
  expect(effect(as('DISTRICT_APPROVAL'), 'R.a')).toEqual(['A', 'ALLOW', false, [['deciding', 'ALLOW', [], null, null]]]);
  expect(effect(as('DISTRICT_APPROVAL'), 'R.n')).toEqual(['N', 'DENY', false, [['deciding', 'DENY', [], null, null]]]);
  expect(effect(as('DISTRICT_APPROVAL'), 'R.s')).toEqual(['S', 'MASK', false, [['deciding', 'MASK', ['ENFORCEMENT'], null, null]]]);
  expect(effect(as('DISTRICT_APPROVAL', 'ENFORCEMENT'), 'R.s')).toEqual(['S', 'ALLOW', false, [['deciding', 'ALLOW', [], null, null]]]);
  expect(effect(as('DISTRICT_APPROVAL'), 'R.d')).toEqual(['D', 'ALLOW', true, [['deciding', 'ALLOW', [], { property: 'validTo', day: 'open' }, { mask: 'lastFour' }]]]);
  expect(effect(as('MUNI_HRSS'), 'R.b')).toEqual(['B', 'DENY', false, [['guiding', 'DENY', ['SUPERVISION', 'ENFORCEMENT'], null, null]]]);
  expect(effect(as('DISTRICT_HRSS'), 'R.a')).toEqual(['A', 'DENY', false, [['case', 'DENY', ['ENFORCEMENT'], null, null]]]);
  expect(effect(as('DISTRICT_HRSS', 'ENFORCEMENT'), 'R.a')).toEqual(['A', 'ALLOW', false, [['case', 'ALLOW', [], null, null]]]);
  expect(effect(as('DISTRICT_APPROVAL'), 'Query.rs')).toEqual([null, 'ALLOW', false, [['deciding', 'ALLOW', [], null, null]]]);
  // Rows of a relation whose purpose is not declared are not there: they neither strengthen nor vary what is seen.
  expect(effect(as('MUNI_AUDITOR'), 'R.a')).toEqual(['A', 'ALLOW', false, [['audited', 'DENY', ['AUDIT'], null, null], ['partly', 'ALLOW', [], null, null], ['plainly', 'ALLOW', [], null, null]]]);
  expect(effect(as('MUNI_AUDITOR'), 'R.b')).toEqual(['B', 'MASK', true, [['audited', 'DENY', ['AUDIT'], null, null], ['partly', 'MASK', [], null, null], ['plainly', 'DENY', [], null, null]]]);
  expect(effect(as('MUNI_AUDITOR', 'AUDIT'), 'R.b')).toEqual(['B', 'ALLOW', true, [['audited', 'ALLOW', [], null, null], ['partly', 'MASK', [], null, null], ['plainly', 'DENY', [], null, null]]]);
  expect(effect(as('MUNI_HRSS'), 'P.pa')).toEqual(['A', 'ALLOW', false, [['guiding', 'ALLOW', [], null, null]]]);
  expect([effect(as('X'), 'O.o'), effect(as('X'), 'R.a'), effect(as('X'), 'R.x'), effect(as('MUNI_HRSS', 'AUDIT'), 'Query.op')]).toEqual([[null, 'ALLOW', false, []], ['A', 'DENY', false, []], [null, 'DENY', false, []], [null, 'ALLOW', false, []]]);
});

test('whom to ask: the bureau whose own record it is before others who read it; the viewers of an operation; nobody for what is open', () => {
  expect(['R.a', 'R.b', 'R.s', 'R.n', 'Query.rs', 'Query.op', 'O.o', 'R.x', 'P.pa'].map((one) => holdersOf(policy, one))).toEqual([
    ['DISTRICT_APPROVAL'], ['DISTRICT_APPROVAL'], ['DISTRICT_APPROVAL'], [], ['DISTRICT_APPROVAL'], ['MUNI_HRSS', 'AUDITOR'], [], [], ['DISTRICT_APPROVAL'],
  ]);
  const [record, ...rest] = declarations;
  if (record?.form !== 'record') throw new Error('the first is a record');
  const shared = new BoundaryPolicy([{ ...record, relations: record.relations.slice(1) }, ...rest], '2026-01-02', []);
  expect([holdersOf(shared, 'R.a'), holdersOf(shared, 'R.b')]).toEqual([['MUNI_HRSS', 'MUNI_AUDITOR', 'DISTRICT_HRSS'], ['MUNI_HRSS', 'MUNI_AUDITOR']]);
});

test('what is missing: purpose, case, role or agreement', () => {
  const missing = (standing: Standing, coordinate: string, declared?: { purpose: boolean; caseNo: boolean }): unknown => {
    const ground = declared ? accessGround(policy, standing, coordinate, declared) : accessGround(policy, standing, coordinate);
    return [ground.missing, ground.purposes, ground.ask];
  };
  expect(missing(as('MUNI_HRSS'), 'R.b')).toEqual([['PURPOSE', 'CASE'], ['SUPERVISION', 'ENFORCEMENT'], []]);
  expect(missing(as('MUNI_HRSS'), 'R.b', { purpose: true, caseNo: false })).toEqual([['CASE'], ['SUPERVISION', 'ENFORCEMENT'], []]);
  expect(missing(as('MUNI_HRSS'), 'R.b', { purpose: false, caseNo: true })).toEqual([['PURPOSE'], ['SUPERVISION', 'ENFORCEMENT'], []]);
  expect(missing(as('MUNI_HRSS', 'AUDIT'), 'R.b')).toEqual([['PURPOSE'], ['SUPERVISION', 'ENFORCEMENT'], []]);
  expect(missing(as('DISTRICT_APPROVAL'), 'R.n')).toEqual([[], [], []]);
  expect(missing(as('EXCHANGE_PLATFORM'), 'R.a')).toEqual([['AGREEMENT'], [], ['DISTRICT_APPROVAL']]);
  expect(missing(as('EXCHANGE_PLATFORM'), 'Query.rs')).toEqual([['AGREEMENT'], [], ['DISTRICT_APPROVAL']]);
  expect(missing(as('EXCHANGE_PLATFORM'), 'R.b')).toEqual([[], [], ['DISTRICT_APPROVAL']]);
  // A whole prohibition leaves no agreement to make; one for some items does.
  expect(missing(as('PARTNER_BUREAU'), 'R.a')).toEqual([[], [], ['DISTRICT_APPROVAL']]);
  expect(missing(as('JINBAO'), 'R.a')).toEqual([['AGREEMENT'], [], ['DISTRICT_APPROVAL']]);
  expect(missing(as('ANALYST'), 'R.a')).toEqual([['ROLE'], [], ['DISTRICT_APPROVAL']]);
  expect(missing(as('DISTRICT_HRSS'), 'Query.op')).toEqual([['ROLE'], [], ['MUNI_HRSS', 'AUDITOR']]);
  expect(missing(as('MUNI_HRSS'), 'Query.op')).toEqual([['PURPOSE', 'CASE'], ['AUDIT'], []]);
  expect(accessGround(policy, as('MUNI_HRSS'), 'R.a')).toEqual({ rows: ['B-guiding'], clauses: ['C-guiding'], missing: [], purposes: [], ask: [] });
  expect(missing(as('EXCHANGE_PLATFORM'), 'R.x')).toEqual([[], [], []]);
});

test('the words of a denial: code, coordinate, ground, and the next step for each kind of lack', () => {
  const denial = (standing: Standing, coordinate: string): { message: string; path: unknown; code: unknown; coordinate: unknown; basis: unknown; next: unknown } => {
    const { message, path, extensions } = denialError(policy, standing, coordinate, ['list', 'field']);
    return { message, path, code: extensions['code'], coordinate: extensions['coordinate'], basis: extensions['basis'], next: extensions['nextStep'] };
  };
  expect(denial(as('MUNI_HRSS'), 'R.b')).toEqual({
    message: '无权查看 R.b · R.b is not shared with this viewer.', path: ['list', 'field'], code: 'BOUNDARY_DENIED', coordinate: 'R.b',
    basis: { rows: ['B-guiding'], clauses: ['C-guiding'], missing: ['PURPOSE', 'CASE'], purposes: ['SUPERVISION', 'ENFORCEMENT'], ask: [] },
    next:
      '声明用途与案号：请求头 x-concordat-purpose、x-concordat-case，或 extensions.purpose、extensions.caseNo；可用用途 SUPERVISION（事中事后监管 · supervision during and after the permit）、' +
      'ENFORCEMENT（行政执法案件 · an enforcement case） · Declare a purpose and a case number, by these headers or in extensions.',
  });
  expect(denial(as('EXCHANGE_PLATFORM'), 'R.a').next).toBe(
    '登记载明数据范围与用途的共享协议，或由有权机关（区行政审批局）查询 · Register a sharing agreement that names the data and the purpose, or ask the bureau that holds the right (district approval bureau).',
  );
  expect(denial(as('DISTRICT_HRSS'), 'Query.op').next).toBe('由有权机关（天津市人力资源和社会保障局、审计、监督人员）查询 · Ask the bureau that holds the right (Tianjin Municipal Human Resources and Social Security Bureau, auditor).');
  expect(denial(as('DISTRICT_APPROVAL'), 'R.n').next).toBe('由有权机关查询 · Ask the bureau that holds the right.');
});

test('a scope note: every relation of the standing with its ground and the viewer’s own values', () => {
  const who: Viewer = {
    agency: 'HEPING_APPROVAL', kind: 'DISTRICT_APPROVAL', jurisdiction: 'CN-TJ', district: '120101', account: 'x', role: null, principal: 'DISTRICT_APPROVAL', agreements: [], digestKey: 'k',
    pageLimit: 1, expiresAt: 0, purpose: null, caseNo: null, today: '2026-01-02',
  };
  expect(scopeNote(policy, who, 'mine', 'R')).toEqual({
    path: 'mine', type: 'R',
    relations: [{ relation: 'deciding', zh: 'deciding的行', en: 'rows of deciding', rows: ['B-deciding'], clauses: ['C-deciding'], viewer: { agency: 'HEPING_APPROVAL', district: '120101' } }],
  });
  const enforcing = { ...who, principal: 'DISTRICT_HRSS', purpose: 'ENFORCEMENT' } as const;
  expect([scopeNote(policy, enforcing, 'x', 'R').relations, scopeNote(policy, { ...enforcing, caseNo: '1' }, 'x', 'R').relations.length]).toEqual([[], 1]);
});
