// GraphQL Yoga 5 with graphql-jit and dataloader, in production mode and without a boundary; its parser and validation
// caches are on by default.
// Environment: see permit-store.mjs. Prints `ready <url>`.
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { actionsOfPermits, agenciesByCode, firstPermitsOf, queries, schema, subjectsById } from './permit-store.mjs';

// One of each per request: rows of one request are never another's.
const context = () => ({
  subjects: new DataLoader(subjectsById),
  agencies: new DataLoader(agenciesByCode),
  actions: new DataLoader(actionsOfPermits),
  permits: new DataLoader(async (asked) => {
    const pages = await firstPermitsOf(asked.map(({ holder }) => holder), asked[0].first);
    return pages.map((nodes) => ({ nodes }));
  }, { cacheKeyFn: ({ holder, first }) => `${holder} ${first}` }),
});

const yoga = createYoga({
  schema: createSchema({
    typeDefs: schema,
    resolvers: {
      Query: queries,
      Permit: {
        holder: ({ holderId }, _arguments, { subjects }) => subjects.load(holderId),
        decidedBy: ({ decidedByCode }, _arguments, { agencies }) => agencies.load(decidedByCode),
        actions: ({ id }, _arguments, { actions }) => actions.load(id),
      },
      Subject: { permits: ({ id }, { first }, { permits }) => permits.load({ holder: id, first }) },
    },
  }),
  context,
  plugins: [useGraphQlJit()],
  logging: false,
  graphiql: false,
  landingPage: false,
  multipart: false,
  cors: false,
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${server.address().port}/graphql`);
});
