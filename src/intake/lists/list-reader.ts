import { createHash } from 'node:crypto';
import type { AgencyRecord } from '../../measures/agencies.js';
import { isLegalDate } from '../../measures/clock.js';
import { isCreditCode } from '../../subjects/identifiers/credit-code.js';
import { unlimited } from '../cell-parsers.js';
import { isDoubt, type Finding } from '../findings.js';
import { holderKinds } from '../profile-schema.js';
import type { RowFields } from '../row-fields.js';
import type { AdoptedRecord, ListEnd, ListRecord, ProposedRecord } from './list-record.js';
import type { RegisterProfile } from './list-profile.js';

/** What one row came to: an entry with what makes it doubtful, or the reasons why it is none. */
export type ListReading =
  | { readonly kind: 'entry'; readonly entry: ListRecord; readonly doubts: readonly Finding[] }
  | { readonly kind: 'rejected'; readonly findings: readonly Finding[] };

const lists = ['RED', 'BLACK', 'JUDGMENT_DEBTOR'] as const;
const severities = ['MINOR', 'ORDINARY', 'SERIOUS'] as const;
const ends = ['REPAIRED', 'REVOKED', 'EXPIRED'] as const;

/** Notice, defence, decision and publication: no entry is without them (YZ-3.5c, A-49). */
const procedure = ['informedOn', 'defenceUntil', 'decidedOn', 'publishedOn'] as const;
const procedureClauses = ['YZ-3.5c', 'A-49'];

/** What both origins share. */
type EntryBase = Pick<
  ListRecord,
  'organ' | 'jurisdiction' | 'list' | 'ground' | 'legalBasis' | 'documentNo' | 'severity' | 'reason' | 'district' | 'subjectKind' | 'subjectName' | 'subjectCode' | 'validFrom' | 'validTo'
>;

/** Reads an entry of an organ of ours. `today` is the legal date of the import. */
export function readProposed(fields: RowFields, organ: AgencyRecord, today: string): ListReading {
  if (!fields.readable) return { kind: 'rejected', findings: fields.findings };
  for (const field of procedure) {
    if (fields.get(field) === null && !fields.isFilled(field)) fields.note(field, 'REQUIRED', procedureClauses);
    if ((fields.get(field) ?? '') > today && field !== 'defenceUntil') fields.note(field, 'LIST_DAY_TO_COME');
  }
  const validTo = fields.require('validTo');
  const end = readEnd(fields, today);
  const base = readBase(fields, organ, validTo === unlimited ? null : validTo);
  const number = fields.require('number');
  const [informedOn, defenceUntil, decidedOn, publishedOn] = procedure.map((field) => fields.get(field) ?? '');
  return readingOf(fields, () => {
    if (!base || number === null || informedOn === undefined || defenceUntil === undefined || decidedOn === undefined || publishedOn === undefined) return null;
    const entry: ProposedRecord = {
      origin: 'PROPOSED', ...base, number, informedOn, defenceUntil, heard: fields.get('heard') === 'true', decidedOn, publishedOn, repairFrom: fields.get('repairFrom'), end,
    };
    return entry;
  });
}

/** Reads an entry of an official register of another jurisdiction: what its notes say is kept, and what they mean. */
export function readAdopted(fields: RowFields, organ: AgencyRecord, register: RegisterProfile, today: string): ListReading {
  if (!fields.readable) return { kind: 'rejected', findings: fields.findings };
  const note = fields.get('note');
  const meant = note === null ? null : meaningOf(note, register);
  const [from, to] = [meant?.from ?? fields.get('validFrom'), meant?.to ?? fields.get('validTo')];
  if (from !== null && to !== null && to < from && meant?.says === 'OTHER_TERM') fields.note('note', 'NOTE_UNKNOWN');
  if (note !== null && meant === null) fields.note('note', 'NOTE_UNKNOWN');
  const validTo = fields.get('validTo');
  if (validTo === null && meant?.says !== 'PERMANENT') fields.note('validTo', 'REQUIRED');
  if (validTo !== null && meant?.says === 'PERMANENT') fields.note('validTo', 'TERMS_DISAGREE');
  if ((fields.get('validFrom') ?? '') > today) fields.note('validFrom', 'LIST_DAY_TO_COME');
  if (meant?.says === 'OTHER_TERM') fields.note('note', 'TERMS_DISAGREE');
  const sources = readSources(fields, register);
  const base = readBase(fields, organ, validTo);
  return readingOf(fields, () => {
    if (!base) return null;
    const entry: AdoptedRecord = {
      origin: 'ADOPTED', ...base, number: numberOf(fields, register), subjectScheme: register.subject.scheme,
      subjectIdentifier: register.subject.fields.map((field) => fields.get(field) ?? '').join('|'),
      sources, note, revoked: meant?.says === 'REVOKED',
      otherTerm: meant?.says === 'OTHER_TERM' ? { validFrom: meant.from ?? base.validFrom, validTo: meant.to ?? base.validTo } : null,
    };
    return entry;
  });
}

