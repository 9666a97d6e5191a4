import { agencyOfCode, agencyOfName, districtOf, isPermitLocation, ownLocationOf, TIANJIN, BINHAI_DISTRICT } from '../measures/agencies.js';
import type { AgencyRecord, PermitLocation } from '../measures/agencies.js';
import { competenceReadings, type CompetenceReading } from '../measures/competence.js';
import { isPermitItem, itemOfCertificate, type PermitItem } from '../measures/permit-items.js';
import { isCreditCode } from './credit-code.js';
import type { HolderRecord, RowReading } from './permit-record.js';
import type { NationalProfile } from './profile.js';
import type { RowFields } from './row-fields.js';

/** XT-4.1.2c, A-03: eight ASCII digits, the first four fixed. */
const dispatchCertificateNo = /^1201[0-9]{4}$/;

/** Columns 3 … 8: organisation codes, which a natural person must not carry. */
const organisationCodes = ['creditCode', 'registrationNo', 'organisationCode', 'taxNo', 'institutionNo', 'societyNo'];

/** Columns that hold identity numbers: their presence is checked, their content goes no further than the row. */
export const identityNumberFields = ['representativeIdNumber', 'holderIdNumber'] as const;

/**
 * Reads one row of the national permit layout as a Tianjin permit. `today` is the legal date of the import.
 * All faults of a row are reported together, so that a file needs one round of correction.
 */
export function readNationalPermit(fields: RowFields, profile: NationalProfile, today: string): RowReading {
  const documentNo = fields.get('documentNo');
  const holder = readHolder(fields, profile, documentNo);
  const permitKind = readPermitKind(fields, profile);
  const status = fields.choose('status', profile.values.status);
  const decidedOn = readDates(fields, today);
  const item = readItem(fields);
  const organ = readOrgan(fields);
  const location = organ && readLocation(fields, organ);
  const competent = item && organ && location && decidedOn ? readCompetence(fields, item, organ, location, decidedOn) : null;
  if (item && organ) checkCertificate(fields, item, organ);

  const faults = fields.faults;
  if (faults.length > 0) return { kind: 'rejected', faults };
  if (!documentNo || !holder || !item || !organ || !location || !decidedOn || !competent) {
    throw new Error('A row without faults lacks a value: the profile does not mark a column as required.');
  }
  return {
    kind: 'permit',
    permit: {
      ...profile.constants,
      item,
      documentNo,
      documentPart: 1,
      documentTitle: fields.get('documentTitle'),
      certificateName: fields.get('certificateName'),
      certificateNo: fields.get('certificateNo'),
      permitKind,
      holder,
      decidedBy: organ.code,
      legalAuthority: competent.legalAuthority,
      location,
      district: competent.district,
      outcome: 'GRANTED',
      status,
      decidedOn,
      validFrom: fields.get('validFrom'),
      validTo: fields.get('validTo'),
      content: fields.get('content'),
      legalRepresentative: fields.get('legalRepresentative'),
      remarks: fields.get('remarks'),
    },
  };
}

/** A holder without a credit code is a subject of its own for its document: never matched by an empty value or a name. */
function readHolder(fields: RowFields, profile: NationalProfile, documentNo: string | null): HolderRecord | null {
  const kind = fields.choose('subjectKind', profile.values.subjectKind);
  const name = fields.get('holderName');
  const creditCode = fields.get('creditCode');
  if (kind === 'NATURAL_PERSON') {
    for (const field of organisationCodes) if (fields.get(field) !== null) fields.reject(field, 'NOT_ALLOWED');
    fields.require('holderIdKind');
    fields.require('holderIdNumber');
  } else if (kind !== null) {
    fields.require('legalRepresentative');
    if (kind === 'ORGANISATION') fields.require('creditCode');
    if (creditCode !== null && !isCreditCode(creditCode)) fields.reject('creditCode', 'CREDIT_CODE_INVALID');
  }
  if (fields.get('representativeIdKind') !== null) fields.require('representativeIdNumber');
  if (kind === null || name === null) return null;
  if (creditCode !== null) return { kind, name, uscc: creditCode, identifierScheme: null, identifier: null };
  return documentNo === null
    ? null
    : { kind, name, uscc: null, identifierScheme: profile.constants.identifierScheme, identifier: documentNo };
}

