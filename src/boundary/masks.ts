import type { MaskName } from './declaration.js';

/** What a mask does, once as SQL over a text expression and once in words. SQL is the only place a mask is applied. */
export interface Mask {
  sql(expression: string): string;
  readonly zh: string;
  readonly en: string;
}

/** The masks of the language. Length is hidden too: every name becomes its first character and two stars. */
export const masks: Readonly<Record<MaskName, Mask>> = {
  familyName: {
    sql: (expression) => `CASE WHEN ${expression} IS NULL THEN NULL ELSE left(${expression}, 1) || '**' END`,
    zh: '仅示姓氏',
    en: 'family name only',
  },
};
