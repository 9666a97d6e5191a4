import { agencyRecord, type AgencyRecord } from './agencies/agency-record.js';
import { BINHAI_DISTRICT, freeTradeAreas, type PermitLocation } from './agencies/places.js';
import { tianjinAgencies } from './agencies/tianjin.js';
import { xiamenAgencies } from './agencies/xiamen.js';

export { isAgencyKind, type AgencyKind, type AgencyRecord } from './agencies/agency-record.js';
export * from './agencies/places.js';
export { roles } from './agencies/roles.js';

const foreignRegister = agencyRecord({
  code: 'US_OFLC',
  kind: 'FOREIGN_REGISTER',
  jurisdiction: 'US',
  nameZh: '美国劳工部外国劳工认证办公室',
  nameEn: 'Office of Foreign Labor Certification, United States Department of Labor',
});

/**
 * All agencies and platforms the hub knows: the bodies of Tianjin and of the state, those of Xiamen, and the foreign
 * register of the sample data. Start-up upserts them into `hub.agency`. None ever leaves the list: one that has ended
 * carries its last day and its successor.
 */
export const agencies: readonly AgencyRecord[] = [...tianjinAgencies, ...xiamenAgencies, foreignRegister];

/** 劳动关系处, as the catalogue of 2019 calls it, is the municipal labour relations division of the forms. */
const otherCodes: Readonly<Record<string, string>> = { LABOUR_RELATIONS_DIV: 'MUNI_LR_DIV' };

const byCode: ReadonlyMap<string, AgencyRecord> = new Map(agencies.map((agency) => [agency.code, agency]));

/** The agency of a code, also of the second code a body has in the texts (LABOUR_RELATIONS_DIV), or null. */
export function agencyOfCode(code: string): AgencyRecord | null {
  return byCode.get(Object.hasOwn(otherCodes, code) ? (otherCodes[code] ?? code) : code) ?? null;
}

const byName: ReadonlyMap<string, AgencyRecord> = new Map(agencies.map((agency) => [agency.nameZh, agency]));

/** The agency registered under exactly this Chinese name, or null: organs are never matched by likeness. */
export function agencyOfName(nameZh: string): AgencyRecord | null {
  return byName.get(nameZh) ?? null;
}

/** Whether the measures give an agency a part on a day (`YYYY-MM-DD`). */
export function isActiveOn({ validFrom, validTo }: AgencyRecord, day: string): boolean {
  return (validFrom === null || validFrom <= day) && (validTo === null || day <= validTo);
}

/** The code of the body that holds an agency's part on a day: its own, or the successor's once it has ended. */
export function bodyOn(code: string, day: string): string {
  const agency = agencyOfCode(code);
  return agency?.validTo && agency.successor && agency.validTo < day ? bodyOn(agency.successor, day) : code;
}

/** The location an agency itself stands for: its area for an FTZ bureau, 120116 for Binhai's (XT-3.1b), else null. */
export function ownLocationOf(agency: AgencyRecord): PermitLocation | null {
  if (agency.kind === 'BINHAI_APPROVAL') return BINHAI_DISTRICT;
  if (agency.kind !== 'FTZ_APPROVAL') return null;
  return freeTradeAreas.find(({ area }) => agency.code === `FTZ_${area}_APPROVAL`)?.location ?? null;
}
