import { z } from 'zod';
import type { Clause } from './clauses.js';

/** One time limit of a clause. */
export type DueLimit =
  /** `rolls`: a last day at rest moves to the next working day. */
  | { readonly kind: 'NATURAL_DAYS'; readonly days: number; readonly rolls: boolean }
  | { readonly kind: 'WORKING_DAYS'; readonly days: number }
  | { readonly kind: 'CALENDAR_MONTHS'; readonly months: number }
  /** A day of the calendar; `month` null is every month. It does not roll and still counts itself. */
  | { readonly kind: 'FIXED_DATE'; readonly month: number | null; readonly day: number; readonly following: boolean };

/** Whether the text sets the limit, is read so by the second reading of a ruling, or the project put it in a gap. */
export type DueStanding = 'STATED' | 'ALTERNATIVE' | 'POLICY_DEFAULT';

/** A limit with its standing and the part of the duty it is for. */
export interface TimedDuty {
  readonly limit: DueLimit;
  readonly standing: DueStanding;
  readonly what: string | null;
}

/** How a clause is timed beyond what its rule says. */
export interface Timing {
  /** The day counted from, for people. */
  readonly from: string;
  /** The rulings that settle how it is counted. */
  readonly rulings: readonly string[];
  /** Other clauses it is counted like. */
  readonly like?: readonly string[];
  /** The limit where the rule of the clause holds none for machines. */
  readonly limit?: DueLimit;
  readonly standing?: DueStanding;
  /** Last month of the period reported on, where not the whole year. */
  readonly lastMonth?: number;
}

/** A gap filled by analogy with the 3 days of XT-5.1.2c, for monitoring. */
function monitored(from: string): Timing {
  const limit = { kind: 'NATURAL_DAYS', days: 3, rolls: true } as const;
  return { from, rulings: ['A-58'], like: ['XT-5.1.2c'], limit, standing: 'POLICY_DEFAULT' };
}

const effect = '许可行为生效日 · the day the action on the permit takes legal effect';
const decided = '许可决定日 · the day of the permit decision';
const anyDay = '报告期内任意一日 · any day of the period reported on';

/** Every clause with a limit that can be computed. Numbers come from the clauses' rules where these hold them. */
export const timings: Readonly<Record<string, Timing>> = {
  'XT-3.2c': monitored(decided),
  'XT-3.2e': monitored(decided),
  'XT-3.8c': monitored(decided),
  'XT-3.10c': monitored(effect),
  'XT-4.7.3b': {
    from: '需用日 · the day the additional certificates are needed',
    rulings: [],
    limit: { kind: 'CALENDAR_MONTHS', months: -2 },
  },
  'XT-5.1.1b': { from: anyDay, rulings: ['A-04', 'A-05'] },
  'XT-5.1.1c': { from: anyDay, rulings: ['A-04', 'A-05'] },
  'XT-5.1.2c': { from: effect, rulings: ['A-01', 'A-02'] },
  'XT-5.3.2b': monitored(decided),
  'XT-5.4.2.5a': { from: '抽检通报日 · the day of the circular on the problem found', rulings: ['A-23'] },
  'XT-A2.8': { from: anyDay, rulings: ['A-04', 'A-05'] },
  'XT-A3.5a': { from: anyDay, rulings: ['A-04', 'A-05', 'A-19'] },
  'XT-A3.5b': { from: anyDay, rulings: ['A-04', 'A-05', 'A-19'], lastMonth: 6 },
  'YZ-2.3e': { from: '作出承诺之日 · the day of the commitment', rulings: ['A-26'] },
  'YZ-3.1d': { from: '信息形成或变更之日 · the day the information is made or changed', rulings: ['A-30'] },
  'YZ-3.4b': { from: decided, rulings: ['A-29'] },
  'YZ-3.4c': { from: decided, rulings: ['A-29'] },
  'CK-5.5b': { from: '协议签订日 · the day the agreement is signed', rulings: ['A-55'], limit: { kind: 'CALENDAR_MONTHS', months: 36 } },
  'SX-3.1.3.1a': { from: '决定作出之日 · the day of the decision', rulings: ['A-30'] },
  'SX-3.1.3.1b': { from: '决定作出之日 · the day of the decision', rulings: ['A-30'] },
  'SX-3.1.3.3a': { from: anyDay, rulings: ['A-04', 'A-05'] },
  'XM-3.5.5a': { from: '形成检查初步结果之日 · the day of the initial result', rulings: ['A-46'] },
  'XM-3.5.5b': { from: '书面告知送达日 · the day the paper notice is delivered', rulings: ['A-46'] },
  'XM-3.5.5c': { from: '公示日或不予公示决定日 · the day of publication, or of the decision to withhold', rulings: ['A-48'] },
  'XM-3.6.3c': { from: '最后一次检查行为结束日 · the day the last act of inspection closes', rulings: ['A-30', 'A-47'] },
};

const countedRule = z.object({
  days: z.int().nonnegative(),
  calendar: z.enum(['natural', 'working']),
  rollIfClosed: z.literal('next working day').optional(),
  what: z.string().optional(),
});

const fixedRule = z.union([
  z.object({ dayOfMonth: z.int(), of: z.literal('following month'), inclusive: z.literal(true) }),
  z.object({ month: z.int(), day: z.int(), of: z.enum(['following year', 'same year']), inclusive: z.literal(true) }),
]);

const ruleSchema = z.object({
  due: z.union([countedRule, fixedRule, z.array(countedRule)]).optional(),
  /** A period granted rather than a duty to act (XM-3.5.5b). */
  window: countedRule.optional(),
  altReading: z.object({ calendar: z.enum(['natural', 'working']) }).optional(),
});

const triggerSchema = z.object({
  trigger: z.union([z.string(), z.array(z.string())]).optional(),
  policyDefaultTrigger: z.array(z.string()).default([]),
});

type Counted = z.output<typeof countedRule>;

function countedLimit({ days, calendar, rollIfClosed }: Counted): DueLimit {
  return calendar === 'working' ? { kind: 'WORKING_DAYS', days } : { kind: 'NATURAL_DAYS', days, rolls: rollIfClosed !== undefined };
}

/** The time limits of a clause that `timings` lists. Throws ZodError where its rule holds none and `timings` neither. */
export function dutiesOf(clause: Clause, timing: Timing): readonly TimedDuty[] {
  const standing = timing.standing ?? 'STATED';
  if (timing.limit) return [{ limit: timing.limit, standing, what: null }];
  const { due, window, altReading } = ruleSchema.parse(clause.rule);
  const rule = due ?? countedRule.parse(window);
  if (Array.isArray(rule)) return rule.map((part) => ({ limit: countedLimit(part), standing, what: part.what ?? null }));
  if ('of' in rule) {
    const [month, day] = 'month' in rule ? [rule.month, rule.day] : [null, rule.dayOfMonth];
    return [{ limit: { kind: 'FIXED_DATE', month, day, following: rule.of !== 'same year' }, standing, what: null }];
  }
  const stated: TimedDuty = { limit: countedLimit(rule), standing, what: null };
  if (!altReading) return [stated];
  return [stated, { limit: countedLimit({ days: rule.days, ...altReading }), standing: 'ALTERNATIVE', what: null }];
}

/** Events the limit runs from: those of the text, and those the project added without a text. */
export function triggersOf(clause: Clause): { readonly stated: readonly string[]; readonly policyDefault: readonly string[] } {
  const { trigger, policyDefaultTrigger } = triggerSchema.parse(clause.rule);
  return { stated: typeof trigger === 'string' ? [trigger] : (trigger ?? []), policyDefault: policyDefaultTrigger };
}
