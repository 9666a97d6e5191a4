import type { Question } from './question.js';

/** A selection as a tree; printed as GraphQL and evaluated by hand. */
export type Selection = FieldSelection | SpreadSelection;

export interface FieldSelection {
  readonly form: 'field';
  readonly key: string;
  readonly name: string;
  readonly arguments?: string;
  /** What a connection below asks for; its key is its own, so that no two of them merge. */
  readonly asked?: Question;
  readonly condition: Condition | null;
  readonly below: readonly Selection[] | null;
}

export interface SpreadSelection {
  readonly form: 'spread';
  readonly on: string;
  /** Name of a fragment definition, or null for an inline fragment. */
  readonly fragment: string | null;
  readonly condition: Condition | null;
  readonly below: readonly Selection[];
}

export interface Condition {
  readonly directive: 'skip' | 'include';
  readonly value: boolean;
  readonly variable: string | null;
}

/** A field to answer: its schema name and what is selected below it. */
export interface Expected {
  readonly name: string;
  readonly below: readonly Selection[];
  readonly asked?: Question;
}

export function applies(condition: Condition | null): boolean {
  return condition === null || (condition.directive === 'include') === condition.value;
}

/**
 * Fields by response key in order of first appearance, with the sub-selections of equal keys put together. Of a record
 * behind an interface, `type` tells which fragments apply to it: those on its type and on the interface.
 */
export function collect(selections: readonly Selection[], type: string | null = null): Map<string, Expected> {
  const fields = new Map<string, Expected>();
  const visit = (at: readonly Selection[]): void => {
    for (const selection of at) {
      if (!applies(selection.condition)) continue;
      if (selection.form === 'spread') {
        if (type === null || selection.on === type || selection.on === 'Node') visit(selection.below);
        continue;
      }
      const below = fields.get(selection.key)?.below ?? [];
      const { key, name, asked } = selection;
      fields.set(key, { name, below: [...below, ...(selection.below ?? [])], ...(asked ? { asked } : {}) });
    }
  };
  visit(selections);
  return fields;
}
