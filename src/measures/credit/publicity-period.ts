import { addCalendarMonths, addNaturalDays } from '../calendar.js';
import { isLegalDate } from '../clock.js';

/** How grave a conduct is, which decides how long its record is shown. */
export type Severity = 'MINOR' | 'ORDINARY' | 'SERIOUS';

/** Kinds of penalty a decision may hold, as the papers on publicity periods tell them apart. */
export const penaltyKinds = [
  /** 警告 */ 'WARNING',
  /** 通报批评 */ 'CRITICISM',
  /** Any penalty by the simple procedure (简易程序). */ 'SIMPLE_PROCEDURE',
  /** 罚款 */ 'FINE',
  /** 没收违法所得、没收非法财物 */ 'CONFISCATION',
  /** 暂扣许可证件、责令停产停业 */ 'SUSPENSION',
  /** 降低资质等级 */ 'DOWNGRADE',
  /** 数额特别巨大的罚款 */ 'VERY_LARGE_FINE',
  /** 吊销许可证件 */ 'LICENCE_REVOCATION',
  /** 限制从业、限制开展生产经营活动 */ 'RESTRICTION',
] as const;
export type PenaltyKind = (typeof penaltyKinds)[number];

const minorKinds: ReadonlySet<PenaltyKind> = new Set(['WARNING', 'CRITICISM', 'SIMPLE_PROCEDURE']);
const seriousKinds: ReadonlySet<PenaltyKind> = new Set(['VERY_LARGE_FINE', 'LICENCE_REVOCATION', 'RESTRICTION']);

/** A decision as its publicity period looks at it. */
export interface PublishedPenalty {
  /** Day of the decision (`YYYY-MM-DD`): it chooses the regime, and the period counts from it. */
  readonly decidedOn: string;
  /** All penalties of the decision; at least one. */
  readonly penalties: readonly PenaltyKind[];
  /** Whether it falls into food, drugs, special equipment, work safety or fire protection (令58). */
  readonly safetyField?: boolean;
  /** Conduct the deciding organ found 特定严重: shown for the whole maximum, no repair (发改办财金〔2019〕527号). */
  readonly gravest?: boolean;
}

/** For how long the record of a decision is shown to the public. */
export interface PublicityPeriod {
  /** The paper that sets it, or null before there was one. */
  readonly regime: string | null;
  readonly severity: Severity;
  /** Whether it is shown when nobody decides otherwise. */
  readonly shown: boolean;
  /** First day (`YYYY-MM-DD`) on which an early end may be applied for; null where none may. */
  readonly repairFrom: string | null;
  /** Last day it may be shown; the next day it is taken down without anybody asking. Null without a regime. */
  readonly until: string | null;
}

/** Months shown at least and at most. */
interface Span {
  readonly shown: boolean;
  readonly least: number;
  readonly most: number;
}

interface Regime {
  readonly from: string;
  readonly paper: string;
  readonly spans: Readonly<Record<Severity, Span>>;
  readonly severityOf: (penalty: PublishedPenalty, kind: PenaltyKind) => Severity;
  /** Whether conduct found 特定严重 is shown to the end, whatever is mended. */
  readonly gravestToTheEnd: boolean;
}

function byKind(_: PublishedPenalty, kind: PenaltyKind): Severity {
  return minorKinds.has(kind) ? 'MINOR' : seriousKinds.has(kind) ? 'SERIOUS' : 'ORDINARY';
}

/** Under 令58 the field, not the penalty, makes a case grave. */
function byField({ safetyField = false }: PublishedPenalty, kind: PenaltyKind): Severity {
  return minorKinds.has(kind) ? 'MINOR' : safetyField ? 'SERIOUS' : 'ORDINARY';
}

// Newest first. Numbers: shared reference on standards, part 1.4; those of the first two minor rows are (unconfirmed) there.
const regimes: readonly Regime[] = [
  {
    from: '2026-04-01',
    paper: '国家发展改革委令第36号',
    // A minor record is not shown by default; where an organ decides to show it, three months are the most, and it may be
    // repaired as soon as the duties are met.
    spans: { MINOR: { shown: false, least: 0, most: 3 }, ORDINARY: { shown: true, least: 3, most: 12 }, SERIOUS: { shown: true, least: 12, most: 36 } },
    severityOf: byKind,
    gravestToTheEnd: false,
  },
  {
    from: '2023-05-01',
    paper: '国家发展改革委令第58号',
    spans: { MINOR: { shown: false, least: 0, most: 0 }, ORDINARY: { shown: true, least: 3, most: 36 }, SERIOUS: { shown: true, least: 12, most: 36 } },
    severityOf: byField,
    gravestToTheEnd: false,
  },
  {
    from: '2019-07-01',
    paper: '发改办财金〔2019〕527号',
    spans: { MINOR: { shown: false, least: 0, most: 0 }, ORDINARY: { shown: true, least: 3, most: 12 }, SERIOUS: { shown: true, least: 6, most: 36 } },
    severityOf: byKind,
    gravestToTheEnd: true,
  },
];

/**
 * The publicity period of a decision under the regime of its day. Of several penalties the one with the longest period
 * counts. Decisions before 2019-07-01 have no regime: they are not shown, because nothing says until when.
 *
 * Throws RangeError for a date that is none, and for a decision without a penalty.
 */
export function publicityPeriod(penalty: PublishedPenalty): PublicityPeriod {
  const { decidedOn, penalties, gravest = false } = penalty;
  if (!isLegalDate(decidedOn)) throw new RangeError('决定日期无效 · The day of the decision is none.');
  const regime = regimes.find(({ from }) => decidedOn >= from);
  const severities = penalties.map((kind) => (regime ? regime.severityOf(penalty, kind) : byKind(penalty, kind)));
  const severity = (['SERIOUS', 'ORDINARY', 'MINOR'] as const).find((one) => severities.includes(one));
  if (!severity) throw new RangeError('决定未载明处罚种类 · The decision holds no penalty.');
  if (!regime) return { regime: null, severity, shown: false, repairFrom: null, until: null };
  const { shown, least, most } = regime.spans[severity];
  return {
    regime: regime.paper,
    severity,
    shown,
    repairFrom: gravest && regime.gravestToTheEnd ? null : addCalendarMonths(decidedOn, least),
    until: lastDay(decidedOn, most),
  };
}

/** The period counts from the day itself: three months from 8 May end with 7 August. */
function lastDay(from: string, months: number): string {
  return addNaturalDays(addCalendarMonths(from, months), -1);
}
