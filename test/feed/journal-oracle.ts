import { expectDense, readFeedLog } from './feed-log.js';
import type { Journaled, Visible } from './kill-writers.js';
import type { Session } from './registry-rows.js';

/** What the subscriber must have, by the log itself: the committed events MUNI_HRSS may see, in order of position. */
export async function visibleByLog(client: Session): Promise<Visible[]> {
  const seen = (image: Record<string, unknown> | null): boolean => image !== null && image['item'] !== 'US-H2B';
  const events = expectDense(await readFeedLog(client)).filter(({ entity }) => entity === 'Permit');
  return events.flatMap(({ before, after }): Visible[] => {
    if (!seen(before) && !seen(after)) return [];
    const documentNo = String((after ?? before)?.['document_no']);
    if (!seen(after)) return [{ kind: 'LEFT', documentNo, certificateNo: null }];
    const certificateNo = String(after?.['certificate_no']);
    if (!seen(before)) return [{ kind: 'ENTERED', documentNo, certificateNo }];
    return before?.['certificate_no'] === certificateNo ? [] : [{ kind: 'CHANGED', documentNo, certificateNo }];
  });
}

/** Each acknowledged commit whole and once, one in doubt whole or not at all, nothing else, in an order the writers saw. */
export function expectJournal(received: readonly Visible[], journal: readonly Journaled[]): void {
  const text = (event: Visible): string => `${event.kind} ${event.documentNo} ${event.certificateNo ?? ''}`;
  const place = new Map(received.map((event, i) => [text(event), i]));
  expect(place.size).toBe(received.length);
  let total = 0;
  const placed: { readonly at: number; readonly commit: Journaled }[] = [];
  for (const commit of journal) {
    const places = commit.events.flatMap((event) => place.get(text(event)) ?? []);
    if (commit.acknowledged === null && places.length === 0) continue;
    const [at = -1] = places;
    expect(places).toEqual(commit.events.map((_, i) => at + i));
    total += places.length;
    placed.push({ at, commit });
  }
  expect(total).toBe(received.length);
  let latestAsked = 0;
  for (const { commit } of placed.sort((a, b) => a.at - b.at)) {
    expect(commit.acknowledged ?? Infinity).toBeGreaterThan(latestAsked);
    latestAsked = Math.max(latestAsked, commit.asked);
  }
}
