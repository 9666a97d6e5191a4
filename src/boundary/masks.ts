/** What a mask does, once as SQL over a text expression and once in words. SQL is the only place a mask is applied. */
export interface Mask {
  sql(expression: string): string;
  readonly zh: string;
  readonly en: string;
}

export type MaskName = 'familyName' | 'lastFour';

/**
 * The masks of the language. Length is hidden too: every name becomes its first character (a star where there is none)
 * and two stars, every number four stars and its last four characters. A mask of a mask changes nothing: the view and
 * the plan both apply it. NULL stays NULL.
 */
export const masks: Readonly<Record<MaskName, Mask>> = {
  familyName: {
    sql: (expression) => `left(${expression} || '*', 1) || '**'`,
    zh: '仅示姓氏',
    en: 'family name only',
  },
  lastFour: {
    // Of a number of four characters or fewer nothing is shown: its last four would be all of it.
    sql: (expression) => `'****' || CASE WHEN length(${expression}) > 4 THEN right(${expression}, 4) ELSE '' END`,
    zh: '仅示末四位',
    en: 'last four characters only',
  },
};

/** Form of a digest; a cell that has it already stays as it is, so that the view and the plan may both make it. */
const digestForm = '^sha256:[0-9a-f]{64}$';

/**
 * A keyed digest of a text as SQL: `key` is an expression of the secret of the viewer's agency, kept outside the
 * database. The inner hash has a fixed length, so that no longer text can be made to give the digest of another.
 */
export function digestSql(expression: string, key: string): string {
  const bytes = (text: string): string => `convert_to(${text}, 'UTF8')`;
  return (
    `CASE WHEN ${expression} ~ '${digestForm}' THEN ${expression} ELSE 'sha256:' || ` +
    `encode(sha256(${bytes(key)} || sha256(${bytes(key)} || ${bytes(expression)})), 'hex') END`
  );
}