/** Rejected with all findings together, or an entry with its doubts. */
function readingOf(fields: RowFields, entryOf: () => ListRecord | null): ListReading {
  const { findings } = fields;
  if (findings.some((found) => !isDoubt(found))) return { kind: 'rejected', findings };
  const entry = entryOf();
  if (!entry) throw new Error('A row without findings lacks a value: the check of profiles lets one through that it should not.');
  return { kind: 'entry', entry, doubts: findings };
}

function readBase(fields: RowFields, organ: AgencyRecord, validTo: string | null): EntryBase | null {
  const validFrom = fields.get('validFrom');
  if (validFrom !== null && validTo !== null && validTo < validFrom) fields.note('validTo', 'DATE_ORDER');
  const subjectCode = fields.get('subjectCode');
  if (subjectCode !== null && !isCreditCode(subjectCode)) fields.note('subjectCode', 'CREDIT_CODE_INVALID');
  const list = oneOf(fields, 'list', lists);
  const severity = oneOf(fields, 'severity', severities);
  const subjectKind = oneOf(fields, 'subjectKind', holderKinds);
  const [ground, legalBasis, documentNo, reason, subjectName] = [fields.get('ground'), fields.get('legalBasis'), fields.get('documentNo'), fields.get('reason'), fields.get('subjectName')];
  if (list === null || subjectKind === null || ground === null || legalBasis === null || documentNo === null || reason === null || subjectName === null || validFrom === null) return null;
  const { code, jurisdiction } = organ;
  return { organ: code, jurisdiction, list, ground, legalBasis, documentNo, severity, reason, district: fields.get('district'), subjectKind, subjectName, subjectCode, validFrom, validTo };
}

/** How the entry left the list. */
function readEnd(fields: RowFields, today: string): ListEnd | null {
  const kind = oneOf(fields, 'endKind', ends);
  const on = fields.get('endedOn');
  if (kind !== null && on === null) fields.note('endedOn', 'REQUIRED');
  if (kind === null && on !== null && !fields.isFilled('endKind')) fields.note('endKind', 'REQUIRED');
  if (on !== null && on > today) fields.note('endedOn', 'LIST_DAY_TO_COME');
  if (kind === null || on === null) return null;
  // What is over was on the list up to and including its last day.
  if (kind === 'EXPIRED' && on <= (fields.get('validTo') ?? '')) fields.note('endedOn', 'DATE_ORDER');
  return { kind, on, documentNo: fields.get('endDocumentNo'), note: fields.get('endNote') };
}

function oneOf<T extends string>(fields: RowFields, field: string, values: readonly T[]): T | null {
  const value = fields.get(field);
  const found = values.find((one) => one === value) ?? null;
  if (value !== null && found === null) fields.note(field, 'VALUE_UNKNOWN');
  return found;
}

function readSources(fields: RowFields, { sources: { separator, form } }: RegisterProfile): readonly string[] {
  const cell = fields.get('sources') ?? '';
  const sources = [...new Set(cell.split(separator).map((source) => source.trim()))];
  if (cell !== '' && sources.some((source) => !new RegExp(form, 'u').test(source))) fields.note('sources', 'VALUE_UNKNOWN');
  return sources;
}

function meaningOf(note: string, { notes }: RegisterProfile): { readonly says: RegisterProfile['notes'][number]['says']; readonly from?: string; readonly to?: string } | null {
  for (const { says, match } of notes) {
    const found = new RegExp(match, 'u').exec(note);
    if (!found) continue;
    const days = Object.values(found.groups ?? {});
    return days.every(isLegalDate) ? { says, ...found.groups } : null;
  }
  return null;
}

/** Of a register without numbers, a digest of what names an entry, so that no name stands in the clear in a work list. */
function numberOf(fields: RowFields, { number }: RegisterProfile): string {
  return createHash('sha256').update(number.map((field) => fields.get(field) ?? '').join('|')).digest('hex').slice(0, 16);
}
