import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { allClauses } from '../measures/clauses.js';

/** Files of one root that name each clause, by its id. */
export type Mentions = ReadonlyMap<string, readonly string[]>;

/** What the files under one folder name: known clauses, and ids that no clause bears. */
export interface Scan {
  readonly mentions: Mentions;
  readonly unknown: Mentions;
}

/** An id, also with its neighbours in short: behind a slash the next letter, behind a dash the last one of a range. */
const idPattern = /\b((?:XT|YZ|CK|SX|XM)-(?:A?\d+|A)(?:\.(?:\d+|all))*)([a-z](?![a-z\d]))?((?:\/[a-z](?![a-z\d]))+|–[a-z](?![a-z\d]))?/g;

/** The clause ids a text names, short forms written out. */
export function idsIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const match of text.matchAll(idPattern)) {
    const [whole, stem = '', letter = '', more = ''] = match;
    // A whole family (an id and an asterisk) carries out or proves none of its members.
    if (/^\.?\*/.test(text.slice(match.index + whole.length, match.index + whole.length + 2))) continue;
    found.add(stem + letter);
    const last = more.at(-1) ?? '';
    if (more.startsWith('/')) for (const other of more.slice(1).split('/')) found.add(stem + other);
    if (more.startsWith('–')) {
      for (let code = letter.charCodeAt(0) + 1; code <= last.charCodeAt(0); code += 1) found.add(stem + String.fromCharCode(code));
    }
  }
  return found;
}

/** Folders that name clauses without carrying them out or proving them. */
const left = ['src/measures/data/', 'test/bench/'];

/** Scans the TypeScript and YAML files under a folder of the project, without the data of the measures themselves. */
export async function scanFolder(project: string, folder: string): Promise<Scan> {
  const known = new Set(allClauses().map(({ id }) => id));
  const mentions = new Map<string, string[]>();
  const unknown = new Map<string, string[]>();
  const entries = await readdir(path.join(project, folder), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(ts|ya?ml)$/.test(entry.name))
    .map((entry) => path.relative(project, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !left.some((prefix) => file.startsWith(prefix)))
    .sort();
  for (const file of files) {
    for (const id of idsIn(await readFile(path.join(project, file), 'utf8'))) {
      const map = known.has(id) ? mentions : unknown;
      map.set(id, [...(map.get(id) ?? []), file]);
    }
  }
  return { mentions, unknown };
}
