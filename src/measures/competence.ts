import { BINHAI_DISTRICT, districtOf, districts, freeTradeAreas, isPermitLocation, type PermitLocation } from './agencies.js';
import { isLegalDate } from './legal-date.js';
import { isPermitItem, type PermitItem } from './permit-items.js';

/** What competence for P02 asks of an applicant (XT-3.2b, XT-3.2f). For P01 it has no influence. */
export interface Applicant {
  /** DOMESTIC = 内资; capital from Hong Kong, Macao and Taiwan counts as FOREIGN. */
  readonly capital: 'DOMESTIC' | 'FOREIGN';
  /** Who owns the unit (所属): Binhai, the district it is located in, or anybody else. In Binhai the first two agree. */
  readonly affiliation: 'BINHAI_OWNED' | 'DISTRICT_OWNED' | 'OTHER';
  /** Whether it has a superior authority (上级主管部门). */
  readonly superiorAuthority: boolean;
}

/** Every applicant competence can tell apart. */
export const everyApplicant: readonly Applicant[] = (['DOMESTIC', 'FOREIGN'] as const).flatMap((capital) =>
  (['BINHAI_OWNED', 'DISTRICT_OWNED', 'OTHER'] as const).flatMap((affiliation) =>
    [false, true].map((superiorAuthority) => ({ capital, affiliation, superiorAuthority })),
  ),
);

/** OWN: decides in its own authority. ENTRUSTED (委托): decides in the authority of another organ. */
export type LegalForm = 'OWN' | 'ENTRUSTED';

/** The clauses and rulings one part of an answer rests on. */
export interface Basis {
  readonly clauses: readonly string[];
  readonly rulings: readonly string[];
}

/** Who decides, answers for, supervises and receives a permit. Organs are agency codes. */
export interface Competence {
  readonly item: PermitItem;
  readonly location: PermitLocation;
  /** `YYYY-MM-DD`, the day asked for. */
  readonly at: string;
  readonly decidedBy: string;
  readonly legalForm: LegalForm;
  /** The organ in whose authority the decision stands: differs from `decidedBy` under entrustment. */
  readonly legalAuthority: string;
  readonly supervisor: string;
  /** True where no clause names a supervisor and A-08 puts the municipal bureau in the gap. */
  readonly supervisorInferred: boolean;
  /** Who guides the supervisor; null when the municipal bureau itself supervises. */
  readonly guidedBy: string | null;
  /** Who must be told of the decision by filing (备案); empty where no clause asks for it. */
  readonly filedWith: readonly string[];
  readonly basis: {
    readonly decision: Basis;
    readonly supervision: Basis;
    /** Null when nothing is filed. */
    readonly filing: Basis | null;
  };
}

export type CompetenceErrorCode = 'COMPETENCE_ITEM_UNKNOWN' | 'COMPETENCE_LOCATION_UNKNOWN' | 'COMPETENCE_DATE_INVALID';

/** A question competence cannot answer: an item, location or date outside its tables. */
export class CompetenceError extends Error {
  constructor(
    readonly code: CompetenceErrorCode,
    message: string,
    readonly nextStep: string,
  ) {
    super(message);
    this.name = 'CompetenceError';
  }
}

type Place = 'FTZ' | 'BINHAI' | 'OTHER_DISTRICT';
/** Concrete organs follow from a role and a location: AREA is the bureau of the FTZ area, DISTRICT that of the district. */
type Decider = 'AREA' | 'BINHAI_APPROVAL' | 'MUNI_HRSS';
type Supervisor = 'DISTRICT_HRSS' | 'BINHAI_HRSS' | 'MUNI_HRSS';

/** All that is stated must hold; what is not stated does not matter. Dates are inclusive. */
interface Condition {
  readonly place?: Place;
  readonly from?: string;
  readonly until?: string;
  readonly capital?: Applicant['capital'];
  readonly owner?: 'BINHAI' | 'DISTRICT';
  readonly superiorAuthority?: boolean;
}

interface Rule extends Basis {
  readonly item: PermitItem;
  readonly when: Condition;
}

interface DecisionRule extends Rule {
  readonly decides: Decider;
  readonly legalForm: LegalForm;
  /** Who is told by filing, and the clause that asks for it. */
  readonly filing?: Basis;
}

interface SupervisionRule extends Rule {
  readonly supervises: Supervisor;
  readonly inferred?: true;
}

/** First day on which Binhai decides P01 (XT-4.1.1a), and the last day before it. */
const binhaiStart = '2016-10-16';
const beforeBinhaiStart = '2016-10-15';

