import { z } from 'zod';
import { agencyOfCode } from '../agencies.js';
import { isLegalDate } from '../legal-date.js';

const route = z.object({
  /** First day of this route, null for the first one. */
  from: z.string().refine(isLegalDate).nullable(),
  /** Code of the bureau that decides. */
  decides: z.string().refine((code) => agencyOfCode(code) !== null, '未知机关 · unknown agency'),
  /** The document of Binhai's government that says so, null while it is not known to the hub. */
  document: z.string().nullable(),
});

const settings = z.strictObject({
  /** P05 inside Binhai follows a document that is not among the sources (XT-3.5c, A-10): a routing table, by day. */
  specialHoursInBinhai: z
    .array(route)
    .refine(([first]) => first?.from === null, '首行须不限起日 · the first route starts without a day')
    .refine(inOrder, '须按日期先后 · routes stand in the order of their days')
    .default([{ from: null, decides: 'BINHAI_APPROVAL', document: null }]),
  /** Whether districts without a deciding bureau of their own report too, with a nil return. */
  reportsFromEveryDistrict: z.boolean().default(false),
});

/** What a city may set about competence; everything else is text of the measures. */
export type CompetenceSettings = z.infer<typeof settings>;

/** Reads settings from parsed YAML or JSON; what is left out keeps its default. Throws ZodError for anything unfit. */
export function readCompetenceSettings(value: unknown): CompetenceSettings {
  return settings.parse(value);
}

export const defaultCompetenceSettings = readCompetenceSettings({});

function inOrder(routes: readonly { readonly from: string | null }[]): boolean {
  const days = routes.slice(1).map(({ from }) => from ?? '');
  return days.every((day, index) => day > (days[index - 1] ?? ''));
}
