import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { byteRange } from '../../src/export/byte-range.js';
import { recordWriter, type ExportNode } from '../../src/export/export-format.js';

const columns = [
  { path: ['documentNo'], json: false },
  { path: ['holder', 'name'], json: false },
  { path: ['part'], json: false },
  { path: ['actions'], json: true },
];

/** Texts that a spreadsheet, a quoting rule or an encoding might trip over. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((value) => !/\p{Cs}/u.test(value)),
  fc.tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＠', "'", '"', ',', ' ', ''), fc.string({ unit: 'grapheme' })).map((parts) => parts.join('')),
  fc.constantFrom('', "'", '""', '\r\n', '=cmd|\' /C calc\'!A0', '人力,资源"社保"'),
);

const node: fc.Arbitrary<ExportNode> = fc.record({
  documentNo: fc.option(text),
  holder: fc.option(fc.record({ name: fc.option(text) })),
  part: fc.option(fc.integer()),
  actions: fc.array(fc.record({ action: text })),
});

/** What a reader by our recipe gets of a cell: it takes one leading apostrophe away. */
const unguarded = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell);

test('any records as CSV: a standard reader finds the same cells, and none a spreadsheet would take for a formula', () => {
  const writer = recordWriter('CSV', columns);
  fc.assert(
    fc.property(fc.array(node, { maxLength: 8 }), (nodes) => {
      const file = Buffer.from(`${writer.head}${writer.write(nodes)}`);
      expect([...file.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
      const [head, ...rows]: string[][] = parse(file, { bom: true, record_delimiter: '\r\n' });
      expect(head).toEqual(['documentNo', 'holder.name', 'part', 'actions']);
      expect(rows).toHaveLength(nodes.length);
      for (const [at, row] of rows.entries()) {
        const { documentNo, holder, part, actions } = nodes[at] as { documentNo: string | null; holder: { name: string | null } | null; part: number | null; actions: unknown };
        const [number = '', name = '', of = '', list = ''] = row;
        expect([unguarded(number), unguarded(name), of, JSON.parse(list)]).toEqual([documentNo ?? '', holder?.name ?? '', part === null ? '' : String(part), actions]);
        for (const cell of [number, name, list]) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('an empty text and no text are told apart, numbers stand bare', () => {
  const writer = recordWriter('CSV', columns);
  expect(writer.write([{ documentNo: '', holder: { name: null }, part: -5, actions: [] }, { documentNo: '-5', holder: null, part: null, actions: null }])).toBe('"",,-5,"[]"\r\n"\'-5",,,\r\n');
});

test('any records as NDJSON: one line each, the node as it was', () => {
  const writer = recordWriter('NDJSON', columns);
  fc.assert(
    fc.property(fc.array(node), (nodes) => {
      const lines = `${writer.head}${writer.write(nodes)}`.split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(nodes);
    }),
  );
});

test('byte ranges: one range of bytes is served, what may be ignored is, and what lies behind the end is none', () => {
  const cases: readonly (readonly [string | undefined, unknown])[] = [
    [undefined, null], ['bytes=0-', { start: 0, end: 10 }], ['bytes=3-5', { start: 3, end: 6 }], ['bytes=3-99', { start: 3, end: 10 }], ['bytes=9-9', { start: 9, end: 10 }],
    ['bytes=-4', { start: 6, end: 10 }], ['bytes=-99', { start: 0, end: 10 }], ['bytes=-0', 'none'], ['bytes=10-', 'none'], ['bytes=99-100', 'none'],
    ['bytes=5-3', null], ['bytes=-', null], ['bytes=0-1,3-4', null], ['lines=0-1', null], ['bytes=a-b', null], ['', null],
  ];
  for (const [header, expected] of cases) expect([header, byteRange(header, 10)]).toEqual([header, expected]);
  expect(byteRange('bytes=0-', 0)).toBe('none');
});
