import { denialError } from '../../src/boundary/denial.js';
import { forPurpose, full, masked, digest, oneOf, until, viewer, type Boundary, type RecordBoundary, type RelationDeclaration } from '../../src/boundary/declaration.js';
import { accessGround, coordinateEffect, effectOf, holdersOf } from '../../src/boundary/effect.js';
import { groundsOf } from '../../src/boundary/grounds.js';
import { BoundaryPolicy, byDefault, type Standing } from '../../src/boundary/policy.js';
import type { Release } from '../../src/boundary/release.js';
import { assertReleases, releasesText } from '../../src/boundary/text/releases-text.js';
import { groundOf, withBoundaryDirectives } from '../../src/boundary/text/sdl.js';

/** What a viewer is told of a coordinate: its effect by relation, its ground, and what would change a denial. */

function relation(name: string, sees: RelationDeclaration['sees'], more: Partial<RelationDeclaration> = {}): RelationDeclaration {
  return {
    relation: name, zh: name, en: name, viewers: ['DISTRICT_HRSS'], where: { district: viewer.district, item: oneOf(name) }, sees,
    rows: [`B-${name}`], clauses: [`C-${name}`], ...more,
  };
}

const record: RecordBoundary = {
  form: 'record', type: 'T', identity: 'a',
  groups: {
    A: { zh: '甲', en: 'a', fields: ['a', 'aa'] }, B: { zh: '乙', en: 'b', fields: ['b'], sensitive: true }, C: { zh: '丙', en: 'c', fields: ['c'] }, D: { zh: '丁', en: 'd', fields: ['d'] },
  },
  relations: [
    relation('own', { A: full, B: forPurpose(['CASE_HANDLING'], full, masked('familyName')), C: full }, { viewers: ['DISTRICT_APPROVAL'], where: { decidedByCode: viewer.agency } }),
    relation('near', { A: full, C: full, D: full }),
    relation('far', { A: full, C: masked('lastFour'), D: until('validTo', full, digest) }, { where: { jurisdiction: oneOf('X') } }),
    relation('cases', { A: full }, { viewers: ['JINBAO'], purposes: ['AUDIT', 'PERSONNEL'], where: { item: oneOf('P01') } }),
  ],
  byAgreement: { groups: ['A'], where: { item: oneOf('P01') }, rows: ['B-54'], clauses: ['C-54'] },
  never: [{ zh: '', en: '', viewers: ['PUBLIC'], where: {}, rows: ['B-16'], clauses: ['C-16'] }],
};
/** The record without offer and prohibition. */
const bare: RecordBoundary = { form: 'record', type: 'T', identity: 'a', groups: record.groups, relations: record.relations };
const declarations: readonly Boundary[] = [
  record,
  { form: 'part', type: 'P', of: 'T', groups: { A: ['p'], B: ['q'] } },
  { form: 'carrier', type: 'Query', of: 'T', fields: ['t'] },
  { form: 'open', type: 'Query', fields: ['o'], zh: '开', en: 'open', rows: ['B-52'], clauses: ['C-52'] },
  { form: 'operation', type: 'Query', fields: ['x'], viewers: ['DISTRICT_APPROVAL', 'AUDITOR'], purposes: ['CASE_HANDLING'], zh: '办', en: 'do', rows: ['B-01'], clauses: ['C-01'] },
  { form: 'operation', type: 'Query', fields: ['y'], viewers: ['MUNI_HRSS'], zh: '办', en: 'do', rows: ['B-01'], clauses: ['C-01'] },
];
const policy = new BoundaryPolicy(declarations, '2026-11-22', []);
const as = (principal: string, purpose: Standing['purpose'] = null): Standing => ({ principal, purpose });
const seen = (standing: Standing, coordinate: string) => {
  const { effect, dependsOnRow, group, relations } = coordinateEffect(policy, standing, coordinate);
  return [effect, dependsOnRow, group, relations.map((one) => `${one.relation.relation} ${one.effect}${one.purposes.length > 0 ? ` (${one.purposes.join()})` : ''}`)];
};

test('what is shown, as an effect', () => {
  expect([null, full.shown, digest.shown, masked('familyName').shown].map(effectOf)).toEqual(['DENY', 'ALLOW', 'DIGEST', 'MASK']);
});

