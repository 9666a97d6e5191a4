// GraphQL Yoga 5 with graphql-jit and dataloader, in production mode and without a boundary; its parser and validation
// caches are on by default.
// Environment: see permit-store.mjs. Prints `ready <url>`.
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createSchema, createYoga } from 'graphql-yoga';
import { dataLoaders, queries, relations, schema } from './permit-store.mjs';

const yoga = createYoga({
  schema: createSchema({
    typeDefs: schema,
    resolvers: { Query: queries, ...relations },
  }),
  context: dataLoaders,
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
