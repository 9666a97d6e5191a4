import { clausesOf, sourceDocuments } from '../measures/clauses.js';
import { divisions } from '../measures/divisions.js';
import { nationalCalendar } from '../measures/calendar.js';
import { enforcementCatalogue } from '../measures/enforcement-catalogue.js';
import { industry } from '../measures/industry.js';
import { allRulings } from '../measures/rulings.js';
import { supervisionItems } from '../measures/supervision-items.js';

const files: readonly (() => unknown)[] = [
  nationalCalendar,
  ...sourceDocuments.map((document) => () => clausesOf(document)),
  allRulings,
  enforcementCatalogue,
  supervisionItems,
  divisions,
  industry,
];

/** Milliseconds between two files: requests that have come meanwhile go first. */
const pause = 100;

/**
 * Reads the reference data file by file once the hub serves, so that neither the start nor the first question waits for
 * all of it (0.3 to 0.7 s of parsing). Ends the process if a file is missing or wrong: then the installation is broken.
 */
export function loadReferenceInBackground(next = 0): void {
  setTimeout(() => {
    files[next]?.();
    if (next + 1 < files.length) loadReferenceInBackground(next + 1);
  }, pause).unref();
}
