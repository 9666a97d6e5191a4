import type { Viewer } from '../access/viewer.js';
import { termValue } from '../access/viewer.js';
import type { Term } from '../boundary/row-conditions.js';
import type { ArgumentReader } from './arguments.js';
import type { Variables } from './selection.js';

/** Where a bound value comes from when the operation runs. */
export type ValueSource =
  | { readonly from: 'viewer'; readonly term: Term }
  | { readonly from: 'argument'; readonly reader: ArgumentReader }
  | { readonly from: 'call'; readonly read: (viewer: Viewer, variables: Variables) => string | null };

/** Collects the parameters of a statement; each carries its SQL type, so that nothing is left to inference. */
export class Parameters {
  readonly sources: ValueSource[] = [];

  add(source: ValueSource, type: string): string {
    const known = this.sources.findIndex((other) => other === source || (source.from === 'viewer' && other.from === 'viewer' && other.term === source.term));
    const index = known >= 0 ? known : this.sources.push(source) - 1;
    return `$${index + 1}::${type}`;
  }
}

/** The values of one call, in wire text form. */
export function bind(sources: readonly ValueSource[], viewer: Viewer, variables: Variables): (string | null)[] {
  return sources.map((source) => {
    if (source.from === 'viewer') return termValue(viewer, source.term);
    if (source.from === 'call') return source.read(viewer, variables);
    return wireText(source.reader(variables));
  });
}

/** A value of GraphQL as the wire protocol's text. */
function wireText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** A list as PostgreSQL writes an array. */
export function textArray(values: unknown): string {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  return `{${list.map((value) => `"${(wireText(value) ?? '').replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
