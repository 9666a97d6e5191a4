import type { PermitLocation } from './agencies.js';
import { applicantsOf, applicantsWith, factsOfItem, type Applicant } from './competence/applicant.js';
import { organOf, restsOnOverlap } from './competence/organs.js';
import { CompetenceError, readQuestion, situationOf, type Situation } from './competence/question.js';
import { fits, type Basis, type Condition, type LegalForm, type NoticeKind, type Seat } from './competence/rule.js';
import { rulesOfItem } from './competence/rules.js';
import { defaultCompetenceSettings, type CompetenceSettings } from './competence/settings.js';
import type { PermitItem } from './permit-items.js';

export { ELSEWHERE, everyApplicant, type Applicant } from './competence/applicant.js';
export { CompetenceError, type CompetenceErrorCode } from './competence/question.js';
export type { Basis, LegalForm, NoticeKind } from './competence/rule.js';
export { defaultCompetenceSettings, type CompetenceSettings } from './competence/settings.js';

/** Somebody must be told: the duty, who has it, who is told, and the actions that set it off. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly by: string;
  readonly to: string;
  /** Empty for a report, which a period sets off. */
  readonly on: readonly string[];
  readonly basis: Basis;
}

/** Who decides, answers for, supervises, guides and is told of a permit. Organs are agency codes. */
export interface Competence {
  readonly item: PermitItem;
  readonly location: PermitLocation;
  /** `YYYY-MM-DD`, the day asked for. */
  readonly at: string;
  readonly decidedBy: string;
  readonly legalForm: LegalForm;
  /** The organ in whose authority the decision stands: differs from `decidedBy` under ENTRUSTED and JOINT. */
  readonly legalAuthority: string;
  /** EXTERNAL where the split follows a document outside the measures, by the hub's routing table. */
  readonly competenceBasis: 'MEASURES' | 'EXTERNAL';
  /** Null where the measures name none. */
  readonly supervisor: string | null;
  /** True where no clause names a supervisor and a ruling fills the gap. */
  readonly supervisorInferred: boolean;
  /** Whether the supervisor's clause gives it penalties besides inspection (XT-3.5e). */
  readonly supervisorMayPenalise: boolean;
  /** Who guides the supervisor; null where it is the guiding bureau itself, or there is none. */
  readonly guidedBy: string | null;
  readonly notices: readonly Notice[];
  readonly basis: {
    readonly decision: Basis;
    readonly supervision: Basis;
    /** Null where nobody guides. */
    readonly guidance: Basis | null;
  };
}

/**
 * Who is competent for `item` (P01 … P10) at `location` (district code or `FTZ:<AREA>`) for `applicant` on `at`
 * (`YYYY-MM-DD`): XT-3.*, XT-4.1.1a, CK-1a and rulings A-06 …. Exactly one organ decides, for every
 * location, applicant and day.
 *
 * Throws CompetenceError for an unknown item or location, for a date that is none, and for a chain whose principal office
 * lies nowhere.
 */
export function competence(
  item: string,
  location: string,
  applicant: Applicant,
  at: string,
  settings: CompetenceSettings = defaultCompetenceSettings,
): Competence {
  const situation = situationOf(readQuestion(item, location, at), applicant);
  const rules = rulesOfItem[situation.item];
  const decision = firstFit(rules.decisions, situation);
  const supervision = firstFit(rules.supervision, situation);
  const decidedBy = organOf(decision.decides, situation, settings, null);
  const organ = (seat: Seat): string => organOf(seat, situation, settings, decidedBy);
  const { supervises, guidance = null } = supervision;
  return {
    item: situation.item,
    location: situation.location,
    at,
    decidedBy,
    legalForm: decision.legalForm,
    legalAuthority: decision.authority === undefined ? decidedBy : organ(decision.authority),
    competenceBasis: decision.competenceBasis ?? 'MEASURES',
    supervisor: supervises && organ(supervises),
    supervisorInferred: supervision.inferred ?? false,
    supervisorMayPenalise: supervision.mayPenalise ?? false,
    guidedBy: guidance && organ(guidance.by),
    notices: (decision.notices ?? [])
      .filter(({ optional }) => optional === undefined || settings.reportsFromEveryDistrict)
      .map((notice) => ({
        kind: notice.kind,
        by: organ(notice.by),
        to: organ(notice.to),
        on: notice.on,
        basis: basisOf(notice, situation, notice.by, notice.to),
      })),
    basis: {
      decision: basisOf(decision, situation, decision.decides),
      supervision: basisOf(supervision, situation, supervises),
      guidance: guidance && basisOf(guidance, situation, guidance.by),
    },
  };
}

