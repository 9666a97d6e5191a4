import { isCreditCode } from '../../../src/subjects/identifiers/credit-code.js';
import { shiftOf, type ShapedColumn } from '../../../src/intake/cells/shifted-cells.js';
import { isTemplateRow } from '../../../src/intake/cells/template-rows.js';

describe('rows of the template', () => {
  test.each([
    [['表格说明：1.本表…', '', '']],
    [['', '填表说明', '请勿修改表头']],
    [['注：日期填 YYYY/MM/DD', '']],
    [['示例：', '虚构劳务有限公司', '91120116MA0HUB014T']],
    [['填报人：', '', '填报日期：']],
    [['必填，填写法人全称', '必填', '18位代码，必填', '选填']],
  ])('%p is no data', (cells) => {
    expect(isTemplateRow(cells)).toBe(true);
  });

  test.each([
    [['虚构劳务有限公司', '法人及非法人组织', '91120116MA0HUB014T', '必填']],
    [['说明书印刷有限公司', '法人及非法人组织']],
    [['注重人力资源有限公司', '']],
    [['', '']],
  ])('%p is data', (cells) => {
    expect(isTemplateRow(cells)).toBe(false);
  });
});

describe('shifted cells', () => {
  const isDate = (cell: string) => /^\d{4}\/\d{2}\/\d{2}$/.test(cell);
  const columns: readonly ShapedColumn[] = [
    { position: 1, fits: (cell) => cell === '法人及非法人组织' },
    { position: 2, fits: isCreditCode },
    { position: 4, fits: isDate },
    { position: 6, fits: (cell) => ['1', '2'].includes(cell) },
  ];
  const row = ['虚构劳务有限公司', '法人及非法人组织', '91120116MA0HUB014T', '虚构人甲', '2019/05/14', '劳务派遣', '1', ''];

  const withCell = (position: number, cell: string) => row.map((own, index) => (index === position ? cell : own));

  test.each([
    ['in place', row, 0],
    ['one to the right from the first', ['', ...row.slice(0, -1)], 1],
    ['one to the right from the third', [...row.slice(0, 2), '', ...row.slice(2, -1)], 1],
    ['one to the left from the second: a code as a name', [...row.slice(1), ''], -1],
    ['one cell wrong only', withCell(4, '劳务派遣'), 0],
    ['one cell empty', withCell(2, ''), 0],
    ['all empty', row.map(() => ''), 0],
  ] as const)('%s', (_, cells, shift) => {
    expect(shiftOf(cells, columns)).toBe(shift);
  });
});
