import { clauseOf } from '../measures/clauses.js';
import { rulingOf } from '../measures/rulings.js';

/** A clause or ruling in words, as a declaration cites it. */
export interface CitedClause {
  readonly id: string;
  /** Where in its document it stands; null for a ruling. */
  readonly place: string | null;
  /** The operative words; null for a ruling, which is written in English. */
  readonly textZh: string | null;
  readonly textEn: string;
}

/** The words of a clause or ruling. Throws for an id that is neither: a declaration cites what nobody can read. */
export function citedClause(id: string): CitedClause {
  const clause = clauseOf(id);
  if (clause) return { id, place: clause.place, textZh: clause.textZh, textEn: clause.textEn };
  const ruling = rulingOf(id);
  if (!ruling) throw new Error(`Boundary: no clause or ruling ${id}`);
  return { id, place: null, textZh: null, textEn: `${ruling.title}: ${ruling.ruling}` };
}

/** Longest quotations, in characters; the words go on in `clause(id:)`. English takes about twice the room. */
const longestQuotation = 90;
const longestEnglish = 200;

/** A clause or ruling as one line of a document: its id, its words as a quotation, its meaning in English. */
export function quotation(id: string): string {
  const { textZh, textEn } = citedClause(id);
  const english = shortened(textEn, longestEnglish);
  return textZh === null ? `**${id}** ${english}` : `**${id}** 「${shortened(textZh)}」 ${english}`;
}

/** The words up to the end of the first sentences that fit, else cut at a comma or hard, with an ellipsis. */
export function shortened(text: string, longest: number = longestQuotation): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= longest) return line;
  const head = line.slice(0, longest);
  const sentence = Math.max(...['。', '；', '; ', '. '].map((mark) => head.lastIndexOf(mark)));
  const comma = Math.max(...['，', ', ', '、', '…'].map((mark) => head.lastIndexOf(mark)));
  const end = sentence >= longest / 3 ? sentence : comma >= longest / 3 ? comma : longest - 1;
  return `${line.slice(0, end + (sentence >= longest / 3 ? 1 : 0)).trimEnd()}…`;
}
