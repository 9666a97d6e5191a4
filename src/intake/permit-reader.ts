import { agencyOfCode, agencyOfName, TIANJIN, type AgencyRecord } from '../measures/agencies.js';
import { holderFindings } from '../subjects/identifiers/checks.js';
import { isCreditCode } from '../subjects/identifiers/credit-code.js';
import { readIdentityDocument, readOpenIdentifier, type Identifier, type OpenScheme, type PersonalScheme } from '../subjects/identifiers/schemes.js';
import { isDoubt } from './findings.js';
import type { ApplicationRecord, PermitRecord, RowHolder, RowReading } from './permit-record.js';
import { holderKinds, type PermitProfile } from './profile-schema.js';
import { listed, type RowFields } from './row-fields.js';
import { readTianjinRules } from './tianjin-rules.js';

/** Columns of codes that a holder may be known by beside its credit code. */
const openIdentifiers: Readonly<Record<string, OpenScheme>> = {
  organisationCode: 'ORGANISATION_CODE',
  registrationNo: 'REGISTRATION_NO',
  institutionNo: 'INSTITUTION_NO',
  societyNo: 'SOCIETY_NO',
  taxNo: 'TAX_NO',
};

/** The column a finding on a holder is about. */
const columnOfPart = { name: 'holderName', uscc: 'creditCode', organisationCode: 'organisationCode' } as const;

/** Registered codes that make a holder an organisation, in a layout that does not say its kind. */
const organisationCodes = ['creditCode', 'registrationNo', 'organisationCode', 'taxNo', 'institutionNo', 'societyNo'] as const;

/** What a row means beyond its cells: where the permit counts, and in whose authority it was given. */
export interface RowRules {
  readonly item: string;
  readonly location: string;
  /** Supervising district. */
  readonly district: string;
  readonly legalAuthority: string;
}

/**
 * Reads one row as its profile says. `today` is the legal date of the import. All findings of a row are reported
 * together, so that a file needs one round of correction. Rules of a city bind its own rows only.
 */
export function readPermit(fields: RowFields, profile: PermitProfile, today: string): RowReading {
  if (!fields.readable) return { kind: 'rejected', findings: fields.findings };
  const decision = listed(profile.decisions, fields.get('status'));
  const state = listed(profile.applications, fields.get('status'));
  if (fields.get('status') !== null && decision === null && state === null) fields.note('status', 'VALUE_UNKNOWN');
  const ownNumber = readIdentityNumber(fields, 'holderIdKind', 'holderIdNumber', today);
  const representativeNumber = readIdentityNumber(fields, 'representativeIdKind', 'representativeIdNumber', today);
  const holder = readHolder(fields, profile, ownNumber);
  const organ = readOrgan(fields, profile);
  checkDates(fields, today, decision?.status === 'VALID');
  const rules = organ && (profile.jurisdiction === TIANJIN ? readTianjinRules(fields, organ) : readForeignRules(fields, organ));
  const part = readPart(fields, profile);
  const sourceVersion = readVersion(fields);
  if (decision?.doubtful ?? false) fields.note('status', 'STATE_UNCLEAR');

  const findings = fields.findings;
  const documentNo = fields.get('documentNo');
  const decidedOn = fields.get('decidedOn');
  if (findings.some((found) => !isDoubt(found))) return { kind: 'rejected', findings };
  if (documentNo === null || !holder || !organ || !rules || decidedOn === null) {
    throw new Error('A row without findings lacks a value: the check of profiles lets one through that it should not.');
  }
  const document = { jurisdiction: profile.jurisdiction, item: rules.item, identifierScheme: profile.numbering.scheme };
  if (decision === null) {
    const stateOn = fields.get('statusOn') ?? decidedOn;
    const application: ApplicationRecord = {
      ...document, applicationNo: documentNo, applicationPart: part, applicant: holder, state: state ?? '', stateOn,
    };
    return { kind: 'application', application };
  }
  const status = decision.status ?? null;
  // Written out: V8 adds the properties behind a spread one by one, which cost 60 µs a row, a quarter of all reading.
  const permit: PermitRecord = {
    jurisdiction: document.jurisdiction,
    item: document.item,
    identifierScheme: document.identifierScheme,
    documentNo,
    documentPart: part,
    documentTitle: fields.get('documentTitle'),
    certificateName: fields.get('certificateName'),
    certificateNo: fields.get('certificateNo'),
    permitKind: fields.get('permitKind'),
    holder,
    decidedBy: organ.code,
    legalAuthority: rules.legalAuthority,
    location: rules.location,
    district: rules.district,
    outcome: decision.outcome,
    status,
    decidedOn,
    validFrom: fields.get('validFrom'),
    validTo: fields.get('validTo'),
    content: fields.get('content'),
    legalRepresentative: fields.get('legalRepresentative'),
    identityNumbers: [
      ...(representativeNumber ? [{ role: 'LEGAL_REPRESENTATIVE' as const, ...representativeNumber }] : []),
      // A natural person's own number is sealed with the subject instead.
      ...(ownNumber && holder.kind !== 'NATURAL_PERSON' ? [{ role: 'HOLDER' as const, ...ownNumber }] : []),
    ],
    remarks: fields.get('remarks'),
    endedOn: status === 'REVOKED' || status === 'CANCELLED' ? fields.get('statusOn') : null,
    sourceAgency: agencyOfName(fields.get('sourceUnit') ?? '')?.code ?? organ.code,
    sourceVersion,
  };
  return { kind: 'permit', permit, doubts: findings };
}

