// Most cells are so already, and NFKC costs ten times this test.
const plain = /^[0-9A-Z/-]*$/;

/** Blanks, zero-width characters and marks of writing direction: none is part of a code, all come with copied cells. */
const invisible = /[\s\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/gu;

/** Cells that mean "nothing", after normalising. Zeros alone are no code of any scheme. */
const emptyMarks: ReadonlySet<string> = new Set(['', '无', '/', '-', '--', 'NULL', '00000000000000000X']);

/** A code as it is compared and stored: half-width (NFKC), without blanks and zero-width characters, upper case. */
export function normaliseCode(text: string): string {
  if (plain.test(text)) return text;
  return text.normalize('NFKC').replace(invisible, '').toUpperCase();
}

/** A code normalised, null where the cell says in some form that there is none. */
export function normaliseIdentifier(text: string): string | null {
  const code = normaliseCode(text);
  return emptyMarks.has(code) || /^0+$/.test(code) ? null : code;
}

/**
 * Whether a normalised value is filler that somebody typed to get past a mandatory field: one character over and over,
 * whatever the last one, or a run of the keyboard. Such a value stands with many subjects and identifies none.
 */
export function isFiller(value: string): boolean {
  return /^(.)\1*.?$/u.test(value) || '12345678901234567890'.startsWith(value) || /^123456789/.test(value);
}
