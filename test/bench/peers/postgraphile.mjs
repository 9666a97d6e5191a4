// PostGraphile 5 over the four tables of the workloads, in production mode and without a boundary.
// Environment: DATABASE_URL (owner), POSTGRAPHILE_CONNECTIONS (default 4). Prints `ready <url>`.
import { createServer } from 'node:http';
import pg from 'pg';
import { addPgTableCondition } from 'postgraphile/utils';
import { grafserv } from 'postgraphile/grafserv/node';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { makeV4Preset } from 'postgraphile/presets/v4';
import { postgraphile } from 'postgraphile';

const connectionString = process.env.DATABASE_URL;
const schema = 'bench_postgraphile';

// Views of its own, so that PostGraphile gets the key, the relations and the unique number it plans by, and nobody
// else's plan changes. PostgreSQL dissolves them while planning, and the statements are prepared: they cost nothing.
// The function is how PostGraphile has a list that no condition on one table describes; PostgreSQL inlines it.
const views = `
  BEGIN;
  SELECT pg_advisory_xact_lock(hashtext('${schema}'));
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE OR REPLACE VIEW ${schema}.agency AS SELECT code, name_zh FROM hub.agency;
  CREATE OR REPLACE VIEW ${schema}.subject AS SELECT id, kind, name, uscc FROM hub.subject;
  CREATE OR REPLACE VIEW ${schema}.permit AS
    SELECT id, document_no, item, certificate_no, status, decided_on, valid_from, valid_to, location, district,
           holder_id, decided_by
    FROM hub.permit;
  CREATE OR REPLACE VIEW ${schema}.permit_action AS SELECT id, permit_id, action, acted_on FROM hub.permit_action;
  CREATE OR REPLACE FUNCTION ${schema}.holders_of_district(of_district text, behind bigint) RETURNS SETOF ${schema}.subject
    LANGUAGE sql STABLE ROWS 100 AS $$
      SELECT s.* FROM (SELECT DISTINCT holder_id FROM hub.permit WHERE district = of_district AND holder_id > behind
                       ORDER BY holder_id LIMIT 100) AS held
      JOIN ${schema}.subject AS s ON s.id = held.holder_id ORDER BY s.id $$;
  COMMENT ON VIEW ${schema}.agency IS E'@primaryKey code';
  COMMENT ON VIEW ${schema}.subject IS E'@primaryKey id';
  COMMENT ON VIEW ${schema}.permit IS
    E'@primaryKey id\\n@unique document_no|@fieldName permitByDocumentNo\\n@foreignKey (holder_id) references ${schema}.subject (id)|@fieldName holder|@foreignSimpleFieldName permits\\n@foreignKey (decided_by) references ${schema}.agency (code)|@fieldName deciding';
  COMMENT ON VIEW ${schema}.permit_action IS
    E'@primaryKey id\\n@foreignKey (permit_id) references ${schema}.permit (id)|@foreignSimpleFieldName actions';
  COMMIT;`;

async function createViews() {
  const owner = new pg.Client({ connectionString });
  await owner.connect();
  await owner.query(views);
  await owner.end();
}

const decidedTo = addPgTableCondition(
  { schemaName: schema, tableName: 'permit' },
  'decidedTo',
  (build) => ({ description: 'Decided on this day or before.', type: build.graphql.GraphQLString }),
  (value, { sqlTableAlias, sql, sqlValueWithCodec, build }) =>
    sql`${sqlTableAlias}.decided_on <= ${sqlValueWithCodec(value, build.dataplanPg.TYPES.date)}`,
);

const preset = {
  extends: [
    PostGraphileAmberPreset,
    makeV4Preset({ simpleCollections: 'only', disableDefaultMutations: true, graphiql: false, ignoreRBAC: true }),
  ],
  plugins: [decidedTo],
  pgServices: [
    makePgService({
      connectionString,
      schemas: [schema],
      poolConfig: { max: Number(process.env.POSTGRAPHILE_CONNECTIONS ?? 4) },
    }),
  ],
  grafast: { explain: false },
  grafserv: { graphqlPath: '/graphql', graphiql: false, websockets: false, watch: false },
};

await createViews();
if (process.env.PRINT_SCHEMA) {
  const { makeSchema } = await import('postgraphile');
  const { printSchema } = await import('postgraphile/graphql');
  console.log(printSchema((await makeSchema(preset)).schema));
}
const server = createServer();
const service = postgraphile(preset).createServ(grafserv);
await service.addTo(server);
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${server.address().port}/graphql`);
});
