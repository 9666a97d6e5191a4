import type { MaskName } from './declaration.js';

/** What a mask does, once as SQL over a text expression and once in words. SQL is the only place a mask is applied. */
export interface Mask {
  sql(expression: string): string;
  readonly zh: string;
  readonly en: string;
}

/**
 * The masks of the language. Length is hidden too: every name becomes its first character (a star where there is none)
 * and two stars. A mask of a mask changes nothing: the view and the plan both apply it. NULL stays NULL.
 */
export const masks: Readonly<Record<MaskName, Mask>> = {
  familyName: {
    sql: (expression) => `left(${expression} || '*', 1) || '**'`,
    zh: '仅示姓氏',
    en: 'family name only',
  },
};
