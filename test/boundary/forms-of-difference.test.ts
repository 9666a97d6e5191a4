import { after, digest, forPurpose, full, masked, oneOf, until, viewer, type Boundary, type RecordBoundary, type RelationDeclaration, type Right } from '../../src/boundary/declaration.js';
import { differenceOf, type BoundaryDifference } from '../../src/boundary/change/difference.js';
import { differenceText, isNoChange } from '../../src/boundary/text/difference-text.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { readRecorded, replay } from '../../src/boundary/change/replay.js';
import { readSnapshot, snapshotText } from '../../src/boundary/change/snapshot.js';
import type { Agreement } from '../../src/measures/agreements.js';

/** The difference of two boundaries, by forms of its own: who gains, who loses, which rows widen, what a replay finds. */

const day = '2026-11-22';
const near: RelationDeclaration = {
  relation: 'near', zh: '近', en: 'near', viewers: ['DISTRICT_HRSS'], where: { district: viewer.district, item: oneOf('P01', 'P02') }, sees: { A: full }, rows: ['B-02'], clauses: ['C'],
};
const own: RelationDeclaration = {
  relation: 'own', zh: '本', en: 'own', viewers: ['FTZ_APPROVAL'], where: { decidedByCode: viewer.agency }, sees: { A: full, B: full }, rows: ['B-01'], clauses: ['C'],
};
const record: RecordBoundary = {
  form: 'record', type: 'T', identity: 'a', relations: [own, near],
  groups: { A: { zh: '甲', en: 'a', fields: ['a', 'aa'] }, B: { zh: '乙', en: 'b', fields: ['b'] } },
  byAgreement: { groups: ['A'], where: { jurisdiction: oneOf('CN-TJ') }, rows: ['B-54'], clauses: ['C'] },
};
const others: readonly Boundary[] = [
  { form: 'part', type: 'P', of: 'T', groups: { A: ['p'] }, lookUp: 'p' },
  { form: 'carrier', type: 'Query', of: 'T', fields: ['t'] },
  { form: 'open', type: 'Query', fields: ['o'], zh: '开', en: 'open', rows: ['B-52'], clauses: ['C'] },
  { form: 'operation', type: 'Query', fields: ['x', 'y'], viewers: ['AUDITOR'], purposes: ['AUDIT'], zh: '办', en: 'do', rows: ['B-01'], clauses: ['C'] },
];
const made = (changed: RecordBoundary, rest: readonly Boundary[] = others, agreements: readonly Agreement[] = []): BoundaryPolicy =>
  new BoundaryPolicy([changed, ...rest], day, agreements);
const policy = made(record);
const withNear = (more: Partial<RelationDeclaration>): BoundaryPolicy => made({ ...record, relations: [own, { ...near, ...more }] });

function told({ fields, rows }: BoundaryDifference): string[] {
  return [
    ...fields.map(({ viewer: who, turn, type, relation, fields: names, before, after: now }) => `${who} ${turn} ${type}.${names.join('+')} by ${relation ?? '-'}: ${before.en} > ${now.en}`),
    ...rows.map(({ type, relation, viewers, turn, before, after: now }) => `${type} ${relation} ${viewers.join('+')} ${turn}: ${before?.en ?? '-'} > ${now?.en ?? '-'}`),
  ];
}

test('the same boundary: nothing; other words or clauses: nothing', () => {
  expect(told(differenceOf(policy, made(record)))).toEqual([]);
  expect(told(differenceOf(policy, withNear({ zh: '又', en: 'again', clauses: ['D'], rows: ['B-09'] })))).toEqual([]);
  expect(isNoChange({ fields: [], rows: [] })).toBe(true);
});

