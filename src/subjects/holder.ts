import { isFiller } from './identifiers/normalise.js';
import { isPersonal, openSchemes, personalSchemes, type Identifier, type IdentifierScheme } from './identifiers/schemes.js';

export type SubjectKind = 'ORGANISATION' | 'HOUSEHOLD_BUSINESS' | 'NATURAL_PERSON';

/** The holder or applicant a row names. */
export interface HolderRecord {
  readonly kind: SubjectKind;
  readonly name: string;
  readonly uscc: string | null;
  /** Set exactly when `uscc` is null: the scheme in which `identifier` is unique, for example that of the document. */
  readonly identifierScheme: string | null;
  readonly identifier: string | null;
  /** Further identifiers, valid and normalised. Personal ones are the holder's own, so only a natural person has them. */
  readonly identifiers?: readonly Identifier[];
}

/** The document that names a holder. Order of documents: date, number, part. */
export interface NamingDocument {
  readonly identifierScheme: string;
  readonly documentNo: string;
  readonly documentPart: number;
  /** `YYYY-MM-DD`. */
  readonly decidedOn: string;
}

/** A holder as a document names it: among several, the newest document has the word on name and kind. */
export interface HolderMention {
  readonly holder: HolderRecord;
  /** The naming decision; null for an application, which never renames. */
  readonly document: NamingDocument | null;
}

/** What a holder is matched by. Exactly one thing decides, the strongest one given. */
export interface MatchKey {
  /** USCC; an identifier scheme; OWN for the row's own scheme, in which a holder is at home with its document. */
  readonly by: 'USCC' | 'OWN' | IdentifierScheme;
  readonly scheme: string;
  readonly value: string;
  /** The name that must agree too, in the form of `comparableName`; null where the value alone decides. */
  readonly name: string | null;
}

/**
 * What a holder is matched by: credit code, else organisation code; both identify by construction. Else an
 * identity number of a natural person or a registration number, together with the name: a number that two names use is
 * shared or mistyped, and whom it means is for people to decide. Else nothing but its own document. Never by a name
 * alone, an empty value or a filler.
 */
export function matchKeyOf(holder: HolderRecord): MatchKey {
  const { uscc, identifierScheme, identifier } = holder;
  if (uscc !== null) return { by: 'USCC', scheme: 'USCC', value: uscc, name: null };
  const schemes: readonly IdentifierScheme[] = holder.kind === 'NATURAL_PERSON' ? personalSchemes : openSchemes;
  const usable = identifiersOf(holder);
  for (const scheme of schemes) {
    const found = usable.find((candidate) => candidate.scheme === scheme);
    if (!found) continue;
    return { by: scheme, scheme, value: found.value, name: scheme === 'ORGANISATION_CODE' ? null : comparableName(holder.name) };
  }
  return { by: 'OWN', scheme: identifierScheme ?? '', value: identifier ?? '', name: null };
}

/**
 * The identifiers a holder can be known by: open ones of an organisation or household, personal ones of a natural
 * person, no fillers. Of a holder with a credit code the organisation code is part of that.
 */
export function identifiersOf({ kind, uscc, identifiers = [] }: HolderRecord): readonly Identifier[] {
  return identifiers.filter(
    (identifier) =>
      isPersonal(identifier) === (kind === 'NATURAL_PERSON') &&
      !isFiller(identifier.value) &&
      !(uscc !== null && identifier.scheme === 'ORGANISATION_CODE'),
  );
}

/** The key under which `resolveSubjects` answers for a holder. Holds personal values: for look-ups in memory only. */
export function subjectKey(holder: HolderRecord): string {
  const { by, scheme, value, name } = matchKeyOf(holder);
  return [by, scheme, value, name ?? ''].join('\n');
}

/** A name without what writers do differently: width, blanks, brackets, dots. */
export function comparableName(name: string): string {
  return name.normalize('NFKC').replace(/[\p{P}\p{S}\p{Z}\p{Cf}]/gu, '').toUpperCase();
}

/** Whether a document is newer than another; any document is newer than none. */
export function isNewer(document: NamingDocument | null, other: NamingDocument | null): boolean {
  if (!document || !other) return document !== null;
  if (document.decidedOn !== other.decidedOn) return document.decidedOn > other.decidedOn;
  if (document.documentNo !== other.documentNo) return Buffer.compare(Buffer.from(document.documentNo), Buffer.from(other.documentNo)) > 0;
  return document.documentPart > other.documentPart;
}
