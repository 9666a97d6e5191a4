import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What judges answers. It must be able to contradict the boundary, so it may load nothing of it, however indirectly. */
const oracle = ['judge', 'expectation', 'feed-expectation', 'released', 'selection-tree', 'pairs', 'feed-pairs', 'world', 'random', 'operations', 'document-maker', 'question', 'question-maker', 'read-surface', 'viewers',
  '../credit/list-judge', '../credit/list-questions', '../credit/list-histories', '../credit/list-world',
];

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(here, '../..');

/** Modules of the project a compiled module loads, itself included; types are gone by now. */
async function loaded(file: string, seen = new Set<string>()): Promise<Set<string>> {
  const name = relative(dist, file).replace(/\.js$/, '');
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = await readFile(file, 'utf8');
  for (const [, from = ''] of text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) await loaded(join(dirname(file), from), seen);
  return seen;
}

/** Names are stored with their folded forms, which a world cannot be loaded without; they know nothing of rights. */
const loading = new Set(['src/database/column-arrays', 'src/subjects/names/subject-names', 'src/subjects/names/folded-name']);

test.each(oracle)('%s loads nothing of the boundary, the planner or the feed: of the sources only what the measures say', async (name) => {
  const modules = [...(await loaded(join(here, `${name}.js`)))];
  expect(modules).toContain(join('test/boundary', name));
  expect(modules.filter((module) => module.startsWith('src/') && !module.startsWith('src/measures/') && !loading.has(module))).toEqual([]);
});