test('by relation: the strongest counts, differences depend on the row, dates too', () => {
  expect(seen(as('DISTRICT_HRSS'), 'T.a')).toEqual(['ALLOW', false, 'A', ['near ALLOW', 'far ALLOW']]);
  expect(seen(as('DISTRICT_HRSS'), 'T.c')).toEqual(['ALLOW', true, 'C', ['near ALLOW', 'far MASK']]);
  expect(seen(as('DISTRICT_HRSS'), 'T.d')).toEqual(['ALLOW', true, 'D', ['near ALLOW', 'far ALLOW']]);
  expect(seen(as('DISTRICT_HRSS'), 'T.b')).toEqual(['DENY', false, 'B', ['near DENY', 'far DENY']]);
  expect(seen(as('DISTRICT_HRSS'), 'Query.t')).toEqual(['ALLOW', false, null, ['near ALLOW', 'far ALLOW']]);
  expect(seen(as('DISTRICT_HRSS'), 'Query.o')).toEqual(['ALLOW', false, null, []]);
  const [, far] = coordinateEffect(policy, as('DISTRICT_HRSS'), 'T.d').relations;
  expect([far?.when, far?.otherwise]).toEqual([{ property: 'validTo', day: 'open' }, 'digest']);
  const [near] = coordinateEffect(policy, as('DISTRICT_HRSS'), 'T.d').relations;
  expect([near?.when, near?.otherwise, near?.shown]).toEqual([null, null, 'full']);
});

test('by purpose: what it would add is named, and nothing where it is declared or would add nothing', () => {
  expect(seen(as('DISTRICT_APPROVAL'), 'T.b')).toEqual(['MASK', false, 'B', ['own MASK (CASE_HANDLING)']]);
  expect(seen(as('DISTRICT_APPROVAL', 'AUDIT'), 'P.q')).toEqual(['MASK', false, 'B', ['own MASK (CASE_HANDLING)']]);
  expect(seen(as('DISTRICT_APPROVAL', 'CASE_HANDLING'), 'P.q')).toEqual(['ALLOW', false, 'B', ['own ALLOW']]);
  expect(seen(as('JINBAO'), 'T.a')).toEqual(['DENY', false, 'A', ['cases DENY (AUDIT,PERSONNEL)']]);
  expect(seen(as('JINBAO', 'AUDIT'), 'Query.t')).toEqual(['ALLOW', false, null, ['cases ALLOW']]);
  expect(seen(as('JINBAO'), 'Query.t')).toEqual(['DENY', false, null, ['cases DENY (AUDIT,PERSONNEL)']]);
  expect(seen(as('JINBAO', 'AUDIT'), 'T.c')).toEqual(['DENY', false, 'C', ['cases DENY']]);
});

test('the effect says what the policy decides, for every viewer, purpose and coordinate', () => {
  for (const principal of ['DISTRICT_APPROVAL', 'DISTRICT_HRSS', 'JINBAO', 'MUNI_HRSS', 'AUDITOR', 'PARTNER_BUREAU']) {
    for (const purpose of [null, 'AUDIT', 'CASE_HANDLING'] as const) {
      for (const coordinate of [...policy.coordinates(), 'T.unheardOf', 'Query.unheardOf']) {
        const { effect, ground } = coordinateEffect(policy, as(principal, purpose), coordinate);
        const decision = policy.decide(as(principal, purpose), coordinate);
        expect([principal, coordinate, effect === 'DENY']).toEqual([principal, coordinate, !decision.allowed]);
        expect(ground).toMatchObject({ rows: decision.rows, clauses: decision.clauses });
        if (decision.allowed) expect(ground).toMatchObject({ missing: [], purposes: [], ask: [] });
      }
    }
  }
});

