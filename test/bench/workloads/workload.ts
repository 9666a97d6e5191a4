/**
 * W1: point look-up by number with two to-one relations (0.5 kB). W2: newest 50 of a district with actions (30 kB).
 * W3: 100 subjects of a district, each with its first 5 permits, their bureau and actions (70 kB). W4: a wide page of
 * 1,000 permits, 8 scalars and the subject (250 kB).
 */
export const workloadNames = ['W1', 'W2', 'W3', 'W4'] as const;

export type WorkloadName = (typeof workloadNames)[number];

/** Arguments of one request; `after` of W3 is an internal number of a holder, which each implementation turns into its own cursor. */
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
const actions = 'actions { action actedOn }';

export const operations: Readonly<Record<WorkloadName, Operation>> = {
  W1: {
    operationName: 'PermitByNumber',
    query: `query PermitByNumber($documentNo: ID!) { permit(documentNo: $documentNo) { ${basicFields} district ${relations} } }`,
  },
  W2: {
    operationName: 'NewestOfDistrict',
    query: `query NewestOfDistrict($district: String!, $decidedTo: LegalDate!) { permits(filter: { district: $district, decidedTo: $decidedTo }, first: 50) { nodes { ${basicFields} ${relations} ${actions} } } }`,
  },
  W3: {
    operationName: 'HoldersOfDistrict',
    query: `query HoldersOfDistrict($district: String!, $after: String!) { subjects(filter: { district: $district }, first: 100, after: $after) { nodes { name uscc kind permits(first: 5) { nodes { documentNo item status decidedOn decidedBy { code nameZh } ${actions} } } } } }`,
  },
  W4: {
    operationName: 'WidePage',
    query: `query WidePage($district: String!, $decidedTo: LegalDate!) { permits(filter: { district: $district, decidedTo: $decidedTo }, first: 1000) { nodes { ${basicFields} holder { name uscc } } } }`,
  },
};