/**
 * The answer of `competence` for what is known of the applicant. Facts that the item does not ask for are left aside;
 * one that is not given may stay open as long as it changes nothing.
 * Throws CompetenceError COMPETENCE_APPLICANT_INCOMPLETE, which names the open facts, where it would; never guesses.
 */
export function competenceFor(
  item: string,
  location: string,
  known: Partial<Applicant>,
  at: string,
  settings: CompetenceSettings = defaultCompetenceSettings,
): Competence {
  const { item: code } = readQuestion(item, location, at);
  const answers = applicantsWith(code, known).map((applicant) => competence(code, location, applicant, at, settings));
  const [answer] = answers;
  const texts = new Set(answers.map((one) => JSON.stringify(one)));
  if (answer && texts.size === 1) return answer;
  const open = factsOfItem[code].filter((fact) => known[fact] === undefined);
  throw new CompetenceError(
    'COMPETENCE_APPLICANT_INCOMPLETE',
    `权限取决于申请人情况，尚缺：${open.join('、')}。 Competence depends on the applicant; not stated: ${open.join(', ')}.`,
    code === 'P02' ? ['XT-3.2b', 'XT-3.2f', 'A-08'] : ['XT-3.5b', 'A-11'],
    `补充 ${open.join('、')} · Give ${open.join(', ')}.`,
  );
}

/** An answer of `competence` without the day: it holds on every day of the same era. */
export type CompetenceReading = Omit<Competence, 'at'>;

interface Kept {
  /** Days on which something changes; between two of them nothing does. */
  readonly days: readonly string[];
  readonly readings: Map<string, readonly CompetenceReading[]>;
}

const keptOf = new WeakMap<CompetenceSettings, Kept>();

/**
 * The answers of `competence` for every applicant, in the order of `everyApplicant` (for P05: of every employer, chains
 * and others): for records that do not say what their applicant was. Kept per item, location and era, for imports ask for every row.
 * Errors as `competence`.
 */
export function competenceReadings(
  item: string,
  location: string,
  at: string,
  settings: CompetenceSettings = defaultCompetenceSettings,
): readonly CompetenceReading[] {
  const question = readQuestion(item, location, at);
  const kept = keptOf.get(settings) ?? { days: turningPoints(settings), readings: new Map<string, readonly CompetenceReading[]>() };
  keptOf.set(settings, kept);
  const era = kept.days.filter((day) => day <= at).length;
  const key = `${question.item}|${question.location}|${era}`;
  const known = kept.readings.get(key) ?? applicantsOf(question.item).map((applicant) => competence(item, location, applicant, at, settings));
  kept.readings.set(key, known);
  return known;
}

/** The days on which rules of the measures and routes of the settings begin. */
function turningPoints({ specialHoursInBinhai }: CompetenceSettings): readonly string[] {
  const rules = Object.values(rulesOfItem).flatMap(({ decisions, supervision }) => [...decisions, ...supervision]);
  return [...rules.flatMap(({ when }) => when.from ?? []), ...specialHoursInBinhai.flatMap(({ from }) => from ?? [])];
}

/** The last rule of each item states no condition, so one always fits; a test goes through all cases. */
function firstFit<R extends { readonly when: Condition }>(rules: readonly R[], situation: Situation): R {
  const rule = rules.find(({ when }) => fits(when, situation));
  if (!rule) throw new Error(`No rule fits ${situation.item} at ${situation.location}: the table has no last resort.`);
  return rule;
}

function basisOf({ clauses, rulings }: Basis, situation: Situation, ...seats: readonly (Seat | null)[]): Basis {
  const overlap = seats.some((seat) => restsOnOverlap(seat, situation)) && !rulings.includes('A-07');
  return { clauses, rulings: overlap ? [...rulings, 'A-07'] : rulings };
}
