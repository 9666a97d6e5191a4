import { citedClause, quotation, shortened } from '../../src/boundary/basis.js';
import { after, digest, forPurpose, full, masked, oneOf, open, reached, until, viewer } from '../../src/boundary/declaration.js';
import { codeWords, conditionWords, hasWords, periodWords, purposesWords, rightWords, rowWords, shownWords } from '../../src/boundary/text/words.js';
import { principalWords } from '../../src/measures/agencies/principals.js';

/** Declarations in words: what a lawyer reads is the rule that is compiled. */

test('conditions: the viewer’s own, one code, several codes, dates', () => {
  expect(conditionWords('decidedByCode', viewer.agency)).toEqual({ zh: '决定机关为本机关', en: 'deciding bureau is the viewer’s own bureau' });
  expect(conditionWords('district', viewer.district)).toEqual({ zh: '监管区为本区', en: 'supervising district is the viewer’s own district' });
  expect(conditionWords('jurisdiction', viewer.agency)).toEqual({ zh: '所属地为本地', en: 'jurisdiction is the viewer’s own' });
  expect(conditionWords('owner', viewer.agency)).toEqual({ zh: 'owner为本机关', en: 'owner is the viewer’s own' });
  expect(conditionWords('jurisdiction', oneOf('CN-TJ'))).toEqual({ zh: '所属地为天津市', en: 'jurisdiction is Tianjin' });
  expect(conditionWords('item', oneOf('P05', 'P06'))).toEqual({
    zh: '许可事项为P05 企业不定时和综合计算工时工作制许可、P06 集体合同审查', en: 'permit item is one of P05 Special working hours, P06 Review of collective contracts',
  });
  expect(conditionWords('validTo', reached)).toEqual({ zh: '有效期至已到', en: 'end of validity has come' });
  expect(conditionWords('decidedOn', open)).toEqual({ zh: '决定日期未到或未定', en: 'date of decision has not come, or there is none' });
  expect(['item', 'toString'].map(hasWords)).toEqual([true, false]);
});

test('codes: items, places, and what has no name', () => {
  expect(codeWords('P01')).toEqual({ zh: 'P01 劳务派遣经营许可', en: 'P01 Labour dispatch' });
  expect(['CN-FJ-350200', 'US', 'X'].map((code) => codeWords(code))).toEqual([{ zh: '厦门市', en: 'Xiamen' }, { zh: '美国', en: 'United States' }, { zh: 'X', en: 'X' }]);
});

test('rows are all conditions together; a period has a first day, a last day, both or none', () => {
  expect(rowWords({ where: { jurisdiction: oneOf('US'), district: viewer.district } })).toEqual({
    zh: '所属地为美国，且监管区为本区', en: 'jurisdiction is United States; supervising district is the viewer’s own district',
  });
  expect(periodWords({})).toBeNull();
  expect(periodWords({ from: '2020-04-15' })).toEqual({ zh: '自 2020-04-15', en: 'from 2020-04-15' });
  expect(periodWords({ until: '2020-04-14' })).toEqual({ zh: '至 2020-04-14', en: 'until 2020-04-14' });
  expect(periodWords({ from: '2020-01-01', until: '2020-12-31' })).toEqual({ zh: '自 2020-01-01 至 2020-12-31', en: 'from 2020-01-01 until 2020-12-31' });
});

test('rights: withheld, in full, digest, mask; for a purpose, by date, both, with what is shown otherwise', () => {
  expect([null, undefined, full.shown, digest.shown, masked('familyName').shown].map((shown) => shownWords(shown).en)).toEqual([
    'withheld', 'withheld', 'in full', 'as a digest', 'family name only',
  ]);
  expect([null, digest.shown, masked('lastFour').shown].map((shown) => shownWords(shown).zh)).toEqual(['不提供', '摘要', '仅示末四位']);
  expect(rightWords(null)).toEqual({ zh: '不提供', en: 'withheld' });
  expect(rightWords(full)).toEqual({ zh: '全部', en: 'in full' });
  expect(rightWords(forPurpose(['AUDIT'], full))).toEqual({
    zh: '全部（须声明用途审计与执法监督（AUDIT）及案号）；否则不提供',
    en: 'in full (with a case number and the purpose audit and oversight of enforcement (AUDIT)); otherwise withheld',
  });
  expect(rightWords(after('decidedOn', full, masked('familyName')))).toEqual({
    zh: '全部（须决定日期已到）；否则仅示姓氏', en: 'in full (when the date of decision has come); otherwise family name only',
  });
  expect(rightWords(until('validTo', forPurpose(['AUDIT', 'PERSONNEL'], digest))).zh).toBe(
    '摘要（须声明用途审计与执法监督（AUDIT）、工作人员考核管理（PERSONNEL）及案号，且有效期至未到或未定）；否则不提供',
  );
  expect(rightWords(until('validTo', forPurpose(['AUDIT'], digest))).en).toBe(
    'as a digest (with a case number and the purpose audit and oversight of enforcement (AUDIT) and when the end of validity has not come, or there is none); otherwise withheld',
  );
  expect(purposesWords(['CASE_HANDLING', 'AUDIT']).en).toBe('handling a permit case (CASE_HANDLING), audit and oversight of enforcement (AUDIT)');
});

test('kinds of agency, roles and bodies by name; what has none by its code', () => {
  expect(['DISTRICT_HRSS', 'AUDITOR', 'MUNI_STB', 'NOBODY'].map((code) => principalWords(code).zh)).toEqual(['区人力社保局', '审计、监督人员', '天津市科学技术局', 'NOBODY']);
  expect(principalWords('JINBAO').en).toBe('Jinbao phase II information system');
});

test('clauses and rulings are quoted with their id; what is neither is a mistake', () => {
  expect(citedClause('XT-3.1b')).toMatchObject({ id: 'XT-3.1b', place: expect.stringContaining('事项一') as unknown, textZh: expect.stringContaining('劳务派遣') as unknown });
  expect(citedClause('A-63')).toMatchObject({ place: null, textZh: null, textEn: expect.stringMatching(/^Does the district HRSS.*: Yes: pull right/) as unknown });
  expect(() => citedClause('XT-0.0')).toThrow('Boundary: no clause or ruling XT-0.0');
  expect(quotation('XT-3.10a')).toBe('**XT-3.10a** 「区行政审批局负责实施职业培训机构设立许可」 Vocational-training body: district approval bureau decides');
  expect(quotation('A-57')).toMatch(/^\*\*A-57\*\* Names of the foreign-experts authority: .{100,200}$/);
});

test('a quotation is cut at a sentence, then at a comma, then hard; never in its first third', () => {
  expect(shortened('短句。', 10)).toBe('短句。');
  expect(shortened('十个字正好不用缩短。', 10)).toBe('十个字正好不用缩短。');
  expect(shortened('  空白\n合并 ', 10)).toBe('空白 合并');
  expect(shortened('第一句在此。第二句太长了放不下', 10)).toBe('第一句在此。…');
  expect(shortened('前半在此处，后半太长了放不下', 10)).toBe('前半在此处…');
  expect(shortened('一。二三四五六七八九十一二', 10)).toBe('一。二三四五六七八…');
  expect(shortened('一二三四五六七八九十一二', 10)).toBe('一二三四五六七八九…');
  expect(shortened('一、二三，四五六七八九十', 10)).toBe('一、二三…');
  expect(shortened('x'.repeat(91))).toBe(`${'x'.repeat(89)}…`);
});
