import { z } from 'zod';
import { districts } from '../../../src/measures/agencies.js';
import { holderPositions } from './arguments.js';
import type { Variables } from './workload.js';

const PAGE = 1000;

const query = `query HolderCursors($district: String!, $after: String) { subjects(filter: { district: $district }, first: ${PAGE}, after: $after) { edges { cursor } pageInfo { endCursor } } }`;

const answer = z.object({
  data: z.object({
    subjects: z.object({ edges: z.array(z.object({ cursor: z.string() })), pageInfo: z.object({ endCursor: z.string().nullable() }) }),
  }),
});

/** The hub's cursor for the arguments of a request of W3. */
export type CursorOf = (variables: Variables) => string;

/**
 * Walks the first holders of each district through a running hub, 1,000 at a time (`authorization` may read in bulk),
 * and keeps the cursor of every holder that one of the `asked` arguments begins behind. A cursor is sealed for the
 * asking agency: nobody else could make it.
 */
export async function holderCursors(url: string, authorization: string, asked: readonly Variables[]): Promise<CursorOf> {
  const found = new Map<string, string>();
  for (const { code } of districts) {
    const holders = asked.filter(({ district }) => district === code).map(({ after }) => Number(after));
    const cursors = await firstCursors(url, authorization, code, holders.length * holderPositions.step);
    for (const [index, holder] of holders.sort((a, b) => a - b).entries()) {
      const cursor = cursors[(index + 1) * holderPositions.step - 1];
      if (cursor === undefined) throw new Error(`the hub lists fewer holders of ${code} than the database holds`);
      found.set(`${code} ${holder}`, cursor);
    }
  }
  return ({ district, after }) => found.get(`${district ?? ''} ${after ?? ''}`) ?? '';
}

/** Cursors of the first `count` holders of a district, in the order of the list. */
async function firstCursors(url: string, authorization: string, district: string, count: number): Promise<string[]> {
  const cursors: string[] = [];
  for (let after: string | null = null; cursors.length < count; ) {
    const response: Response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
      body: JSON.stringify({ query, variables: { district, after } }),
    });
    const text = await response.text();
    const parsed = answer.safeParse(JSON.parse(text));
    if (!parsed.success) throw new Error(`the hub does not list holders: ${response.status} ${text.slice(0, 500)}`);
    const { edges, pageInfo } = parsed.data.data.subjects;
    cursors.push(...edges.map(({ cursor }) => cursor));
    after = pageInfo.endCursor;
    if (edges.length < PAGE) break;
  }
  return cursors;
}
