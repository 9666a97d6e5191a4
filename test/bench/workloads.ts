import type pg from 'pg';
import { districts } from '../../src/measures/agencies.js';
import { decisionDays } from './data.js';

/** W1: point look-up by number with two to-one relations (0.5 kB). W2: newest 50 of a district with actions (30 kB). */
export type WorkloadName = 'W1' | 'W2';

export type Variables = Readonly<Record<string, string>>;

/** One GraphQL operation as a client sends it. */
export interface Operation {
  readonly operationName: string;
  readonly query: string;
}

export interface Workload {
  readonly name: WorkloadName;
  /** The document as the hub, and every peer with the same schema, is asked. */
  readonly operation: Operation;
  /** Distinct arguments, in an order that no index and no page of the database shares. */
  readonly variables: readonly Variables[];
}

const basicFields = 'documentNo item certificateNo status decidedOn validFrom validTo location';
const relations = 'holder { name uscc kind } decidedBy { code nameZh }';

export const operations: Readonly<Record<WorkloadName, Operation>> = {
  W1: {
    operationName: 'PermitByNumber',
    query: `query PermitByNumber($documentNo: ID!) { permit(documentNo: $documentNo) { ${basicFields} district ${relations} } }`,
  },
  W2: {
    operationName: 'NewestOfDistrict',
    query: `query NewestOfDistrict($district: String!, $decidedTo: LegalDate!) { permits(filter: { district: $district, decidedTo: $decidedTo }, first: 50) { nodes { ${basicFields} ${relations} actions { action actedOn } } } }`,
  },
};

const DOCUMENT_NUMBERS = 20_000;
const PAGE_DAYS = 700;
const DAY = 86_400_000;

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

/** Both workloads with 20,000 document numbers and 16 districts × 700 last days as arguments. */
export async function workloads(owner: pg.Client): Promise<Readonly<Record<WorkloadName, Workload>>> {
  return {
    W1: { name: 'W1', operation: operations.W1, variables: shuffled(await documentNumbers(owner)) },
    W2: { name: 'W2', operation: operations.W2, variables: shuffled(pages()) },
  };
}
