import { BINHAI_DISTRICT, districts, isPermitLocation, type PermitLocation } from '../agencies.js';
import { isLegalDate } from '../clock.js';
import { isPermitItem, type PermitItem } from '../permit-items.js';
import { ELSEWHERE, type Applicant } from './applicant.js';

export type CompetenceErrorCode =
  | 'COMPETENCE_ITEM_UNKNOWN'
  | 'COMPETENCE_LOCATION_UNKNOWN'
  | 'COMPETENCE_DATE_INVALID'
  | 'COMPETENCE_APPLICANT_INVALID'
  | 'COMPETENCE_APPLICANT_INCOMPLETE';

/** A question competence cannot answer; `clauses` say why it asks. */
export class CompetenceError extends Error {
  constructor(
    readonly code: CompetenceErrorCode,
    message: string,
    readonly clauses: readonly string[],
    readonly nextStep: string,
  ) {
    super(message);
    this.name = 'CompetenceError';
  }
}

export type Place = 'FTZ' | 'BINHAI' | 'OTHER_DISTRICT';

/** Where the principal office of a chain lies: in Binhai, in another district, or outside Tianjin. */
export type Chain = 'BINHAI' | 'OTHER_DISTRICT' | 'ELSEWHERE';

/** A question that has been read. */
export interface Question {
  readonly item: PermitItem;
  readonly location: PermitLocation;
  readonly at: string;
}

/** A question about an applicant: what rules look at. */
export interface Situation extends Question {
  readonly place: Place;
  readonly capital: Applicant['capital'];
  /** BINHAI for a unit of Binhai wherever it lies, DISTRICT for one of the district it lies in. */
  readonly owner: 'BINHAI' | 'DISTRICT' | null;
  readonly superiorAuthority: boolean;
  readonly chain: Chain | null;
  readonly principalOffice: string | null;
}

/** Reads a question; throws CompetenceError for what lies outside the tables. */
export function readQuestion(item: string, location: string, at: string): Question {
  if (!isPermitItem(item)) {
    throw new CompetenceError(
      'COMPETENCE_ITEM_UNKNOWN',
      '许可事项不在十项清单之内。 The permit item is not on the closed list of ten.',
      ['XT-3.0'],
      '请用 P01 至 P10 · Use P01 to P10.',
    );
  }
  if (!isPermitLocation(location)) {
    throw new CompetenceError(
      'COMPETENCE_LOCATION_UNKNOWN',
      '坐落不是天津市的区，也不是自贸试验区片区。 The location is neither a district of Tianjin nor a free-trade area.',
      ['A-07', 'A-69'],
      '请用区划代码或 FTZ:DONGJIANG、FTZ:AIRPORT、FTZ:CBD · Give a district code (120101 …) or FTZ:DONGJIANG, FTZ:AIRPORT, FTZ:CBD.',
    );
  }
  if (!isLegalDate(at)) {
    throw new CompetenceError(
      'COMPETENCE_DATE_INVALID',
      '日期无效。 The date is not a day of the calendar.',
      ['XT-4.1.1a', 'CK-1a'],
      '日期写作 YYYY-MM-DD · Give the date as YYYY-MM-DD.',
    );
  }
  return { item, location, at };
}

/** Adds what matters of an applicant; throws CompetenceError for a chain whose principal office lies nowhere. */
export function situationOf(question: Question, applicant: Applicant): Situation {
  const place = placeOf(question.location);
  const principalOffice = applicant.isCrossRegionChain ? readPrincipalOffice(applicant.principalOfficeDistrict) : null;
  return {
    ...question,
    place,
    capital: applicant.capital,
    owner: ownerOf(applicant, place),
    superiorAuthority: applicant.superiorAuthority,
    chain: principalOffice === null ? null : chainOf(principalOffice),
    principalOffice,
  };
}

function placeOf(location: PermitLocation): Place {
  if (location.startsWith('FTZ:')) return 'FTZ';
  return location === BINHAI_DISTRICT ? 'BINHAI' : 'OTHER_DISTRICT';
}

function ownerOf({ affiliation }: Applicant, place: Place): Situation['owner'] {
  if (affiliation === 'OTHER') return null;
  return affiliation === 'BINHAI_OWNED' || place !== 'OTHER_DISTRICT' ? 'BINHAI' : 'DISTRICT';
}

/** A district of Tianjin as it is coded today, or ELSEWHERE; a former district would be routed nowhere. */
function readPrincipalOffice(code: string | undefined): string {
  if (districts.some((district) => district.code === code)) return code ?? ELSEWHERE;
  if (code === ELSEWHERE || (code !== undefined && /^\d{6}$/.test(code) && !code.startsWith('12'))) return ELSEWHERE;
  throw new CompetenceError(
    'COMPETENCE_APPLICANT_INVALID',
    '连锁企业须写明主要办事机构所在区的现行区划代码。 A chain needs the district of its principal office, by its present code.',
    ['XT-3.5b', 'A-11'],
    '写明 principalOfficeDistrict，市外的写所在地代码或 ELSEWHERE · Give principalOfficeDistrict; outside Tianjin its division code or ELSEWHERE.',
  );
}

function chainOf(principalOffice: string): Chain {
  if (principalOffice === ELSEWHERE) return 'ELSEWHERE';
  return principalOffice === BINHAI_DISTRICT ? 'BINHAI' : 'OTHER_DISTRICT';
}