/** The first rule that fits decides. FTZ stands before Binhai: the special rule wins. */
const decisionRules: readonly DecisionRule[] = [
  { item: 'P01', when: { place: 'FTZ' }, decides: 'AREA', legalForm: 'OWN', clauses: ['XT-3.1b'], rulings: ['A-07'] },
  {
    item: 'P01',
    when: { place: 'BINHAI', from: binhaiStart },
    decides: 'BINHAI_APPROVAL',
    legalForm: 'OWN',
    clauses: ['XT-3.1b', 'XT-4.1.1a'],
    rulings: ['A-07'],
  },
  {
    item: 'P01',
    when: { place: 'BINHAI', until: beforeBinhaiStart },
    decides: 'MUNI_HRSS',
    legalForm: 'OWN',
    clauses: ['XT-3.1a', 'XT-4.1.1a'],
    rulings: [],
  },
  { item: 'P01', when: {}, decides: 'MUNI_HRSS', legalForm: 'OWN', clauses: ['XT-3.1a'], rulings: [] },
  {
    item: 'P02',
    when: { place: 'FTZ', capital: 'DOMESTIC' },
    decides: 'AREA',
    legalForm: 'OWN',
    clauses: ['XT-3.2d'],
    rulings: ['A-07', 'A-08'],
    filing: { clauses: ['XT-3.2e'], rulings: ['A-58'] },
  },
  {
    item: 'P02',
    when: { capital: 'DOMESTIC', owner: 'BINHAI' },
    decides: 'BINHAI_APPROVAL',
    legalForm: 'ENTRUSTED',
    clauses: ['XT-3.2b'],
    rulings: ['A-08', 'A-09'],
    filing: { clauses: ['XT-3.2c'], rulings: ['A-58'] },
  },
  {
    item: 'P02',
    when: { place: 'BINHAI', capital: 'DOMESTIC', superiorAuthority: false },
    decides: 'BINHAI_APPROVAL',
    legalForm: 'ENTRUSTED',
    clauses: ['XT-3.2b'],
    rulings: ['A-08', 'A-09'],
    filing: { clauses: ['XT-3.2c'], rulings: ['A-58'] },
  },
  { item: 'P02', when: {}, decides: 'MUNI_HRSS', legalForm: 'OWN', clauses: ['XT-3.2a'], rulings: ['A-08'] },
];

const supervisionRules: readonly SupervisionRule[] = [
  { item: 'P01', when: { place: 'FTZ' }, supervises: 'BINHAI_HRSS', clauses: ['XT-3.1c'], rulings: ['A-07', 'A-63'] },
  { item: 'P01', when: {}, supervises: 'DISTRICT_HRSS', clauses: ['XT-3.1c'], rulings: ['A-63'] },
  { item: 'P02', when: { owner: 'BINHAI' }, supervises: 'BINHAI_HRSS', clauses: ['XT-3.2f'], rulings: ['A-08'] },
  { item: 'P02', when: { owner: 'DISTRICT' }, supervises: 'DISTRICT_HRSS', clauses: ['XT-3.2f'], rulings: ['A-08'] },
  {
    item: 'P02',
    when: { place: 'FTZ', superiorAuthority: false },
    supervises: 'BINHAI_HRSS',
    clauses: ['XT-3.2f'],
    rulings: ['A-07', 'A-08'],
  },
  { item: 'P02', when: { superiorAuthority: false }, supervises: 'DISTRICT_HRSS', clauses: ['XT-3.2f'], rulings: ['A-08'] },
  { item: 'P02', when: {}, supervises: 'MUNI_HRSS', inferred: true, clauses: ['XT-3.2f'], rulings: ['A-08'] },
];

/**
 * Who is competent for `item` at `location` (district code or `FTZ:<AREA>`) for `applicant` on `at` (`YYYY-MM-DD`).
 * Exactly one organ decides, for every location, applicant and date (XT-3.1a–c, XT-3.2a–f, XT-4.1.1a, A-07 … A-09).
 *
 * Dates. P01 in Binhai changes hands on 2016-10-16 (XT-4.1.1a). That clause names Binhai's bureau alone, and no clause
 * dates the competence of the FTZ areas; so XT-3.1b holds for them on every day, also before 2016-10-16. The other
 * reading, the municipal bureau until the same day, would refuse decisions the areas did make on the strength of a
 * clause that does not speak of them. P02 has no dated clause at all: the entrustment of XT-3.2b holds on every day.
 *
 * Gaps. A P02 holder that is neither the district's own nor without a superior authority has no supervisor in XT-3.2f,
 * in an FTZ area no more than elsewhere: A-08 names MUNI_HRSS, marked `supervisorInferred`.
 *
 * Throws CompetenceError for an unknown item or location, or a date that is none.
 */
