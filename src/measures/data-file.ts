import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** Data that nobody can change: what a registry hands out is shared by all who ask. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

// This module runs as dist/src/measures/data-file.js; the YAML files stay with the sources, three folders up.
const folder = new URL('../../../src/measures/data/', import.meta.url);

/**
 * One YAML file of `src/measures/data`, read and checked at the first call and kept frozen. Not at import: the clauses
 * cost the YAML parser 0.1 to 0.7 s, which a start does not need. Reading is synchronous so that whoever asks may be,
 * too. The returned function throws an Error that names the file and what is wrong with it.
 */
export function dataFile<S extends z.ZodType>(name: string, schema: S): () => Frozen<z.output<S>> {
  let loaded: { readonly value: Frozen<z.output<S>> } | null = null;
  return () => (loaded ??= { value: load(name, schema) }).value;
}

function load<S extends z.ZodType>(name: string, schema: S): Frozen<z.output<S>> {
  const result = schema.safeParse(parse(readFileSync(new URL(name, folder), 'utf8')));
  if (!result.success) {
    throw new Error(`规则数据 ${name} 不符合格式 · The data file ${name} does not follow its schema:\n${z.prettifyError(result.error)}`);
  }
  return frozen(result.data);
}

function frozen<T>(value: T): Frozen<T>;
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** An index of a list by one of its members, made at the first call. Throws when two entries share a key. */
export function index<T, K>(list: () => readonly T[], key: (entry: T) => K): () => ReadonlyMap<K, T> {
  let made: ReadonlyMap<K, T> | null = null;
  return () => {
    if (made) return made;
    const map = new Map(list().map((entry) => [key(entry), entry]));
    if (map.size !== list().length) throw new Error('规则数据有重复的编号 · Two entries of a data file share one id.');
    return (made = map);
  };
}
