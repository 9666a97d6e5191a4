import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { agencyOfCode } from '../measures/agencies.js';
import { StartUpError } from '../start-up-error.js';

/** A budget in objects: so many come back a minute, so many may be saved up. */
export interface BudgetSetting {
  readonly perMinute: number;
  readonly burst: number;
}

/**
 * Which documents an agency may send. `off`: any. `log`: any; those that are not trusted are named in the log. `enforce`: trusted ones
 * alone, as text or by id. `require`: trusted ones by id alone.
 */
export const rampSteps = ['off', 'log', 'enforce', 'require'] as const;
export type RampStep = (typeof rampSteps)[number];

/** What one agency is held to. */
export interface AgencyLimits {
  /** Most objects one operation may ask for. */
  readonly operationCost: number;
  readonly budget: BudgetSetting;
  readonly documents: RampStep;
  /** Streams open at once, over all tokens of the agency, at one process. */
  readonly subscriptions: number;
  /** WebSocket connections open at once. */
  readonly connections: number;
}

export interface LimitSettings {
  of(agency: string): AgencyLimits;
}

/**
 * Without a file: 2,000 objects a second all day and five minutes' worth of them saved up. A look-up of one permit with
 * its holder, bureau and actions costs some five of them, a page of 100 with all that up to 2,400; an operation may ask
 * for two full bulk pages of that.
 *
 * A bureau has at most some hundred desks and a few systems: 1,000 streams over 500 connections are more than it needs.
 */
export const defaultLimits: AgencyLimits = { operationCost: 50_000, budget: { perMinute: 120_000, burst: 600_000 }, documents: 'off', subscriptions: 1_000, connections: 500 };

const positive = z.int().min(1).max(1_000_000_000);

const held = z.strictObject({
  operationCost: positive.optional(),
  objectsPerMinute: positive.optional(),
  burst: positive.optional(),
  documents: z.enum(rampSteps).optional(),
  subscriptions: positive.optional(),
  connections: positive.optional(),
});

const file = held.extend({
  agencies: z.record(z.string().refine((code) => agencyOfCode(code) !== null, '未知机关 · unknown agency'), held).default({}),
});

const fileName = 'limits.yaml';

/**
 * Reads `limits.yaml` of the data folder: what every agency is held to, and under `agencies` what single ones are. Without
 * the file the defaults hold. Throws StartUpError CONFIG_INVALID for a file that is not understood, and for a burst below
 * the operation cost: such an operation could never run.
 */
export function loadLimitSettings(dataFolder: string): LimitSettings {
  const at = path.join(dataFolder, fileName);
  if (!existsSync(at)) return settingsOf(defaultLimits, new Map());
  try {
    const read = file.parse(parse(readFileSync(at, 'utf8')) ?? {});
    const all = limitsWith(defaultLimits, read, 'all');
    return settingsOf(all, new Map(Object.entries(read.agencies).map(([agency, own]) => [agency, limitsWith(all, own, agency)])));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new StartUpError('CONFIG_INVALID', {
      zh: `${at} 无法识别，请按 docs/limits.md 修改：${detail}`,
      en: `${at} is not understood; mend it as docs/limits.md says: ${detail}`,
    });
  }
}

export function settingsOf(all: AgencyLimits, agencies: ReadonlyMap<string, AgencyLimits>): LimitSettings {
  return { of: (agency) => agencies.get(agency) ?? all };
}

function limitsWith(base: AgencyLimits, own: z.output<typeof held>, name: string): AgencyLimits {
  const limits = {
    operationCost: own.operationCost ?? base.operationCost,
    budget: { perMinute: own.objectsPerMinute ?? base.budget.perMinute, burst: own.burst ?? base.budget.burst },
    documents: own.documents ?? base.documents,
    subscriptions: own.subscriptions ?? base.subscriptions,
    connections: own.connections ?? base.connections,
  };
  if (limits.budget.burst < limits.operationCost) throw new RangeError(`${name}: burst < operationCost`);
  return limits;
}