test('what is missing: purpose and case, a role, an agreement where the record offers the group, or nothing that could be had', () => {
  const lacks = (standing: Standing, coordinate: string) => accessGround(policy, standing, coordinate).missing;
  expect(lacks(as('DISTRICT_APPROVAL'), 'Query.x')).toEqual(['PURPOSE', 'CASE']);
  expect(lacks(as('DISTRICT_APPROVAL', 'AUDIT'), 'Query.x')).toEqual(['PURPOSE']);
  const declared = (purpose: boolean, caseNo: boolean) => accessGround(policy, as('DISTRICT_APPROVAL'), 'Query.x', { purpose, caseNo }).missing;
  expect([declared(false, false), declared(true, false), declared(false, true), declared(true, true)]).toEqual([['PURPOSE', 'CASE'], ['CASE'], ['PURPOSE'], ['PURPOSE']]);
  expect(lacks(as('PARTNER_BUREAU'), 'Query.x')).toEqual(['ROLE']); // an auditor may
  expect(lacks(as('PARTNER_BUREAU'), 'Query.y')).toEqual([]);
  expect(lacks(as('ANALYST'), 'T.a')).toEqual(['ROLE']);
  expect(lacks(as('PARTNER_BUREAU'), 'T.a')).toEqual(['AGREEMENT']);
  expect(lacks(as('PARTNER_BUREAU'), 'P.p')).toEqual(['AGREEMENT']);
  expect(lacks(as('PARTNER_BUREAU'), 'Query.t')).toEqual(['AGREEMENT']);
  expect(lacks(as('PARTNER_BUREAU'), 'T.c')).toEqual([]);
  expect(lacks(as('PUBLIC'), 'T.a')).toEqual(['ROLE']);
  expect(lacks(as('PARTNER_BUREAU'), 'T.unheardOf')).toEqual([]);
  const forbidden = new BoundaryPolicy([{ ...record, never: [{ zh: '', en: '', viewers: ['PARTNER_BUREAU'], where: {}, rows: ['B-16'], clauses: ['C'] }] }], '2026-11-22', []);
  expect(accessGround(forbidden, as('PARTNER_BUREAU'), 'T.a').missing).toEqual([]);
  const someRows = new BoundaryPolicy([{ ...record, never: [{ zh: '', en: '', viewers: ['PARTNER_BUREAU'], where: { item: oneOf('P07') }, rows: ['B-16'], clauses: ['C'] }] }], '2026-11-22', []);
  expect(accessGround(someRows, as('PARTNER_BUREAU'), 'T.a').missing).toEqual(['AGREEMENT']);
  expect(accessGround(new BoundaryPolicy([bare], '2026-11-22', []), as('PARTNER_BUREAU'), 'T.a').missing).toEqual([]);
});

test('whom to ask: the bureau whose own record it is, else who holds it in full; never oneself, nobody for a purpose', () => {
  expect(holdersOf(policy, 'T.a')).toEqual(['DISTRICT_APPROVAL']);
  expect(holdersOf(policy, 'T.d')).toEqual(['DISTRICT_HRSS']);
  expect(holdersOf(policy, 'P.q')).toEqual(['DISTRICT_APPROVAL']);
  expect(holdersOf(policy, 'Query.t')).toEqual(['DISTRICT_APPROVAL']);
  expect(holdersOf(policy, 'Query.x')).toEqual(['DISTRICT_APPROVAL', 'AUDITOR']);
  expect([holdersOf(policy, 'Query.o'), holdersOf(policy, 'T.unheardOf')]).toEqual([[], []]);
  expect(accessGround(policy, as('PARTNER_BUREAU'), 'T.b').ask).toEqual(['DISTRICT_APPROVAL']);
  expect(accessGround(policy, as('DISTRICT_APPROVAL'), 'T.d').ask).toEqual(['DISTRICT_HRSS']);
  expect(accessGround(policy, as('DISTRICT_APPROVAL'), 'Query.x').ask).toEqual([]);
  expect(accessGround(policy, as('AUDITOR'), 'T.a').ask).toEqual(['DISTRICT_APPROVAL']);
});

test('a denial carries that ground, and the next step follows from it', () => {
  const denial = (standing: Standing, coordinate: string) => denialError(policy, standing, coordinate, ['p', 'q']);
  expect(denial(as('PARTNER_BUREAU'), 'T.a')).toEqual({
    message: '无权查看 T.a · T.a is not shared with this viewer.',
    path: ['p', 'q'],
    extensions: {
      code: 'BOUNDARY_DENIED', coordinate: 'T.a', basis: { ...byDefault, missing: ['AGREEMENT'], purposes: [], ask: ['DISTRICT_APPROVAL'] },
      nextStep:
        '登记载明数据范围与用途的共享协议，或由有权机关（区行政审批局）查询 · Register a sharing agreement that names the data and the purpose, or ask the bureau that holds the right (district approval bureau).',
    },
  });
  expect(denial(as('DISTRICT_APPROVAL'), 'T.d').extensions['nextStep']).toBe('由有权机关（区人力社保局）查询 · Ask the bureau that holds the right (district human-resources bureau).');
  expect(denial(as('PARTNER_BUREAU'), 'T.unheardOf').extensions['nextStep']).toBe('由有权机关查询 · Ask the bureau that holds the right.');
  for (const standing of [as('DISTRICT_APPROVAL'), as('DISTRICT_APPROVAL', 'AUDIT')]) {
    expect(denial(standing, 'Query.x').extensions['nextStep']).toBe(
      '声明用途与案号：请求头 x-concordat-purpose、x-concordat-case，或 extensions.purpose、extensions.caseNo；可用用途 CASE_HANDLING（办理许可案件 · handling a permit case） · ' +
        'Declare a purpose and a case number, by these headers or in extensions.',
    );
  }
});

