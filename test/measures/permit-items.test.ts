import {
  isPermitItem,
  itemNameOn,
  itemOfCertificate,
  itemOfName,
  permitItemCodes,
  permitItems,
} from '../../src/measures/permit-items.js';

describe('permit items', () => {
  test('XT-3.0 the closed list is of ten, by code and by name', () => {
    expect(permitItemCodes).toEqual(['P01', 'P02', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'P09', 'P10']);
    expect(permitItemCodes.map((code) => permitItems[code].zh)).toEqual([
      '劳务派遣经营许可',
      '人力资源服务机构资格认定',
      '招聘会许可',
      '台、港、澳人员在内地就业许可',
      '企业不定时和综合计算工时工作制许可',
      '集体合同审查',
      '外国人来华工作许可',
      '职业技能鉴定机构认定',
      '职业资格证书颁发',
      '职业培训机构设立许可',
    ]);
    expect(permitItemCodes.map((code) => permitItems[code].en)).toEqual([
      'Labour dispatch',
      'Human-resources service agency',
      'Job fair',
      'Employment of residents of Taiwan, Hong Kong and Macao',
      'Special working hours',
      'Review of collective contracts',
      'Foreigner’s work permit',
      'Skill appraisal body',
      'Vocational certificate',
      'Vocational training body',
    ]);
    for (const other of ['P00', 'P11', 'p01', '', 'constructor', '__proto__']) expect(isPermitItem(other)).toBe(false);
    expect(permitItemCodes.every(isPermitItem)).toBe(true);
  });

  test('XT-3.0 each item rests on the clauses of its own number', () => {
    for (const [index, code] of permitItemCodes.entries()) {
      expect(permitItems[code].clauses.length).toBeGreaterThan(1);
      for (const clause of permitItems[code].clauses) expect(clause).toMatch(new RegExp(`^XT-3\\.${index + 1}[a-f]$`));
    }
  });

  test('A-37 P02 has a new name from the catalogue of 2019 on, and keeps its code', () => {
    expect(itemNameOn('P02', '2019-05-13')).toEqual({ zh: '人力资源服务机构资格认定', from: null, clauses: ['XT-3.0'] });
    expect(itemNameOn('P02', '2019-05-14')).toMatchObject({ zh: '人力资源服务许可', clauses: ['SX-A.5', 'A-37'] });
    expect(itemNameOn('P02', '2030-01-01').zh).toBe('人力资源服务许可');
    expect(itemOfName('人力资源服务许可')).toBe('P02');
    expect(itemOfName('人力资源服务机构资格认定')).toBe('P02');
    expect(itemOfName('人力资源服务')).toBeNull();
    for (const code of permitItemCodes.filter((one) => one !== 'P02')) {
      expect(itemNameOn(code, '2030-01-01')).toEqual({ zh: permitItems[code].zh, from: null, clauses: ['XT-3.0'] });
      expect(itemOfName(permitItems[code].zh)).toBe(code);
    }
  });

  test('A-37 only P01 and P02 have a code of the enforcement catalogue', () => {
    expect(permitItemCodes.map((code) => permitItems[code].catalogueCode)).toEqual(['XK-01', 'XK-02', ...Array<null>(8).fill(null)]);
  });

  test('A-37 an item is read from the exact name of its certificate', () => {
    expect(itemOfCertificate('劳务派遣经营许可证')).toBe('P01');
    for (const name of ['人力资源服务许可证', '人力资源服务机构资格证', '人力资源服务机构资格认定证书']) expect(itemOfCertificate(name)).toBe('P02');
    expect(itemOfCertificate('外国人工作许可证')).toBe('P07');
    expect(permitItemCodes.filter((code) => permitItems[code].certificate.length === 0)).toEqual(['P03', 'P04', 'P05', 'P06', 'P08', 'P09', 'P10']);
    for (const name of ['劳务派遣', '', 'constructor']) expect(itemOfCertificate(name)).toBeNull();
  });

  test('XT-4.1.1b, A-70 the actions of P01; a revocation is taken in beside them', () => {
    expect(permitItems.P01.actions).toEqual({
      listed: ['GRANT', 'BRANCH_FILING', 'CHANGE', 'ANNUAL_REPORT', 'RENEWAL', 'CANCELLATION'],
      accepted: ['REVOCATION'],
      clauses: ['XT-4.1.1b', 'A-70'],
    });
  });

  test('XT-3.10b, A-14 P10 has four actions; a cancellation is taken in beside them', () => {
    expect(permitItems.P10.actions).toEqual({
      listed: ['ESTABLISH', 'ADD_ITEM', 'CHANGE', 'REVOKE'],
      accepted: ['CANCELLATION'],
      clauses: ['XT-3.10b', 'A-14'],
    });
    for (const code of permitItemCodes.filter((one) => one !== 'P01' && one !== 'P10')) {
      expect(permitItems[code].actions).toEqual({ listed: [], accepted: [], clauses: [] });
    }
  });
});

test('XT-3.7a to XT-3.7d: the clauses an item rests on are those the documents print for it, duties of the supervisor included', () => {
  expect(permitItems.P07.clauses).toEqual(['XT-3.7a', 'XT-3.7b', 'XT-3.7c', 'XT-3.7d']);
});
