import fc from 'fast-check';
import { AmbiguousText, RowCells } from '../../src/database/row-cells.js';
import { JsonBytes } from '../../src/planner/json-bytes.js';
import { asker } from '../boundary/hub-under-test.js';
import { visiblePermits } from '../boundary/judge.js';
import { makePair } from '../boundary/pairs.js';
import { plannerSide, type PlannerSide } from '../boundary/planner-sides.js';
import { Random } from '../boundary/random.js';

/** Texts that look like packing, or need escaping, more often than others. */
const hostile = fc.oneof(
  fc.constantFrom('', '\u001e', '\u001f', '\u001e\u001f', '1', '0', '"', '\\', '\u0001', '\u007f', '𠮷', '张\u001f三', 'é'),
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom('\u001e', '\u001f', 'a', '"', '津'), { maxLength: 6 }).map((parts) => parts.join('')),
);
const cell = fc.option(hostile, { nil: null });

/** As the database packs a row: `concat_ws` of cells and of the count of empty ones. */
function packed(cells: readonly (string | null)[]): string {
  return [...cells.map((one) => one ?? '\u001e'), String(cells.filter((one) => one === null).length)].join('\u001f');
}

test('a packed row is the row it was made of, or is known to be ambiguous', () => {
  let ambiguous = 0;
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      try {
        expect(RowCells.unpacked(packed(cells), cells.length).cells()).toEqual(cells);
      } catch (error) {
        if (!(error instanceof AmbiguousText)) throw error;
        ambiguous += 1;
        expect(cells.some((one) => one !== null && (one === '\u001e' || one.includes('\u001f')))).toBe(true);
      }
    }),
    { numRuns: 5_000 },
  );
  expect(ambiguous).toBeGreaterThan(0);
});

test('ordinary texts are never ambiguous', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: 'grapheme' }), { nil: null }), { minLength: 1 }), (cells) => {
      const plain = cells.map((one) => one?.replaceAll('\u001e', ' ').replaceAll('\u001f', ' ') ?? null);
      expect(RowCells.unpacked(packed(plain), plain.length).cells()).toEqual(plain);
    }),
  );
});

test('a cell becomes the same JSON string that JSON.stringify writes, in UTF-8', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      const row = RowCells.of(cells);
      const out = new JsonBytes();
      for (const [i, one] of cells.entries()) if (one !== null) out.quoted(row, i);
      expect(Buffer.compare(out.view(), Buffer.from(cells.filter((one) => one !== null).map((one) => JSON.stringify(one)).join('')))).toBe(0);
      expect(cells.map((_, i) => row.isEmpty(i))).toEqual(cells.map((one) => one === null));
    }),
    { numRuns: 5_000 },
  );
});

test('what was written stays whole when it grows, is copied and its memory is used again', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3_000 }), { maxLength: 60 }), (texts) => {
      const first = new JsonBytes();
      for (const text of texts) first.string(text);
      const whole = texts.map((text) => JSON.stringify(text)).join('');
      const second = new JsonBytes();
      second.copy(first);
      first.release();
      const third = new JsonBytes();
      third.json('x'.repeat(40_000));
      second.bytes(third.view());
      expect(Buffer.compare(second.view(), Buffer.from(whole + 'x'.repeat(40_000)))).toBe(0);
      second.release();
      third.release();
    }),
    { numRuns: 100 },
  );
});

describe('in the database', () => {
  let side: PlannerSide;
  beforeAll(async () => {
    side = await plannerSide();
  });
  afterAll(() => side.close());

  test('texts that look like packing are answered as they are', async () => {
    const who = asker('MUNI_HRSS');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000 }), fc.infiniteStream(hostile), async (seed, texts) => {
        const { one } = makePair(new Random(seed), who);
        const world = {
          ...one,
          permits: one.permits.map((permit) => {
            const { value } = texts.next() as { value: string };
            return { ...permit, document_no: `${permit.id}${value.replaceAll('\0', '')}` };
          }),
        };
        await side.load(world);
        const answer = await side.ask(who, { query: '{ permits(first: 100) { nodes { documentNo certificateNo item } } }', variables: {} }, 'any');
        const { data } = JSON.parse(answer.body) as { data: { permits: { nodes: { documentNo: string }[] } } };
        expect(data.permits.nodes.map(({ documentNo }) => documentNo)).toEqual(visiblePermits(who, world).map(({ document_no }) => document_no));
      }),
      { numRuns: 15 },
    );
  });
});
