/** From a day on (`YYYY-MM-DD`, null = ever since), this bureau decides. */
export interface Route {
  readonly from: string | null;
  /** Agency code. */
  readonly decides: string;
  /** The document that says so, null while it is not known to the hub. */
  readonly document: string | null;
}

/** What a city may set about competence; everything else is text of the measures. */
export interface CompetenceSettings {
  /** P05 inside Binhai follows a document that is not among the sources (XT-3.5c, A-10). In order of days; the first has none. */
  readonly specialHoursInBinhai: readonly Route[];
  /** Whether districts without a deciding bureau of their own report too, with a nil return. */
  readonly reportsFromEveryDistrict: boolean;
}

export const defaultCompetenceSettings: CompetenceSettings = {
  specialHoursInBinhai: [{ from: null, decides: 'BINHAI_APPROVAL', document: null }],
  reportsFromEveryDistrict: false,
};
