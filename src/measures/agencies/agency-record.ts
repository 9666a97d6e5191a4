/** Kinds with one body each, under the same code. */
const kindsOfOneBody = [
  'MUNI_HRSS', 'BINHAI_APPROVAL', 'MUNI_LR_DIV', 'LEGAL_DIV', 'TALENT_DIV', 'GOV_SERVICE_DIV', 'LABOUR_INSPECTION_DIV',
  'LABOUR_INSPECTION_CORPS', 'SI_CENTER', 'MUNI_FEB', 'MUNI_STB', 'BIZ_AUTHORITY', 'BINHAI_FEB', 'TJ_HR_CENTER',
  'BINHAI_GOV', 'MUNI_GOV', 'MUNI_JUSTICE', 'MUNI_APPROVAL_OFFICE', 'MUNI_CAC',
  'JINBAO', 'GOV_PORTAL', 'EXCHANGE_PLATFORM', 'CREDIT_PLATFORM', 'ENFORCEMENT_PLATFORM', 'JOINT_SANCTION_PLATFORM',
  'BLACKLIST_DB', 'STATE_FEB', 'STATE_FEB_SYSTEM', 'MOHRSS',
  'XM_HRSS', 'XM_CREDIT_DIV', 'XM_INFO_DIV', 'XM_LAW_DIV', 'XM_CITY_CREDIT',
] as const;

/**
 * Kinds of several bodies. FOREIGN_REGISTER is the hub's own, for registers of other states. Windows, their hosts and
 * the divisions of Xiamen's bureau have no body so far: the texts name none of them.
 */
const sharedKinds = [
  'DISTRICT_HRSS', 'DISTRICT_APPROVAL', 'FTZ_APPROVAL', 'PARTNER_BUREAU', 'WINDOW', 'WINDOW_HOST', 'XM_DISTRICT_HRSS',
  'XM_UNIT', 'FOREIGN_REGISTER',
] as const;

type KindOfOneBody = (typeof kindsOfOneBody)[number];

/** Kinds of agency, codes of the vocabulary: what boundaries grant rights to, and what no role may be called. */
export type AgencyKind = KindOfOneBody | (typeof sharedKinds)[number];

const kinds: ReadonlySet<string> = new Set([...kindsOfOneBody, ...sharedKinds]);

/** Whether a text is a kind of agency, also of one that no body has yet. */
export function isAgencyKind(text: string): text is AgencyKind {
  return kinds.has(text);
}

/** One agency or platform as the hub registers it. */
export interface AgencyRecord {
  readonly code: string;
  readonly kind: AgencyKind;
  /** CN-TJ, CN-FJ-350200, CN for bodies of the state, another state's code for its register. */
  readonly jurisdiction: string;
  /** GB/T 2260 code of the district it belongs to; null for a city-wide or foreign body. */
  readonly district: string | null;
  /** The exact registered name that imports are matched by. */
  readonly nameZh: string;
  readonly nameEn: string;
  /** First and last day (`YYYY-MM-DD`) on which the measures give it a part; null where no clause dates it. */
  readonly validFrom: string | null;
  readonly validTo: string | null;
  /** Code of the body that took its part over. */
  readonly successor: string | null;
  /** Code of the body it is a division or an institution of. */
  readonly partOf: string | null;
}

type Facts = Pick<AgencyRecord, 'code' | 'kind' | 'jurisdiction' | 'nameZh' | 'nameEn'> & Partial<AgencyRecord>;

/** A record of the register; what is not given is null. */
export function agencyRecord(facts: Facts): AgencyRecord {
  return { district: null, validFrom: null, validTo: null, successor: null, partOf: null, ...facts };
}

/** A function that makes records of one jurisdiction whose kind is their code. */
export function bodiesOf(jurisdiction: string) {
  return (code: KindOfOneBody, nameZh: string, nameEn: string, facts: Partial<AgencyRecord> = {}): AgencyRecord =>
    agencyRecord({ code, kind: code, jurisdiction, nameZh, nameEn, ...facts });
}
