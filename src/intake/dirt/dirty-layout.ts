import { generatedRow, nationalLayout, randomOf, type GeneratorOptions } from '../generator.js';
import { dirtKinds, type Cells } from './dirt-kinds.js';
import type { GeneratedLine } from './generated-file.js';

type Rates<K extends string> = readonly (readonly [name: K, rate: number])[];

/** Rows that are no data, as rates of rows behind which one stands. */
const between: Rates<'blank' | 'blankCells' | 'explanation' | 'instructions' | 'header'> = [
  ['blank', 0.002],
  ['blankCells', 0.001],
  ['explanation', 0.001],
  ['instructions', 0.0005],
  ['header', 0.001],
];

/** Rows whose cells are not under their headers. */
const misplaced: Rates<'extraCell' | 'shiftedRight' | 'shiftedLeft'> = [
  ['extraCell', 0.004],
  ['shiftedRight', 0.003],
  ['shiftedLeft', 0.002],
];

/** Rows that name a document of an earlier row: the same again, spelled otherwise, or changed. */
const repeated: Rates<'exact' | 'respelled' | 'changed'> = [
  ['exact', 0.02],
  ['respelled', 0.01],
  ['changed', 0.02],
];

const crlf = 0.01;

/** Purpose of this sequence of random numbers: the others make the clean rows. */
const dirtPurpose = 7;

/**
 * The national layout with every known kind of dirt, line by line: `rows` data rows at the rates stated here and in
 * `dirt-kinds.ts`, an explanation before the header and other lines that are no data between. Same options, same lines;
 * a longer file begins with the shorter one.
 */
export async function* generateDirtyLayout({ rows, seed, at }: GeneratorOptions): AsyncGenerator<GeneratedLine> {
  const { fields, headers } = await nationalLayout();
  const line = (cells: readonly string[], ending: GeneratedLine['ending'] = '\n'): GeneratedLine => ({ cells, ending });
  yield line(['表格说明：1.请勿修改表头；2.日期按 YYYY/MM/DD 填写', ...headers.slice(1).map(() => '')]);
  yield line(headers);
  for (let index = 0; index < rows; index += 1) {
    const draw = randomOf(seed, dirtPurpose, index);
    const cells = dirtyRow(index, seed, at, draw);
    const listed = fields.map((field) => cells[field] ?? '');
    yield line(displaced(listed, fields, draw), draw() < crlf ? '\r\n' : '\n');
    const extra = noData(headers, draw);
    if (extra) yield line(extra);
  }
}

function dirtyRow(index: number, seed: number, at: string, draw: () => number): Cells {
  const repeat = index === 0 ? null : oneOf(repeated, draw);
  const row = generatedRow(repeat === null ? index : Math.floor(draw() * index), seed, at);
  if (repeat === 'changed') return { ...row, content: `${row['content'] ?? ''}（第${index}行变更）` };
  if (repeat === 'respelled') return { ...row, ...dirtKinds['olderCodes']?.cells(row, draw), ...dirtKinds['lowerCaseCode']?.cells(row, draw) };
  if (repeat === 'exact') return row;
  let share = draw();
  for (const kind of Object.values(dirtKinds)) {
    if (share < kind.rate) return { ...row, ...kind.cells(row, draw) };
    share -= kind.rate;
  }
  return row;
}

function displaced(cells: readonly string[], fields: readonly string[], draw: () => number): readonly string[] {
  switch (oneOf(misplaced, draw)) {
    case 'extraCell':
      return [...cells.slice(0, 1), '分公司', ...cells.slice(1)];
    case 'shiftedRight':
      return ['', ...cells.slice(0, -1)];
    case 'shiftedLeft': {
      const from = fields.indexOf('documentTitle');
      return [...cells.slice(0, from), ...cells.slice(from + 1), ''];
    }
    case null:
      return cells;
  }
}

function noData(headers: readonly string[], draw: () => number): readonly string[] | null {
  const kind = oneOf(between, draw);
  switch (kind) {
    case null:
      return null;
    case 'blank':
      return [''];
    case 'blankCells':
      return headers.map(() => '');
    case 'explanation':
      return ['填表说明', ...headers.slice(1).map(() => '')];
    case 'instructions':
      return headers.map((_, column) => (column % 2 === 0 ? '必填，请按标准填写' : '选填'));
    case 'header':
      return headers;
  }
}

/** Draws one of the named shares, or null for the rest. */
function oneOf<K extends string>(rates: Rates<K>, draw: () => number): K | null {
  let share = draw();
  for (const [name, rate] of rates) {
    if (share < rate) return name;
    share -= rate;
  }
  return null;
}