function readPermitKind(fields: RowFields, profile: NationalProfile): string | null {
  const value = fields.get('permitKind');
  return value?.startsWith(profile.values.permitKindPrefix) ? value : fields.choose('permitKind', profile.values.permitKind);
}

function readDates(fields: RowFields, today: string): string | null {
  const decidedOn = fields.get('decidedOn');
  const validFrom = fields.get('validFrom');
  const validTo = fields.get('validTo');
  if (decidedOn !== null && decidedOn > today) fields.reject('decidedOn', 'DATE_IN_FUTURE');
  if (validFrom !== null && validTo !== null && validTo < validFrom) fields.reject('validTo', 'DATE_ORDER');
  return decidedOn;
}

/** From the item code, else from the certificate's name; where both speak they must agree. */
function readItem(fields: RowFields): PermitItem | null {
  const code = fields.get('itemCode');
  const certificate = fields.get('certificateName');
  const byCertificate = certificate === null ? null : itemOfCertificate(certificate);
  if (code === null) {
    if (byCertificate === null) fields.reject('certificateName', 'ITEM_UNKNOWN');
    return byCertificate;
  }
  if (!isPermitItem(code)) {
    fields.reject('itemCode', 'ITEM_UNKNOWN');
    return null;
  }
  if (byCertificate !== null && byCertificate !== code) fields.reject('itemCode', 'ITEM_CONFLICT');
  return code;
}

function readOrgan(fields: RowFields): AgencyRecord | null {
  const name = fields.get('organName');
  if (name === null) return null;
  const organ = agencyOfName(name);
  if (organ?.jurisdiction === TIANJIN) return organ;
  fields.reject('organName', 'ORGAN_UNKNOWN');
  return null;
}

/**
 * The district stated in the row. A bureau of Binhai or of an FTZ area decides within its own area (XT-3.1b), so that
 * where the row states nothing, or Binhai as a whole, its area is the location; another district stands as stated.
 */
function readLocation(fields: RowFields, organ: AgencyRecord): PermitLocation | null {
  const stated = fields.get('districtCode');
  const own = ownLocationOf(organ);
  if (own !== null && (stated === null || stated === BINHAI_DISTRICT)) return own;
  if (stated !== null && isPermitLocation(stated) && !stated.startsWith('FTZ:')) return stated;
  fields.reject('districtCode', stated === null ? 'LOCATION_MISSING' : 'LOCATION_UNKNOWN');
  return null;
}

/**
 * What follows from competence. The layout does not say what the applicant was, so an organ is refused
 * only where no applicant could make it competent; the supervising district is taken from those that could, where they
 * agree (XT-3.2f: a Binhai-owned agency is supervised by Binhai wherever it is located), else it is the location's.
 */
function readCompetence(
  fields: RowFields,
  item: PermitItem,
  organ: AgencyRecord,
  location: PermitLocation,
  decidedOn: string,
): { readonly legalAuthority: string; readonly district: string } | null {
  const readings = competenceReadings(item, location, decidedOn);
  const possible = readings.filter(({ decidedBy }) => decidedBy === organ.code);
  const [first] = possible;
  if (!first) {
    fields.reject('organName', 'NOT_COMPETENT', clausesOf(readings));
    return null;
  }
  const supervisors = new Set(possible.map(({ supervisor }) => supervisor));
  const district = supervisors.size === 1 && first.supervisor !== null ? agencyOfCode(first.supervisor)?.district : null;
  return { legalAuthority: first.legalAuthority, district: district ?? districtOf(location) };
}

function clausesOf(readings: readonly CompetenceReading[]): readonly string[] {
  return [...new Set(readings.flatMap(({ basis }) => basis.decision.clauses))].sort();
}

/** A certificate that exists has a number; a decision without one, such as a branch filing, has none. */
function checkCertificate(fields: RowFields, item: PermitItem, organ: AgencyRecord): void {
  if (item !== 'P01' || (organ.kind !== 'BINHAI_APPROVAL' && organ.kind !== 'FTZ_APPROVAL')) return;
  const number = fields.get('certificateNo');
  const exists = number !== null || fields.get('certificateName') !== null;
  if (exists && !dispatchCertificateNo.test(number ?? '')) fields.reject('certificateNo', 'CERTIFICATE_NO_FORMAT', ['XT-4.1.2c']);
}
