// The queries a peer without a planner of its own is written with: one named statement per root field and per relation,
// parameters as arrays where a loader batches, through a pool of stock `pg` as its manual shows it.
// Environment: DATABASE_URL (owner), PEER_CONNECTIONS (default 4).
import DataLoader from 'dataloader';
import pg from 'pg';

const DATE = 1082;
const asText = (text) => text;

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.PEER_CONNECTIONS ?? 4),
  // A legal date is answered as it is stored; bigint keys are texts by default.
  types: { getTypeParser: (oid, format) => (oid === DATE ? asText : pg.types.getTypeParser(oid, format)) },
});

const permitColumns = `id, document_no AS "documentNo", item, certificate_no AS "certificateNo", status,
  decided_on AS "decidedOn", valid_from AS "validFrom", valid_to AS "validTo", location, district,
  holder_id AS "holderId", decided_by AS "decidedByCode"`;

const statements = {
  permit_by_number: `SELECT ${permitColumns} FROM hub.permit WHERE document_no = $1`,
  newest_of_district: `
    SELECT ${permitColumns} FROM hub.permit WHERE district = $1 AND decided_on <= $2
    ORDER BY decided_on DESC, id DESC LIMIT $3`,
  holders_of_district: `
    SELECT s.id, s.name, s.uscc, s.kind
    FROM (SELECT DISTINCT holder_id FROM hub.permit WHERE district = $1 AND holder_id > $2
          ORDER BY holder_id LIMIT $3) AS held
    JOIN hub.subject AS s ON s.id = held.holder_id ORDER BY s.id`,
  subjects: 'SELECT id, name, uscc, kind FROM hub.subject WHERE id = ANY ($1::bigint[])',
  agencies: 'SELECT code, name_zh AS "nameZh" FROM hub.agency WHERE code = ANY ($1::text[])',
  actions: `
    SELECT permit_id AS "permitId", action, acted_on AS "actedOn" FROM hub.permit_action
    WHERE permit_id = ANY ($1::bigint[]) ORDER BY acted_on, id`,
  first_permits: `
    SELECT p.* FROM unnest($1::bigint[]) AS holder (id)
    CROSS JOIN LATERAL (SELECT ${permitColumns} FROM hub.permit WHERE holder_id = holder.id
                        ORDER BY decided_on DESC, id DESC LIMIT $2) AS p`,
};

async function rowsOf(name, values) {
  const { rows } = await pool.query({ name, text: statements[name], values });
  return rows;
}

const distinct = (keys) => [...new Set(keys)];

/** The row of each key, in the order of the keys. */
async function onePerKey(name, keys, keyOf) {
  const rows = new Map();
  for (const row of await rowsOf(name, [distinct(keys)])) rows.set(row[keyOf], row);
  return keys.map((key) => rows.get(key) ?? null);
}

/** The rows of each key, in the order of the keys; within a key in the order of the statement. */
async function manyPerKey(name, keys, keyOf, ...values) {
  const rows = new Map(keys.map((key) => [key, []]));
  for (const row of await rowsOf(name, [[...rows.keys()], ...values])) rows.get(row[keyOf]).push(row);
  return keys.map((key) => rows.get(key));
}

export const permitByNumber = async (documentNo) => (await rowsOf('permit_by_number', [documentNo]))[0] ?? null;
export const newestOfDistrict = (district, decidedTo, first) => rowsOf('newest_of_district', [district, decidedTo, first]);
export const holdersOfDistrict = (district, after, first) => rowsOf('holders_of_district', [district, after, first]);

export const subjectsById = (ids) => onePerKey('subjects', ids, 'id');
export const agenciesByCode = (codes) => onePerKey('agencies', codes, 'code');
export const actionsOfPermits = (ids) => manyPerKey('actions', ids, 'permitId');
export const firstPermitsOf = (holders, first) => manyPerKey('first_permits', holders, 'holderId', first);

/** The part of the hub's schema that the workloads ask for; `after` is the number of a holder. */
export const schema = `
  scalar LegalDate
  input PermitFilter { district: String! decidedTo: LegalDate! }
  input SubjectFilter { district: String! }
  type Query {
    permit(documentNo: ID!): Permit
    permits(filter: PermitFilter!, first: Int!): PermitConnection
    subjects(filter: SubjectFilter!, first: Int!, after: String!): SubjectConnection
  }
  type PermitConnection { nodes: [Permit!]! }
  type SubjectConnection { nodes: [Subject!]! }
  type Permit {
    documentNo: ID! item: String! certificateNo: String status: String decidedOn: LegalDate! validFrom: LegalDate
    validTo: LegalDate location: String district: String holder: Subject! decidedBy: Agency! actions: [PermitAction!]!
  }
  type Subject { name: String! uscc: String kind: String! permits(first: Int!): PermitConnection! }
  type Agency { code: String! nameZh: String! }
  type PermitAction { action: String! actedOn: LegalDate! }`;

export const queries = {
  permit: (_root, { documentNo }) => permitByNumber(documentNo),
  permits: async (_root, { filter, first }) => ({ nodes: await newestOfDistrict(filter.district, filter.decidedTo, first) }),
  subjects: async (_root, { filter, first, after }) => ({ nodes: await holdersOfDistrict(filter.district, after, first) }),
};

/** The dataloaders of one request: rows of one request are never another's. */
export const dataLoaders = () => ({
  subjects: new DataLoader(subjectsById),
  agencies: new DataLoader(agenciesByCode),
  actions: new DataLoader(actionsOfPermits),
  permits: new DataLoader(async (asked) => {
    const pages = await firstPermitsOf(asked.map(({ holder }) => holder), asked[0].first);
    return pages.map((nodes) => ({ nodes }));
  }, { cacheKeyFn: ({ holder, first }) => `${holder} ${first}` }),
});

/** Relations by the {@link dataLoaders} in the context. */
export const relations = {
  Permit: {
    holder: ({ holderId }, _arguments, { subjects }) => subjects.load(holderId),
    decidedBy: ({ decidedByCode }, _arguments, { agencies }) => agencies.load(decidedByCode),
    actions: ({ id }, _arguments, { actions }) => actions.load(id),
  },
  Subject: { permits: ({ id }, { first }, { permits }) => permits.load({ holder: id, first }) },
};
