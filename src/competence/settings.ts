import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { agencyOfCode } from '../measures/agencies.js';
import { isLegalDate } from '../measures/clock.js';
import { defaultCompetenceSettings, type CompetenceSettings } from '../measures/competence.js';
import { ServiceKey } from '../planner/context.js';
import { StartUpError } from '../start-up-error.js';

/** The settings of competence in a running hub. */
export const competenceSettings = new ServiceKey<CompetenceSettings>('competence settings');

const route = z.strictObject({
  from: z.string().refine(isLegalDate, '不是日期 · not a date').nullable(),
  decides: z.string().refine((code) => agencyOfCode(code) !== null, '未知机关 · unknown agency'),
  document: z.string().nullable().default(null),
});

const settings = z.strictObject({
  specialHoursInBinhai: z
    .array(route)
    .refine(inOrder, '首行须不限起日，其余按日期先后 · the first route has no day, the others stand in the order of theirs')
    .default([...defaultCompetenceSettings.specialHoursInBinhai]),
  reportsFromEveryDistrict: z.boolean().default(defaultCompetenceSettings.reportsFromEveryDistrict),
});

function inOrder(routes: readonly { readonly from: string | null }[]): boolean {
  const days = routes.map(({ from }) => from ?? '');
  return days[0] === '' && days.slice(1).every((day, index) => day > (days[index] ?? ''));
}

const fileName = 'competence.yaml';

/**
 * Reads `competence.yaml` of the data folder: the routing table of P05 in Binhai and nil returns. Without
 * the file the defaults hold. Throws StartUpError CONFIG_INVALID for a file that is not understood: no default then.
 */
export function loadCompetenceSettings(dataFolder: string): CompetenceSettings {
  const file = path.join(dataFolder, fileName);
  if (!existsSync(file)) return defaultCompetenceSettings;
  try {
    return settings.parse(parse(readFileSync(file, 'utf8')) ?? {});
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new StartUpError('CONFIG_INVALID', {
      zh: `${file} 无法识别，请按 docs/competence.md 修改：${detail}`,
      en: `${file} is not understood; mend it as docs/competence.md says: ${detail}`,
    });
  }
}
