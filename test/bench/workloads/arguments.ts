import type pg from 'pg';
import { districts } from '../../../src/measures/agencies.js';
import { decisionDays } from '../data.js';
import { operations, type Variables, type Workload, type WorkloadName } from './workload.js';

const DOCUMENT_NUMBERS = 20_000;
const PAGE_DAYS = 700;
const DAY = 86_400_000;

/** W3 begins behind the holders at these positions of a district's list: 16 districts × 700. */
export const holderPositions = { perDistrict: 700, step: 20 } as const;

/** A fixed shuffle (multiplicative congruential, Park–Miller), so that two runs ask the same questions. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  let state = 20_261_122;
  for (let last = result.length - 1; last > 0; last--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (last + 1);
    const [a, b] = [result[last], result[other]];
    if (a === undefined || b === undefined) continue;
    result[last] = b;
    result[other] = a;
  }
  return result;
}

async function documentNumbers(owner: pg.Client): Promise<Variables[]> {
  const { rows } = await owner.query<{ documentNo: string }>(
    `SELECT document_no AS "documentNo" FROM hub.permit ORDER BY hashint8extended(id, 7), id LIMIT ${DOCUMENT_NUMBERS}`,
  );
  return rows;
}

function pages(): Variables[] {
  const last = Date.parse(decisionDays.last);
  const days = Array.from({ length: PAGE_DAYS }, (_, back) => new Date(last - back * DAY).toISOString().slice(0, 10));
  return districts.flatMap(({ code }) => days.map((decidedTo) => ({ district: code, decidedTo })));
}

/** Every `step`-th holder of each district, in the order of the list: the holder behind which a page begins. */
async function holders(owner: pg.Client): Promise<Variables[]> {
  const { perDistrict, step } = holderPositions;
  const found: Variables[] = [];
  for (const { code } of districts) {
    const { rows } = await owner.query<{ after: string }>(
      `SELECT holder_id AS after
       FROM (SELECT holder_id, row_number() OVER (ORDER BY holder_id) AS place
             FROM (SELECT DISTINCT holder_id FROM hub.permit WHERE district = $1 ORDER BY holder_id LIMIT ${perDistrict * step}) AS held) AS placed
       WHERE place % ${step} = 0 ORDER BY place`,
      [code],
    );
    found.push(...rows.map(({ after }) => ({ district: code, after })));
  }
  return found;
}

/** The workloads asked for: 20,000 document numbers, 16 districts × 700 last days, 16 districts × 700 holders to begin behind. */
export async function workloads(owner: pg.Client, names: readonly WorkloadName[]): Promise<Workload[]> {
  const variables: Readonly<Record<WorkloadName, () => Variables[] | Promise<Variables[]>>> = {
    W1: () => documentNumbers(owner),
    W2: pages,
    W3: () => holders(owner),
    W4: pages,
  };
  return Promise.all(names.map(async (name) => ({ name, operation: operations[name], variables: shuffled(await variables[name]()) })));
}
