import { readFileSync } from 'node:fs';
import traditional from 'opencc-js/dict/TSCharacters';

/*
 * Names as they are searched. This is the only place that decides which spellings are one: the rows of
 * hub.subject_name, the queries and the batches all pass through `foldedName`.
 */

/** Raised with every change of what this file computes: names folded by an older version are folded anew at the start. */
export const foldingVersion = 1;

/** Punctuation, symbols, blanks, and what cannot be seen (variation selectors too): writers differ in all of them. */
const unimportant = /[\p{P}\p{S}\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{DI}]/gu;

/**
 * Traditional character → simplified one. Characters, not OpenCC's phrases: what a character folds to must not depend on
 * its neighbours, else a part of a name would fold differently from the name.
 */
const simplified: ReadonlyMap<string, string> = new Map(
  traditional.split('|').map((pair) => {
    const [from = '', to = ''] = pair.split(' ');
    return [from, to];
  }),
);

/** Han characters in the order of CLDR's pinyin collation (`data/README.md`). This module runs as dist/src/subjects/names/. */
const pinyinOrder: ReadonlyMap<string, number> = new Map(
  Array.from(readFileSync(new URL('../../../../src/subjects/names/data/pinyin-order.txt', import.meta.url), 'utf8').replaceAll('\n', ''), (character, at) => [
    character,
    at,
  ]),
);

/** Names mostly are so already, and the rules below cost five times this test. */
const settledForm = /^[\u4E00-\u9FFF0-9A-Z]*$/;

/**
 * A name without what writers do differently: width (NFKC), brackets, blanks and punctuation, case, traditional forms.
 * Folding a folded name changes nothing. Empty where nothing of the text is left.
 */
export function foldedName(name: string): string {
  let folded = name;
  // Taking characters out can bring together what composes; more than three rounds were never seen.
  for (let before = ''; before !== folded; ) {
    before = folded;
    if (!settledForm.test(folded)) folded = folded.normalize('NFKC').replace(unimportant, '').toUpperCase();
    folded = Array.from(folded, (character) => simplified.get(character) ?? character).join('');
  }
  return folded;
}

/** First code of a Han character in a sort key: behind ASCII and the scripts of Europe, and below the surrogates. */
const firstHan = 0x1000;
/** First code of everything else: private planes, in the order of its own code. */
const firstOther = 0xe000;

/**
 * The key by which folded names are ordered as text compared bytewise (collation "C"): digits, Latin letters, then Han
 * characters by pinyin and strokes, character by character as dictionaries do (one of several readings stands under one
 * of them), then the rest.
 */
export function pinyinKey(folded: string): string {
  let key = '';
  for (const character of folded) {
    const code = character.codePointAt(0) ?? 0;
    const place = pinyinOrder.get(character);
    if (place !== undefined) key += String.fromCodePoint(firstHan + place);
    else key += code < firstHan ? character : String.fromCodePoint(firstOther) + character;
  }
  return key;
}

/**
 * The grams of a folded name, each once: every character with the one behind it, the last one alone. A character is found
 * as the beginning of a gram, a longer text by its pairs.
 */
export function gramsOf(folded: string): string[] {
  const characters = Array.from(folded);
  return [...new Set(characters.map((character, at) => character + (characters[at + 1] ?? '')))];
}

/** The pairs of neighbours in a folded text, each once; none of a single character. */
export function pairsOf(folded: string): string[] {
  return gramsOf(folded).filter((gram) => Array.from(gram).length === 2);
}
