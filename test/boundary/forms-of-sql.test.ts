import { cellSql, forStanding, isFull, type Cell, type CellSource } from '../../src/boundary/cell.js';
import { after, digest, forPurpose, full, masked, oneOf, open, reached, until, viewer } from '../../src/boundary/declaration.js';
import { digestSql, masks } from '../../src/boundary/masks.js';
import { columnOf, conditionsSql, dayConditionSql, literal, viewerColumns, type RowScope } from '../../src/boundary/row-conditions.js';
import type { Table } from '../../src/database/tables.js';

/** The SQL the language compiles to, form by form, letter by letter. */

const column = (property: string): string => `r.${property}`;
const term = (name: string): string => `$${name}`;

test('the words of the language stand for their objects', () => {
  expect(viewer).toEqual({ agency: { viewer: 'agency' }, district: { viewer: 'district' } });
  expect([oneOf('a', 'b'), reached, open]).toEqual([{ oneOf: ['a', 'b'] }, { day: 'reached' }, { day: 'open' }]);
  expect([full, digest, masked('lastFour')]).toEqual([{ shown: 'full' }, { shown: 'digest' }, { shown: { mask: 'lastFour' } }]);
  expect(forPurpose(['AUDIT'], full)).toEqual({ shown: 'full', purposes: ['AUDIT'] });
  expect(forPurpose(['AUDIT'], full, masked('familyName'))).toEqual({ shown: 'full', purposes: ['AUDIT'], otherwise: { mask: 'familyName' } });
  expect(after('validTo', full, digest)).toEqual({ shown: 'full', when: { property: 'validTo', day: 'reached' }, otherwise: 'digest' });
  expect(until('validTo', digest)).toEqual({ shown: 'digest', when: { property: 'validTo', day: 'open' } });
  for (const otherwise of [forPurpose(['AUDIT'], full), after('validTo', full)]) {
    expect(() => forPurpose(['AUDIT'], full, otherwise)).toThrow('Boundary: what is shown otherwise has no conditions of its own');
  }
});

test('row conditions: equality with the viewer, one code, several codes, dates, purposes, joined by AND', () => {
  const scope: RowScope = {
    where: [
      { property: 'a', equals: 'agency' }, { property: 'b', oneOf: ['x'] }, { property: 'c', oneOf: ['x', "O'y"] },
      { property: 'd', day: 'reached' }, { property: 'e', day: 'open' }, { property: 'f', equals: 'district' }, { property: 'g', equals: 'agency' },
    ],
    purposes: ['AUDIT', 'SUPERVISION'],
  };
  expect(conditionsSql(scope, column, term)).toBe(
    `r.a = $agency AND r.b = 'x' AND r.c IN ('x', 'O''y') AND r.d::date <= $today::date AND (r.e IS NULL OR r.e::date > $today::date) ` +
      `AND r.f = $district AND r.g = $agency AND $purpose IN ('AUDIT', 'SUPERVISION')`,
  );
  expect(conditionsSql({ where: [], purposes: ['AUDIT'] }, column, term)).toBe(`$purpose = 'AUDIT'`);
  expect(conditionsSql({ where: [{ property: 'a', equals: 'agency' }], purposes: null }, column, term)).toBe('r.a = $agency');
  expect(viewerColumns(scope)).toEqual(['agency', 'district']);
  expect([dayConditionSql('x', 'reached', term), dayConditionSql('x', 'open', term)]).toEqual(['x::date <= $today::date', '(x IS NULL OR x::date > $today::date)']);
  expect(literal("a'b''c")).toBe("'a''b''''c'");
});

test('a property without a column is a mistake of the declaration, named', () => {
  const table: Table = {
    type: 'T', name: 'hub.t', primaryKey: 'id', toOne: new Map(), toMany: new Map(),
    columns: new Map([['a', { column: 'a_column', type: 'text', encoding: 'string' }]]),
  };
  expect(columnOf(table, 'a')).toBe('a_column');
  expect(() => columnOf(table, 'b')).toThrow("Boundary: T has no column for property 'b'");
});

