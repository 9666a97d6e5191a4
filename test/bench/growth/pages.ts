import type pg from 'pg';
import { z } from 'zod';
import { BINHAI_DISTRICT } from '../../../src/measures/agencies.js';
import { decisionDays } from '../data.js';
import type { Implementation } from '../implementations.js';
import type { Pair } from '../measure.js';
import type { Stage } from '../stage.js';
import { operations, type Operation, type Variables, type Workload } from '../workloads/workload.js';

/** Pages of a list that are measured; a page holds 50. */
export const pageNumbers = [1, 10, 100, 1000] as const;

const PAGE = 50;
const CHUNK = 1000;
const DAY = 86_400_000;

/** Lists are those of the largest district up to one of these many last days: as many arguments a page. */
const LISTS = 10;

/** W2 with a cursor: what a caller sends who turns pages. */
const pageOperation: Operation = {
  operationName: 'PageOfDistrict',
  query: operations.W2.query
    .replace('NewestOfDistrict', 'PageOfDistrict')
    .replace('$decidedTo: LegalDate!', '$decidedTo: LegalDate!, $after: String')
    .replace('first: 50', `first: ${PAGE}, after: $after`),
};

const cursorQuery = `query PageCursors($district: String!, $decidedTo: LegalDate!, $after: String) { permits(filter: { district: $district, decidedTo: $decidedTo }, first: ${CHUNK}, after: $after) { edges { cursor } } }`;

const cursorAnswer = z.object({ data: z.object({ permits: z.object({ edges: z.array(z.object({ cursor: z.string() })) }) }) });

const lastDays = Array.from({ length: LISTS }, (_, back) => new Date(Date.parse(decisionDays.last) - back * DAY).toISOString().slice(0, 10));

/** The row before a page, where the keyset of the limit begins; before the first page, a row behind every other. */
async function keysetOf(owner: pg.Client, decidedTo: string, page: number): Promise<Variables> {
  if (page === 1) return { district: BINHAI_DISTRICT, decidedOn: decidedTo, id: '9223372036854775807' };
  const { rows } = await owner.query<{ day: string; id: string }>(
    `SELECT decided_on::text AS day, id FROM hub.permit WHERE district = $1 AND decided_on <= $2
     ORDER BY decided_on DESC, id DESC OFFSET ${(page - 1) * PAGE - 1} LIMIT 1`,
    [BINHAI_DISTRICT, decidedTo],
  );
  const [row] = rows;
  if (!row) throw new Error(`the list of ${BINHAI_DISTRICT} has no page ${page}`);
  return { district: BINHAI_DISTRICT, decidedOn: row.day, id: row.id };
}

/** Cursors behind which the pages of one list begin, by page, read through the hub 1,000 at a time. */
async function cursorsOf(url: string, one: Implementation, decidedTo: string): Promise<ReadonlyMap<number, string | null>> {
  const found = new Map<number, string | null>([[1, null]]);
  const needed = Math.max(...pageNumbers) * PAGE;
  let after: string | null = null;
  for (let read = 0; read < needed; read += CHUNK) {
    const response: Response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...one.headers, authorization: one.authorization?.({}) ?? '' },
      body: JSON.stringify({ query: cursorQuery, variables: { district: BINHAI_DISTRICT, decidedTo, after } }),
    });
    const text = await response.text();
    const parsed = cursorAnswer.safeParse(JSON.parse(text));
    if (!parsed.success) throw new Error(`the hub does not list permits: ${response.status} ${text.slice(0, 500)}`);
    const cursors = parsed.data.data.permits.edges.map(({ cursor }) => cursor);
    for (const page of pageNumbers) {
      const cursor = cursors[(page - 1) * PAGE - 1 - read];
      if (cursor !== undefined) found.set(page, cursor);
    }
    after = cursors.at(-1) ?? null;
  }
  return found;
}

/** One pair per implementation and page; the arguments of a page are that page of {@link LISTS} lists. */
export async function pagePairs(stage: Stage, owner: pg.Client): Promise<(Pair & { readonly page: number })[]> {
  const pairs: (Pair & { page: number })[] = [];
  for (const one of stage.chosen) {
    const server = stage.servers.get(one.server);
    if (!server) continue;
    const cursors = one.name === 'limit' ? [] : await Promise.all(lastDays.map((day) => cursorsOf(server.url, one, day)));
    for (const page of pageNumbers) {
      const variables = await Promise.all(
        lastDays.map(async (decidedTo, list): Promise<Variables> => {
          if (one.name === 'limit') return keysetOf(owner, decidedTo, page);
          const after = cursors[list]?.get(page);
          if (after === undefined) throw new Error(`the hub's list of ${BINHAI_DISTRICT} has no page ${page}`);
          return { district: BINHAI_DISTRICT, decidedTo, ...(after === null ? {} : { after }) };
        }),
      );
      const workload: Workload = { name: 'W2', operation: pageOperation, variables };
      pairs.push({ one: one.name === 'limit' ? { ...one, path: () => 'page' } : one, workload, server, page });
    }
  }
  return pairs;
}
