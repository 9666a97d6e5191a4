import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/config.js';

/** The Chinese README says what the English one says: same commands, same tables, same numbers, headings in pairs. */

const project = fileURLToPath(new URL('../../..', import.meta.url));
const read = (name: string): string => readFileSync(path.join(project, name), 'utf8');
const english = read('README.md');
const chinese = read('README.zh-CN.md');

const blocks = (text: string): string[] => [...text.matchAll(/^```.*?^```$/gms)].map(([block]) => block);
const prose = (text: string): string => text.replace(/^```.*?^```$/gms, '');
const headings = (text: string): string[] => [...prose(text).matchAll(/^#+ .*$/gm)].map(([line]) => line);
const rows = (text: string): string[] => [...prose(text).matchAll(/^\|.*\|$/gm)].map(([line]) => line);
const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code).sort();
const numbers = (text: string): string[] => [...text.matchAll(/\d[\d,.]*\d|\d/g)].map(([number]) => number).sort();
const links = (text: string): string[] => [...prose(text).matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);

test('all code blocks are the same, in the same order', () => {
  expect(blocks(english).length).toBeGreaterThan(5);
  expect(blocks(chinese)).toEqual(blocks(english));
});

test('headings correspond: “English · 中文” here, “中文 · English” there', () => {
  const turned = headings(english).map((line) => line.replace(/^(#+) (.+) · (.+)$/, '$1 $3 · $2'));
  expect(headings(chinese)).toEqual(turned);
});

test('tables have the same rows, with the same code and the same numbers', () => {
  expect(rows(chinese)).toHaveLength(rows(english).length);
  rows(english).forEach((row, index) => {
    const other = rows(chinese)[index] ?? '';
    expect({ row, codes: codes(other), numbers: numbers(other) }).toEqual({ row, codes: codes(row), numbers: numbers(row) });
  });
});

test('sections use the same code words and link to the same pages, which exist', () => {
  const sections = (text: string): string[] => prose(text).split(/^#+ .*$/m);
  sections(english).forEach((section, index) => expect(codes(sections(chinese)[index] ?? '')).toEqual(codes(section)));
  const own = (name: string): string[] => links(name).filter((target) => !target.startsWith('README'));
  expect(own(chinese)).toEqual(own(english));
  for (const target of links(english)) expect(existsSync(path.join(project, target))).toBe(true);
});

test('every variable the configuration reads is in the table, and the table names no other', () => {
  const listed = rows(english).flatMap((row) => /^\| `([A-Z_]+)` \|/.exec(row)?.[1] ?? []).sort();
  const source = read('src/config.ts');
  const read_ = [...source.matchAll(/^ {2}([A-Z_]+): optional\(/gm)].map(([, name = '']) => name).filter((name) => name !== 'NODE_ENV');
  expect(listed).toEqual(read_.sort());
  expect(readConfig({})).toBeDefined();
});