test('rights: more, less, or neither, at every purpose and on both sides of a date', () => {
  const turn = (before: Right | undefined, now: Right | undefined): string[] => {
    const sees = (right: Right | undefined) => ({ sees: { A: full, ...(right ? { B: right } : {}) } });
    return told(differenceOf(withNear(sees(before)), withNear(sees(now)))).map((line) => line.replace('DISTRICT_HRSS ', '').replace(' T.b by near', ''));
  };
  expect(turn(undefined, full)).toEqual(['GAINS: withheld > in full']);
  expect(turn(full, undefined)).toEqual(['LOSES: in full > withheld']);
  expect(turn(masked('familyName'), full)).toEqual(['GAINS: family name only > in full']);
  expect(turn(masked('familyName'), digest)).toEqual(['LOSES: family name only > as a digest']);
  expect(turn(digest, masked('familyName'))).toEqual(['GAINS: as a digest > family name only']);
  expect(turn(masked('familyName'), masked('lastFour'))).toEqual(['CHANGES: family name only > last four characters only']);
  expect(turn(full, full)).toEqual([]);
  expect(turn(forPurpose(['AUDIT'], full), full)[0]).toMatch(/^GAINS/);
  expect(turn(full, forPurpose(['AUDIT'], full))[0]).toMatch(/^LOSES/);
  expect(turn(forPurpose(['AUDIT'], full), forPurpose(['PERSONNEL'], full))[0]).toMatch(/^CHANGES/);
  expect(turn(forPurpose(['AUDIT'], full), forPurpose(['AUDIT', 'PERSONNEL'], full))[0]).toMatch(/^GAINS/);
  expect(turn(forPurpose(['AUDIT'], full), forPurpose(['AUDIT'], full, digest))[0]).toMatch(/^GAINS/);
  expect(turn(after('validTo', full), full)[0]).toMatch(/^GAINS/);
  expect(turn(full, until('validTo', full, digest))[0]).toMatch(/^LOSES/);
  expect(turn(digest, until('validTo', full))[0]).toMatch(/^CHANGES/);
});

test('a whole relation for a purpose; a field that moves to another group; a viewer more or less; a relation new', () => {
  const gated = told(differenceOf(policy, withNear({ purposes: ['AUDIT'] })));
  expect(gated[0]).toBe('DISTRICT_HRSS LOSES T.a+aa by near: in full > in full (for AUDIT only)');
  expect(gated[1]).toBe('DISTRICT_HRSS LOSES P.p by near: in full > in full (for AUDIT only)');
  expect(gated).toHaveLength(2);
  const moved = made({ ...record, groups: { A: { zh: '甲', en: 'a', fields: ['a'] }, B: { zh: '乙', en: 'b', fields: ['b', 'aa'] } } });
  expect(told(differenceOf(policy, moved))).toEqual(['DISTRICT_HRSS LOSES T.aa by near: in full > withheld']);
  expect(told(differenceOf(moved, policy))).toEqual(['DISTRICT_HRSS GAINS T.aa by near: withheld > in full']);
  expect(told(differenceOf(policy, withNear({ viewers: ['DISTRICT_HRSS', 'JINBAO'] })))).toEqual(['JINBAO GAINS T.a+aa by near: withheld > in full', 'JINBAO GAINS P.p by near: withheld > in full']);
  expect(told(differenceOf(policy, made({ ...record, relations: [own] })))).toEqual([
    'DISTRICT_HRSS LOSES T.a+aa by near: in full > withheld', 'DISTRICT_HRSS LOSES P.p by near: in full > withheld',
    'T near DISTRICT_HRSS NARROWED: supervising district is the viewer’s own district; permit item is one of P01 Labour dispatch, P02 Human-resources service agency > -',
  ]);
  expect(told(differenceOf(made({ ...record, relations: [own] }), policy)).at(-1)).toMatch(/^T near DISTRICT_HRSS WIDENED: - > supervising/);
});

test('rows: within, around, beside, and the same in another order', () => {
  const turn = (where: RelationDeclaration['where']): (string | undefined)[] => differenceOf(policy, withNear({ where })).rows.map((change) => change.turn);
  expect(turn({ district: viewer.district, item: oneOf('P02', 'P01') })).toEqual([]);
  expect(turn({ item: oneOf('P01', 'P02'), district: viewer.district })).toEqual([]);
  expect(turn({ district: viewer.district, item: oneOf('P01', 'P02', 'P03') })).toEqual(['WIDENED']);
  expect(turn({ district: viewer.district })).toEqual(['WIDENED']);
  expect(turn({ district: viewer.district, item: oneOf('P01') })).toEqual(['NARROWED']);
  expect(turn({ district: viewer.district, item: oneOf('P01', 'P02'), jurisdiction: oneOf('US') })).toEqual(['NARROWED']);
  expect(turn({ district: viewer.district, item: oneOf('P01', 'P03') })).toEqual(['CHANGED']);
  expect(turn({ district: viewer.agency, item: oneOf('P01', 'P02') })).toEqual(['CHANGED']);
});