export function competence(item: string, location: string, applicant: Applicant, at: string): Competence {
  const question = readQuestion(item, location, at);
  const decision = firstFit(decisionRules, question, applicant);
  const supervision = firstFit(supervisionRules, question, applicant);
  const decidedBy = deciderAt(decision.decides, question.location);
  const supervisor = supervisorAt(supervision.supervises, question.location);
  return {
    ...question,
    decidedBy,
    legalForm: decision.legalForm,
    legalAuthority: decision.legalForm === 'ENTRUSTED' ? 'MUNI_HRSS' : decidedBy,
    supervisor,
    supervisorInferred: supervision.inferred ?? false,
    guidedBy: supervisor === 'MUNI_HRSS' ? null : 'MUNI_HRSS',
    filedWith: decision.filing ? ['MUNI_HRSS'] : [],
    basis: {
      decision: basisOf(decision),
      supervision: basisOf(supervision),
      filing: decision.filing ?? null,
    },
  };
}

/** An answer of `competence` without the day: it holds on every day of the same era. */
export type CompetenceReading = Omit<Competence, 'at'>;

/** The days on which a rule begins; between two of them nothing changes. */
const turningPoints = [...new Set(decisionRules.flatMap(({ when }) => (when.from === undefined ? [] : [when.from])))].sort();

const readings = new Map<string, readonly CompetenceReading[]>();

/**
 * The answers of `competence` for every applicant it can tell apart, in the order of `everyApplicant`: for records that
 * do not say what their applicant was. Kept per item, location and era, for imports ask for every row. Errors as
 * `competence`.
 */
export function competenceReadings(item: string, location: string, at: string): readonly CompetenceReading[] {
  const question = readQuestion(item, location, at);
  const era = turningPoints.filter((day) => day <= at).length;
  const key = `${question.item}|${question.location}|${era}`;
  const known = readings.get(key) ?? everyApplicant.map((applicant) => competence(item, location, applicant, at));
  readings.set(key, known);
  return known;
}

interface Question {
  readonly item: PermitItem;
  readonly location: PermitLocation;
  readonly at: string;
}

function readQuestion(item: string, location: string, at: string): Question {
  if (!isPermitItem(item)) {
    throw new CompetenceError(
      'COMPETENCE_ITEM_UNKNOWN',
      '未登记该许可事项的权限规则。 No competence rules are registered for this permit item.',
      'Use P01 or P02.',
    );
  }
  if (!isPermitLocation(location)) {
    throw new CompetenceError(
      'COMPETENCE_LOCATION_UNKNOWN',
      '坐落不是天津市的区，也不是自贸试验区片区。 The location is neither a district of Tianjin nor a free-trade area.',
      'Give a district code (120101 …) or FTZ:DONGJIANG, FTZ:AIRPORT, FTZ:CBD.',
    );
  }
  if (!isLegalDate(at)) {
    throw new CompetenceError(
      'COMPETENCE_DATE_INVALID',
      '日期无效。 The date is not a day of the calendar.',
      'Give the date as YYYY-MM-DD.',
    );
  }
  return { item, location, at };
}

/** The last rule of each item states no condition, so one always fits; a test goes through all cases. */
function firstFit<R extends Rule>(rules: readonly R[], question: Question, applicant: Applicant): R {
  const place = placeOf(question.location);
  const owner = ownerOf(applicant, place);
  const rule = rules.find(
    ({ item, when }) =>
      item === question.item &&
      (when.place === undefined || when.place === place) &&
      (when.from === undefined || question.at >= when.from) &&
      (when.until === undefined || question.at <= when.until) &&
      (when.capital === undefined || when.capital === applicant.capital) &&
      (when.owner === undefined || when.owner === owner) &&
      (when.superiorAuthority === undefined || when.superiorAuthority === applicant.superiorAuthority),
  );
  if (!rule) throw new Error(`No rule fits ${question.item} at ${question.location}: the table has no last resort.`);
  return rule;
}

function placeOf(location: PermitLocation): Place {
  if (location.startsWith('FTZ:')) return 'FTZ';
  return location === BINHAI_DISTRICT ? 'BINHAI' : 'OTHER_DISTRICT';
}

function ownerOf({ affiliation }: Applicant, place: Place): 'BINHAI' | 'DISTRICT' | null {
  if (affiliation === 'OTHER') return null;
  return affiliation === 'BINHAI_OWNED' || place !== 'OTHER_DISTRICT' ? 'BINHAI' : 'DISTRICT';
}

function deciderAt(decider: Decider, location: PermitLocation): string {
  if (decider !== 'AREA') return decider;
  return `FTZ_${freeTradeAreas.find((area) => area.location === location)?.area ?? ''}_APPROVAL`;
}

function supervisorAt(supervisor: Supervisor, location: PermitLocation): string {
  if (supervisor !== 'DISTRICT_HRSS') return supervisor;
  return `${districts.find(({ code }) => code === districtOf(location))?.stem ?? ''}_HRSS`;
}

function basisOf({ clauses, rulings }: Basis): Basis {
  return { clauses, rulings };
}