const source = (type = 'text'): CellSource => ({ expression: 'r.x', type, column, term });

test('cells: in full, withheld, masked, digested, by purpose, by date, by both', () => {
  expect(cellSql(null, source())).toBe('NULL::text');
  expect(cellSql(null, source('date'))).toBe('NULL::date');
  expect(cellSql(full, source('date'))).toBe('r.x');
  expect(cellSql(masked('familyName'), source())).toBe(`left(r.x || '*', 1) || '**'`);
  expect(cellSql(masked('lastFour'), source())).toBe(`'****' || CASE WHEN length(r.x) > 4 THEN right(r.x, 4) ELSE '' END`);
  expect(cellSql(digest, source())).toBe(digestSql('r.x', '$digestKey'));
  expect(cellSql(forPurpose(['AUDIT', 'SUPERVISION'], full), source())).toBe(`CASE WHEN $purpose IN ('AUDIT', 'SUPERVISION') THEN r.x ELSE NULL::text END`);
  expect(cellSql(forPurpose(['AUDIT'], full, masked('familyName')), source())).toBe(`CASE WHEN $purpose IN ('AUDIT') THEN r.x ELSE left(r.x || '*', 1) || '**' END`);
  expect(cellSql(after('d', full), source('integer'))).toBe('CASE WHEN r.d::date <= $today::date THEN r.x ELSE NULL::integer END');
  expect(cellSql({ ...until('d', full), purposes: ['AUDIT'], otherwise: 'full' }, source())).toBe(
    `CASE WHEN $purpose IN ('AUDIT') AND (r.d IS NULL OR r.d::date > $today::date) THEN r.x ELSE r.x END`,
  );
  for (const cell of [masked('familyName'), digest, forPurpose(['AUDIT'], full, digest)]) {
    expect(() => cellSql(cell, source('date'))).toThrow('Boundary: r.x is date; only texts are masked or digested');
  }
});

test('a digest is keyed twice, of a form that tells it from a text, and a digest of a digest is itself', () => {
  expect(digestSql('x', 'k')).toBe(
    `CASE WHEN x ~ '^sha256:[0-9a-f]{64}$' THEN x ELSE 'sha256:' || encode(sha256(convert_to(k, 'UTF8') || sha256(convert_to(k, 'UTF8') || convert_to(x, 'UTF8'))), 'hex') END`,
  );
});

test('masks are named in both languages', () => {
  expect(Object.entries(masks).map(([name, { zh, en }]) => [name, zh, en])).toEqual([['familyName', '仅示姓氏', 'family name only'], ['lastFour', '仅示末四位', 'last four characters only']]);
});

test('read in full, so that a filter on it tells nothing: only without condition', () => {
  const cells: readonly (readonly [Cell, boolean])[] = [
    [full, true], [null, false], [digest, false], [masked('familyName'), false], [forPurpose(['AUDIT'], full), false], [after('d', full), false],
  ];
  for (const [cell, expected] of cells) expect([cell, isFull(cell)]).toEqual([cell, expected]);
});

test('for a standing the purpose is decided and the date remains', () => {
  expect(forStanding(null, 'AUDIT')).toBeNull();
  expect(forStanding(full, null)).toEqual(full);
  expect(forStanding(after('d', full, digest), null)).toEqual(after('d', full, digest));
  const both: Cell = { ...after('d', full), purposes: ['AUDIT'], otherwise: { mask: 'familyName' } };
  expect(forStanding(both, 'AUDIT')).toEqual({ ...after('d', full), otherwise: { mask: 'familyName' } });
  expect(forStanding(both, 'SUPERVISION')).toEqual({ shown: { mask: 'familyName' } });
  expect(forStanding(both, null)).toEqual({ shown: { mask: 'familyName' } });
  expect(forStanding(forPurpose(['AUDIT'], full), 'SUPERVISION')).toBeNull();
});