test('operations and open vocabulary: who may call them, and for which purposes', () => {
  const op = (more: object): readonly Boundary[] => others.map((one) => (one.form === 'operation' ? { ...one, ...more } : one));
  expect(told(differenceOf(policy, made(record, op({ viewers: ['AUDITOR', 'JINBAO'] }))))).toEqual(['JINBAO (AUDIT) GAINS Query.x+y by -: withheld > open']);
  expect(told(differenceOf(policy, made(record, op({ viewers: [] }))))).toEqual(['AUDITOR (AUDIT) LOSES Query.x+y by -: open > withheld']);
  expect(told(differenceOf(policy, made(record, op({ purposes: ['PERSONNEL'] }))))).toEqual([
    'AUDITOR (PERSONNEL) GAINS Query.x+y by -: withheld > open', 'AUDITOR (AUDIT) LOSES Query.x+y by -: open > withheld',
  ]);
  const opened = others.map((one): Boundary => (one.form === 'operation' ? { form: 'open', type: 'Query', fields: ['x', 'y'], zh: '', en: '', rows: [], clauses: ['C'] } : one));
  expect(told(differenceOf(policy, made(record, opened)))).toEqual(['* GAINS Query.x+y by -: withheld > open', 'AUDITOR (AUDIT) LOSES Query.x+y by -: open > withheld']);
});

const agreement: Agreement = {
  id: 'T1', zh: '协议', en: 'agreement', party: 'MUNI_AUDIT', type: 'T', groups: ['A'], rows: { item: ['P01'] }, purposes: ['AUDIT'], from: '2026-01-01', until: '2027-01-01',
};

test('an agreement: its party gains what it gives', () => {
  const change = differenceOf(policy, made(record, others, [agreement]));
  expect(change.fields.map(({ viewer: who, turn, fields }) => `${who} ${turn} ${fields.join('+')}`)).toEqual(['PARTNER_BUREAU_T1 GAINS a+aa', 'PARTNER_BUREAU_T1 GAINS p']);
  expect(change.rows.map(({ turn }) => turn)).toEqual(['WIDENED']);
});

test('replay: by viewer class and purpose, what is gained and lost; what is not touched is not told', () => {
  const recorded = { document: 'f'.repeat(64), operation: 'Q', viewerClass: 'DISTRICT_HRSS', purpose: null, coordinates: ['T.a', 'T.b', 'Query.o'], runs: 2 };
  const now = withNear({ sees: { B: full } });
  expect(replay(policy, now, [recorded])).toEqual([{ operation: recorded, gains: ['T.b'], loses: ['T.a'] }]);
  expect(replay(policy, now, [{ ...recorded, viewerClass: 'FTZ_APPROVAL' }, { ...recorded, coordinates: ['Query.o'] }])).toEqual([]);
  const gated = withNear({ purposes: ['AUDIT'] });
  expect(replay(policy, gated, [recorded, { ...recorded, purpose: 'AUDIT' }, { ...recorded, purpose: 'nonsense' }]).map(({ operation }) => operation.purpose)).toEqual([null, 'nonsense']);
  expect(readRecorded('{"document":"d","viewerClass":"X","coordinates":["T.a"],"boundary":"v"}')).toEqual({
    document: 'd', operation: null, viewerClass: 'X', purpose: null, coordinates: ['T.a'], runs: null,
  });
  expect(() => readRecorded('{"document":"d"}')).toThrow();
  expect(() => readRecorded('{"document":"d","viewerClass":"X","coordinates":[],"runs":-1}')).toThrow();
});

