import { standingOf, termValue, type Viewer } from '../access/viewer.js';
import type { BoundaryPolicy } from './policy.js';
import { viewerColumns } from './row-conditions.js';

/** What a viewer may see of a type, said with every answer: computed from the declaration and the viewer only. */
export interface ScopeNote {
  /** Response key of the root field. */
  readonly path: string;
  readonly type: string;
  readonly relations: readonly {
    readonly relation: string;
    readonly zh: string;
    readonly en: string;
    readonly rows: readonly string[];
    readonly clauses: readonly string[];
    /** The viewer's own values the rows are matched with, for example its district. */
    readonly viewer: Readonly<Record<string, string>>;
  }[];
}

export function scopeNote(policy: BoundaryPolicy, viewer: Viewer, path: string, type: string): ScopeNote {
  return {
    path,
    type,
    relations: policy.branches(standingOf(viewer), type).flatMap((branch) =>
      branch.relations.map(({ relation, zh, en, rows, clauses }) => ({
        relation,
        zh,
        en,
        rows,
        clauses,
        viewer: Object.fromEntries(viewerColumns(branch).map((term) => [term, termValue(viewer, term)])),
      })),
    ),
  };
}