const release: Release = {
  form: 'GATE', coordinates: ['Query.x'], viewers: ['AUDITOR'], tells: { zh: '有无', en: 'whether' }, why: { zh: '须知', en: 'must know' }, rows: ['B-01'], clauses: ['XT-3.1b'],
};

test('grounds are those of relations, offers, prohibitions, openness, operations, the default and releases', () => {
  const grounds = groundsOf(declarations, [release]).map(({ clauses }) => clauses.join());
  expect(grounds).toEqual(['C-own', 'C-near', 'C-far', 'C-cases', 'C-54', 'C-16', 'C-52', 'C-01', 'C-01', byDefault.clauses.join(), 'XT-3.1b']);
  expect(groundsOf([bare], [])).toHaveLength(5);
});

test('releases: masks and digests of the declarations, then what is declared, by form; each exists and has a basis', () => {
  const real = (one: RelationDeclaration): RelationDeclaration => ({ ...one, clauses: ['XT-3.1b'] });
  const known = new BoundaryPolicy([{ ...record, relations: record.relations.map(real) }, ...declarations.slice(1)], '2026-11-22', []);
  const text = releasesText(known, [release, { ...release, form: 'EVENT', viewers: [] }]);
  expect(text).toContain('| `T.b`, `P.q` | 仅示姓氏 · family name only（');
  expect(text).toContain('| `T.c` | 仅示末四位 · last four characters only（');
  expect(text).toContain('| `T.d` | 摘要 · as a digest（');
  expect(text).not.toContain('`T.a`');
  expect(text).toContain('## 是否核查 · Yes-or-no gates\n\n| 字段 · coordinates | 告知 · what it tells | 告知何人 · to whom | 理由 · why | 边界 · table row | 条款 · clauses |\n|---|---|---|---|---|---|\n| `Query.x` | 有无 · whether | AUDITOR（审计、监督人员 · auditor） | 须知 · must know | B-01 | XT-3.1b |\n');
  expect(text).toContain('## 推送事件 · Events of the feed\n');
  expect(text).toContain('| 可见该记录者 · whoever may see the record |');
  expect(text.match(/^- \*\*XT-3\.1b\*\*/gm)).toHaveLength(1);
  expect(() => assertReleases(known, [release])).not.toThrow();
  expect(() => assertReleases(known, [{ ...release, coordinates: ['Query.x', 'Query.z', 'T.z'] }])).toThrow('Releases: no coordinate Query.z, T.z');
  expect(() => assertReleases(known, [{ ...release, rows: [] }])).toThrow('Releases: Query.x has no basis');
  expect(() => assertReleases(known, [{ ...release, clauses: [] }])).toThrow('Releases: Query.x has no basis');
});

test('@boundary stands on every field of an object type, with its ground, group and sensitivity', () => {
  expect(groundOf(policy, 'T.a')).toEqual({ rows: ['B-cases', 'B-far', 'B-near', 'B-own'], clauses: ['C-cases', 'C-far', 'C-near', 'C-own'] });
  expect(groundOf(policy, 'P.q')).toEqual({ rows: ['B-own'], clauses: ['C-own'] });
  expect(groundOf(policy, 'Query.t').rows).toEqual(['B-cases', 'B-far', 'B-near', 'B-own']);
  expect(groundOf(policy, 'Query.o')).toMatchObject({ rows: ['B-52'], clauses: ['C-52'] });
  expect(groundOf(policy, 'Query.z')).toEqual({ rows: [], clauses: [] });
  const sdl = withBoundaryDirectives('interface I { a: String }\n"""T"""\ntype T implements I {\n  """a"""\n  a: String\n  b(n: Int): String @deprecated\n}\ntype Query { x: T o: T }', policy);
  expect(sdl).toContain('directive @boundary(');
  expect(sdl).toContain('interface I {\n  a: String\n}');
  expect(sdl).toContain('  """a"""\n  a: String @boundary(rows: ["B-cases", "B-far", "B-near", "B-own"], clauses: ["C-cases", "C-far", "C-near", "C-own"], group: "A")');
  expect(sdl).toContain('  b(n: Int): String @deprecated @boundary(rows: ["B-own"], clauses: ["C-own"], group: "B", sensitive: true)');
  expect(sdl).toContain('  o: T @boundary(rows: ["B-52"], clauses: ["C-52"])');
  expect(sdl.endsWith('}\n')).toBe(true);
});
