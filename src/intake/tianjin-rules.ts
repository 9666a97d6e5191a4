import { agencyOfCode, BINHAI_DISTRICT, districtOf, isPermitLocation, ownLocationOf, type AgencyRecord, type PermitLocation } from '../measures/agencies.js';
import { isSeriesNumber, needsSeriesNumber } from '../measures/certificate-number.js';
import { competenceReadings, type CompetenceReading } from '../measures/competence.js';
import { isPermitItem, itemOfCertificate, itemOfName, type PermitItem } from '../measures/permit-items.js';
import type { RowRules } from './permit-reader.js';
import type { RowFields } from './row-fields.js';

/**
 * What the measures of Tianjin say about a row decided by `organ`: its item, location, competence (XT-3.*) and the form
 * of its certificate number. A decision without competence is doubtful, with the clauses that allot it to another organ.
 */
export function readTianjinRules(fields: RowFields, organ: AgencyRecord): RowRules | null {
  const item = readItem(fields);
  const location = readLocation(fields, organ);
  const decidedOn = fields.get('decidedOn');
  if (item) checkCertificate(fields, item, organ);
  if (!item || !location || decidedOn === null) return null;
  return { item, location, ...readCompetence(fields, item, organ, location, decidedOn) };
}

/** From the item code, else from the name of item or certificate; where several speak they must agree. */
function readItem(fields: RowFields): PermitItem | null {
  const code = fields.get('itemCode');
  const named = ['certificateName', 'itemName'].flatMap((field) => {
    const name = fields.get(field) ?? '';
    return itemOfCertificate(name) ?? itemOfName(name) ?? [];
  });
  const byName = named[0] ?? null;
  if (named.some((item) => item !== byName)) fields.note('itemName', 'ITEM_CONFLICT');
  if (code === null) {
    if (byName === null) fields.note(fields.get('certificateName') === null && fields.get('itemName') !== null ? 'itemName' : 'certificateName', 'ITEM_UNKNOWN');
    return byName;
  }
  if (!isPermitItem(code)) {
    fields.note('itemCode', 'ITEM_UNKNOWN');
    return null;
  }
  if (byName !== null && byName !== code) fields.note('itemCode', 'ITEM_CONFLICT');
  return code;
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
  fields.note('districtCode', stated === null ? 'LOCATION_MISSING' : 'LOCATION_UNKNOWN');
  return null;
}

/**
 * What follows from competence. A layout does not say what the applicant was, so an organ is doubted only
 * where no applicant could make it competent; the supervising district is taken from those that could, where they
 * agree (XT-3.2f: a Binhai-owned agency is supervised by Binhai wherever it is located), else it is the location's.
 */
function readCompetence(
  fields: RowFields,
  item: PermitItem,
  organ: AgencyRecord,
  location: PermitLocation,
  decidedOn: string,
): Pick<RowRules, 'legalAuthority' | 'district'> {
  const readings = competenceReadings(item, location, decidedOn);
  const possible = readings.filter(({ decidedBy }) => decidedBy === organ.code);
  const [first] = possible;
  if (!first) {
    fields.note(fields.get('organ') === null ? 'organName' : 'organ', 'NOT_COMPETENT', clausesOf(readings));
    return { legalAuthority: organ.code, district: districtOf(location) };
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
  if (!needsSeriesNumber(item, organ.kind)) return;
  const number = fields.get('certificateNo');
  const exists = number !== null || fields.get('certificateName') !== null;
  if (exists && !isSeriesNumber(number ?? '')) fields.note('certificateNo', 'CERTIFICATE_NO_FORMAT', ['XT-4.1.2c', 'A-03']);
}
