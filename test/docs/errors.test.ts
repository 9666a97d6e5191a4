import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodesOf } from './error-codes.js';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const pages = path.join(project, 'docs/errors');

const used = errorCodesOf(path.join(project, 'src'));
const described = readdirSync(pages).map((name) => name.replace(/\.md$/, ''));
const index = readFileSync(path.join(project, 'docs/errors.md'), 'utf8');

test('every code of the sources has a page, and every page is about a code of the sources', () => {
  expect(used.size).toBeGreaterThan(40);
  expect([...used].filter(([code]) => !described.includes(code))).toEqual([]);
  expect(described.filter((code) => !used.has(code))).toEqual([]);
});

test('the index names every page once, and nothing else', () => {
  const listed = [...index.matchAll(/\]\(errors\/([A-Z0-9_]+)\.md\)/g)].map(([, code]) => code);
  expect([...listed].sort()).toEqual([...described].sort());
});

test.each(described)('%s: meaning, cause, next step and example, in both languages', (code) => {
  const text = readFileSync(path.join(pages, `${code}.md`), 'utf8');
  expect(text.startsWith(`# ${code}\n`)).toBe(true);
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(sections).toEqual(['含义 · Meaning', '原因 · Cause', '下一步 · Next step', '示例 · Example']);
  for (const section of text.split(/^## .+$/m).slice(1, 4)) {
    expect(section).toMatch(/[一-龥]{2}/); // Chinese
    // English: a paragraph of its own.
    expect(section.trim().split('\n\n').some((paragraph) => /^[^一-龥]*[a-z]{2}[^一-龥]*$/.test(paragraph))).toBe(true);
  }
  for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) expect(existsSync(path.join(pages, target))).toBe(true);
});
