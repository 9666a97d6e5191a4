import { operations, type Operation, type WorkloadName } from './workload.js';

/*
 * The same questions in the words of peers whose schema is not the hub's: PostGraphile names fields and arguments after
 * tables and functions, the plain stack has neither the scalar of legal dates nor nested connections.
 */

export const postgraphileOperations: Readonly<Record<WorkloadName, Operation>> = {
  W1: {
    ...operations.W1,
    query: operations.W1.query
      .replace('ID!', 'String!')
      .replace('permit(documentNo', 'permit: permitByDocumentNo(documentNo')
      .replace('decidedBy {', 'decidedBy: deciding {'),
  },
  W2: { ...operations.W2, query: asList(operations.W2.query) },
  W3: {
    ...operations.W3,
    query: operations.W3.query
      .replace('$after: String!', '$after: BigInt!')
      .replace(/subjects\(.*?\) \{ nodes (.*) \} \}$/, 'subjects: holdersOfDistrictList(ofDistrict: $district, behind: $after, first: 100) $1 }')
      .replace(/permits\(first: 5\) \{ nodes (.*) \} \} \}$/, 'permits(first: 5, orderBy: [DECIDED_ON_DESC, ID_DESC]) $1 } }')
      .replace('decidedBy {', 'decidedBy: deciding {')
      .replace('actions {', 'actions(orderBy: [ACTED_ON_ASC, ID_ASC]) {'),
  },
  W4: { ...operations.W4, query: asList(operations.W4.query) },
};

function asList(query: string): string {
  return query
    .replace('LegalDate!', 'String!')
    .replace(
      /permits\(filter.*?first: (\d+)\) \{ nodes (.*) \} \}$/,
      'permits: allPermitsList(condition: { district: $district, decidedTo: $decidedTo }, orderBy: [DECIDED_ON_DESC, ID_DESC], first: $1) $2 }',
    )
    .replace('decidedBy {', 'decidedBy: deciding {')
    .replace('actions {', 'actions(orderBy: [ACTED_ON_ASC, ID_ASC]) {');
}

export const plainOperations: Readonly<Record<WorkloadName, Operation>> = {
  W1: operations.W1,
  W2: { ...operations.W2, query: operations.W2.query.replace('LegalDate!', 'String!') },
  W3: {
    ...operations.W3,
    query: operations.W3.query.replace(/permits\(first: 5\) \{ nodes (.*) \} \} \} \}$/, 'permits: firstPermits(first: 5) $1 } } }'),
  },
  W4: { ...operations.W4, query: operations.W4.query.replace('LegalDate!', 'String!') },
};

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value)) : {};

/** `data` with a plain list of subjects' permits in the hub's shape, a connection. */
function withPermitNodes(subjects: unknown): unknown {
  if (!Array.isArray(subjects)) return subjects;
  return subjects.map((subject) => ({ ...membersOf(subject), permits: { nodes: membersOf(subject)['permits'] } }));
}

/** PostGraphile's simple collections in the hub's shape. */
export function fromLists(workload: WorkloadName, data: unknown): unknown {
  const { permits, subjects } = membersOf(data);
  if (workload === 'W3') return { subjects: { nodes: withPermitNodes(subjects) } };
  return workload === 'W1' ? data : { permits: { nodes: permits } };
}

/** The plain stack's nested lists in the hub's shape. */
export function fromNestedLists(workload: WorkloadName, data: unknown): unknown {
  if (workload !== 'W3') return data;
  return { subjects: { nodes: withPermitNodes(membersOf(membersOf(data)['subjects'])['nodes']) } };
}