function readHolder(fields: RowFields, profile: PermitProfile, ownNumber: Identifier<PersonalScheme> | null): RowHolder | null {
  const { holder } = profile;
  const name = fields.get('holderName');
  if (holder.by === 'name') {
    if (name === null) return null;
    const identifier = holder.fields.map((field) => fields.get(field) ?? '').join('|');
    return { kind: kindOf(fields.get('subjectKind')) ?? 'ORGANISATION', name, uscc: null, identifierScheme: holder.scheme, identifier, identifiers: [] };
  }
  const creditCode = fields.get('creditCode');
  const kind = holder.kind === 'codes' ? kindByCodes(fields) : kindOf(fields.get('subjectKind'));
  if (creditCode !== null && kind !== 'NATURAL_PERSON') {
    if (!isCreditCode(creditCode)) fields.note('creditCode', 'CREDIT_CODE_INVALID');
  }
  const identifiers = kind === 'NATURAL_PERSON' ? (ownNumber ? [ownNumber] : []) : readOpenIdentifiers(fields);
  const documentNo = fields.get('documentNo');
  if (kind === null || name === null || documentNo === null) return null;
  if (kind !== 'NATURAL_PERSON') {
    const organCodes = [fields.get('organCode'), fields.get('sourceUnitCode')].filter((code) => code !== null);
    for (const { code, part } of holderFindings({ kind, name, uscc: creditCode, identifiers }, organCodes)) fields.note(columnOfPart[part], code);
  }
  // A holder without any code is a subject of its own for its document: never matched by an empty value or a name.
  return creditCode === null
    ? { kind, name, uscc: null, identifierScheme: profile.numbering.scheme, identifier: documentNo, identifiers }
    : { kind, name, uscc: creditCode, identifierScheme: null, identifier: null, identifiers };
}

function readOpenIdentifiers(fields: RowFields): readonly Identifier<OpenScheme>[] {
  return Object.entries(openIdentifiers).flatMap(([field, scheme]) => {
    const identifier = readOpenIdentifier(scheme, fields.get(field));
    if (identifier === undefined) fields.note(field, 'IDENTIFIER_INVALID');
    return identifier ?? [];
  });
}

function readIdentityNumber(fields: RowFields, kind: string, number: string, today: string): Identifier<PersonalScheme> | null {
  const document = readIdentityDocument(fields.get(kind), fields.get(number), today);
  if (document === undefined) fields.note(number, 'IDENTITY_NUMBER_INVALID');
  return document ?? null;
}

/** A layout without the kind of holder: an organisation code, else the identity number of a person, says it. */
function kindByCodes(fields: RowFields): RowHolder['kind'] | null {
  const code = organisationCodes.find((field) => fields.get(field) !== null);
  if (code !== undefined) return (fields.get('creditCode') ?? '').startsWith('92') ? 'HOUSEHOLD_BUSINESS' : 'ORGANISATION';
  if (fields.get('holderIdNumber') !== null) return 'NATURAL_PERSON';
  fields.note('creditCode', 'REQUIRED');
  return null;
}

function kindOf(value: string | null): RowHolder['kind'] | null {
  return holderKinds.find((kind) => kind === value) ?? null;
}

/** By code, else by exact registered name; an organ decides in its own jurisdiction only. */
function readOrgan(fields: RowFields, profile: PermitProfile): AgencyRecord | null {
  const code = fields.get('organ');
  const name = fields.get('organName');
  if (code === null && name === null) {
    if (!fields.isFilled('organ') && !fields.isFilled('organName')) fields.note(profile.columns.some(({ field }) => field === 'organ') ? 'organ' : 'organName', 'REQUIRED');
    return null;
  }
  const organ = code === null ? agencyOfName(name ?? '') : agencyOfCode(code);
  if (organ?.jurisdiction === profile.jurisdiction) return organ;
  fields.note(code === null ? 'organName' : 'organ', 'ORGAN_UNKNOWN');
  return null;
}

/** Another register's items and places stand as it writes them; nothing is read into them. */
function readForeignRules(fields: RowFields, organ: AgencyRecord): RowRules | null {
  const item = fields.get('itemCode') ?? fields.get('itemName') ?? fields.get('certificateName');
  const location = fields.get('districtCode') ?? organ.district;
  if (item === null) fields.note('itemCode', 'ITEM_UNKNOWN');
  if (location === null) fields.note('districtCode', 'LOCATION_MISSING');
  if (item === null || location === null) return null;
  return { item, location, district: location, legalAuthority: organ.code };
}

/** DATE_PAST and DATE_ORDER; a permit that is valid cannot have ended before it was decided. */
function checkDates(fields: RowFields, today: string, valid: boolean): void {
  const decidedOn = fields.get('decidedOn');
  const validFrom = fields.get('validFrom');
  const validTo = fields.get('validTo');
  if (decidedOn !== null && decidedOn > today) fields.note('decidedOn', 'DATE_IN_FUTURE');
  if (validFrom !== null && validTo !== null && validTo < validFrom) fields.note('validTo', 'DATE_ORDER');
  else if (valid && decidedOn !== null && validTo !== null && validTo < decidedOn) fields.note('validTo', 'DATE_EXPIRED');
}

function readPart(fields: RowFields, { numbering }: PermitProfile): number | null {
  const stated = fields.get('documentPart');
  if (stated === null) return numbering.parts === 'rows' ? null : 1;
  const part = Number(stated);
  if (Number.isSafeInteger(part) && part >= 1 && part <= 100_000) return part;
  fields.note('documentPart', 'NUMBER_INVALID');
  return null;
}

function readVersion(fields: RowFields): number | null {
  const stated = fields.get('sourceVersion');
  if (stated === null) return null;
  const version = Number(stated);
  if (Number.isSafeInteger(version) && version >= 0) return version;
  fields.note('sourceVersion', 'NUMBER_INVALID');
  return null;
}
