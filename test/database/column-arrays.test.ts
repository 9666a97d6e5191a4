import fc from 'fast-check';
import { columnArrays, unnestSql, type SqlColumn } from '../../src/database/column-arrays.js';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';

interface Row {
  readonly text: string | null;
  readonly count: number | null;
}

const columns: readonly SqlColumn<Row>[] = [
  { name: 'text', type: 'text', value: ({ text }) => text },
  { name: 'count', type: 'int', value: ({ count }) => count },
];

describe('columns as arrays', () => {
  let database: HubDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  test('any rows arrive as they are: quotes, backslashes, braces, NULL and the word NULL', async () => {
    // PostgreSQL text holds no NUL; a lone surrogate is no character.
    const character = fc.oneof(fc.constantFrom('"', '\\', '{', '}', ',', ' ', '\n', "'"), fc.string({ unit: 'grapheme', maxLength: 1 }));
    const text = fc.oneof(fc.constantFrom('NULL', '', '{}'), fc.array(character, { maxLength: 8 }).map((parts) => parts.join('').replaceAll('\0', '')));
    const row = fc.record({ text: fc.option(text), count: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })) });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
        const { rows: arrived } = await database
          .pool()
          .query<Row>(`SELECT text, count FROM ${unnestSql(columns)} WITH ORDINALITY AS r(text, count, n) ORDER BY n`, columnArrays(columns, rows));
        expect(arrived).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });
});