test('as a text: fields, rows and replays as tables, most frequent operations first', () => {
  const now = withNear({ sees: { B: full }, where: { district: viewer.district } });
  const recorded = { document: 'f'.repeat(64), operation: null, viewerClass: 'DISTRICT_HRSS', purpose: null, coordinates: ['T.a', 'T.b'], runs: 2 };
  const findings = replay(policy, now, [recorded, { ...recorded, document: 'example', operation: 'Q', purpose: 'AUDIT', runs: null }, { ...recorded, coordinates: ['T.b'], runs: 9 }]);
  const text = differenceText(now, differenceOf(policy, now), [{ source: '记录 · recorded', replayed: 5, findings }], 'x.json');
  expect(text.split('\n')).toEqual([
    '# 边界变更 · Change of the boundary', '', '对照 · against: x.json', '',
    '## 字段 · Fields', '', '| 谁 · viewer | 增减 · turn | 类型 · type | 字段 · fields | 关系 · relation | 原 · before | 现 · after |', '|---|---|---|---|---|---|---|',
    '| DISTRICT_HRSS（区人力社保局 · district human-resources bureau） | 减 · loses | T | a, aa | near | 全部 · in full | 不提供 · withheld |',
    '| DISTRICT_HRSS（区人力社保局 · district human-resources bureau） | 增 · gains | T | b | near | 不提供 · withheld | 全部 · in full |',
    '| DISTRICT_HRSS（区人力社保局 · district human-resources bureau） | 减 · loses | P | p | near | 全部 · in full | 不提供 · withheld |',
    '', '## 行 · Rows', '', '| 类型 · type | 关系 · relation | 谁 · viewers | 范围 · rows | 原 · before | 现 · after |', '|---|---|---|---|---|---|',
    '| T | near | DISTRICT_HRSS | 放宽 · widened | 监管区为本区，且许可事项为P01 劳务派遣经营许可、P02 人力资源服务机构资格认定 · supervising district is the viewer’s own district; permit item is one of P01 Labour dispatch, P02 Human-resources service agency | 监管区为本区 · supervising district is the viewer’s own district |',
    '', '## 重放 · Replay', '', '记录 · recorded: 5 个操作，3 个受影响，未读取数据 · 5 operations, 3 affected; no data was read.', '',
    '| 操作 · operation | 谁 · viewer class | 次数 · runs | 增 · gains | 减 · loses |', '|---|---|---|---|---|',
    '| ffffffffffff | DISTRICT_HRSS | 9 | T.b | – |',
    '| ffffffffffff | DISTRICT_HRSS | 2 | T.b | T.a |',
    '| Q example | DISTRICT_HRSS (AUDIT) | – | T.b | T.a |',
    '',
  ]);
  const none = differenceText(policy, { fields: [], rows: [] }, [{ source: 's', replayed: 4, findings: [] }], 'x');
  expect(none).toContain('无人增减字段，行的范围不变 · Nobody gains or loses a field, and no relation’s rows change.\n\n## 重放 · Replay\n\ns: 4 个操作，0 个受影响');
  const opened = differenceText(policy, { fields: [{ type: 'Query', viewer: '*', relation: null, fields: ['x'], before: { zh: '甲', en: 'a' }, after: { zh: '乙', en: 'b' }, turn: 'CHANGES' }], rows: [] }, [], 'x');
  expect(opened).toContain('| 经认证者 · any authenticated viewer | 变 · changes | Query | x | – | 甲 · a | 乙 · b |');
  const gone = differenceText(policy, { fields: [], rows: [{ type: 'T', relation: 'r', viewers: ['A', 'B'], before: null, after: null, turn: 'CHANGED' }] }, [], 'x');
  expect(gone).toContain('| T | r | A, B | 改变 · changed | 无此关系 · no such relation | 无此关系 · no such relation |');
  expect(gone).not.toContain('## 字段');
});

test('a snapshot reads back as what was written; another form is refused', () => {
  const rich: readonly Boundary[] = [
    { ...record, relations: [{ ...near, purposes: ['AUDIT'], from: '2020-01-01', until: '2030-01-01', sees: { A: until('validTo', forPurpose(['AUDIT'], full), masked('familyName')), B: digest } }], never: [{ zh: '', en: '', viewers: ['PUBLIC'], where: { item: oneOf('P07') }, rows: ['B-16'], clauses: ['C'] }] },
    ...others,
  ];
  expect(readSnapshot(snapshotText(rich, [agreement]))).toEqual({ declarations: rich, agreements: [agreement] });
  expect(snapshotText(rich, [])).toBe(`${JSON.stringify({ declarations: rich, agreements: [] }, null, 1)}\n`);
  const broken = (change: object): string => JSON.stringify({ declarations: [{ ...record, ...change }], agreements: [] });
  for (const change of [{ form: 'other' }, { type: 1 }, { groups: { A: { zh: '', en: '', fields: [], sensitive: false } } }, { relations: [{ ...near, sees: { A: { shown: 'half' } } }] }, { relations: [{ ...near, purposes: ['NONE'] }] }, { relations: [{ ...near, sees: { A: { shown: { mask: 'toString' } } } }] }, { extra: 1 }]) {
    expect(() => readSnapshot(broken(change))).toThrow(/不是本版本的边界快照 · This is no snapshot of the boundary of this version:\n/);
  }
});
