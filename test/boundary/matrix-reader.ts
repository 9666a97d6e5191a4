/** schema/boundary.md as a reader understands it: what people check is what the tests compare the hub with. */

/** How a cell is shown by one right. */
export type Showing = 'full' | 'digest' | 'familyName' | 'lastFour' | 'withheld';

export interface MatrixRight {
  readonly shown: Showing;
  /** Codes of the purposes it is for; empty: for any. */
  readonly purposes: readonly string[];
  readonly otherwise: Showing;
}

export interface MatrixRelation {
  readonly type: string;
  readonly principal: string;
  readonly relation: string;
  /** Field group → right. */
  readonly sees: Readonly<Record<string, MatrixRight>>;
}

export interface MatrixOperation {
  readonly coordinates: readonly string[];
  readonly viewers: readonly string[];
  readonly purposes: readonly string[];
}

export interface Matrix {
  /** Coordinate of a record or part → its record type and field group. */
  readonly groups: ReadonlyMap<string, { readonly record: string; readonly group: string }>;
  readonly relations: readonly MatrixRelation[];
  readonly operations: readonly MatrixOperation[];
  readonly open: readonly string[];
}

/** Tables of a Markdown text: heading of level 2, header cells, rows. */
function* tables(text: string): Iterable<{ readonly heading: string; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }> {
  let heading = '';
  let lines: string[][] = [];
  for (const line of [...text.split('\n'), '']) {
    if (line.startsWith('## ')) heading = line.slice(3).trim();
    if (line.startsWith('|')) {
      lines.push(line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
    } else if (lines.length > 0) {
      const [header = [], , ...rows] = lines;
      yield { heading, header, rows };
      lines = [];
    }
  }
}

/** Names in backticks, those behind `Type:` with that type, the others with the given one. */
function coordinatesOf(cell: string, type: string): string[] {
  return cell.split(';').flatMap((part) => {
    const [, of = type] = /^\s*(\w+):/.exec(part) ?? [];
    return [...part.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => (name.includes('.') ? name : `${of}.${name}`));
  });
}

const showings: readonly (readonly [string, Showing])[] = [
  ['全部', 'full'], ['摘要', 'digest'], ['仅示姓氏', 'familyName'], ['仅示末四位', 'lastFour'], ['不提供', 'withheld'],
];

function showingOf(words: string): Showing {
  const found = showings.find(([word]) => words.startsWith(word));
  if (!found) throw new Error(`the matrix says of a cell what no reader knows: ${words}`);
  return found[1];
}

/** The Chinese words of a right: 全部（须声明用途…（CODE）…及案号）；否则仅示姓氏. */
function rightOf(cell: string): MatrixRight {
  const [words = ''] = cell.split(' · ');
  const [main = '', otherwise] = words.split('；否则');
  const shown = showingOf(main);
  if (main.includes('已到') || main.includes('未到')) throw new Error('a right with a date: give the rows of the test one, and the reader a word');
  return { shown, purposes: [...main.matchAll(/（([A-Z_]+)）/g)].map(([, code = '']) => code), otherwise: otherwise === undefined ? 'withheld' : showingOf(otherwise) };
}

export function readMatrix(text: string): Matrix {
  const groups = new Map<string, { record: string; group: string }>();
  const relations: MatrixRelation[] = [];
  const operations: MatrixOperation[] = [];
  const open: string[] = [];
  for (const { heading, header, rows } of tables(text)) {
    const [first = '', second = ''] = header;
    if (first.startsWith('字段组')) {
      for (const [group = '', , fields = ''] of rows) {
        for (const coordinate of coordinatesOf(fields, heading)) groups.set(coordinate, { record: heading, group: group.replaceAll('*', '') });
      }
    } else if (first.startsWith('谁') && second.startsWith('关系')) {
      const names = header.slice(2, -1);
      for (const [principal = '', relation = '', ...cells] of rows) {
        relations.push({ type: heading, principal, relation, sees: Object.fromEntries(names.map((group, i) => [group, rightOf(cells[i] ?? '')])) });
      }
    } else if (heading.startsWith('操作')) {
      for (const [fields = '', , viewers = '', purposes = ''] of rows) {
        operations.push({
          coordinates: coordinatesOf(fields, ''),
          viewers: [...viewers.matchAll(/([A-Z][A-Z_]+)(?=（|、|$)/g)].map(([code]) => code),
          purposes: [...purposes.split(' · ')[0]?.matchAll(/（([A-Z_]+)）/g) ?? []].map(([, code = '']) => code),
        });
      }
    } else if (heading.startsWith('公开词汇')) {
      for (const [fields = ''] of rows) open.push(...coordinatesOf(fields, ''));
    }
  }
  return { groups, relations, operations, open };
}
