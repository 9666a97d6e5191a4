// Mercurius 16 on fastify 5 with its JIT and dataloader, in production mode and without a boundary. Not with its own
// loaders: their key is a sorted JSON text of every parent, with their cache off too, and they take 1.8 times the CPU of
// the process on W2 and W3 (2.5 against 1.5 ms, 11 against 6) and nothing less on W1.
// Environment: see permit-store.mjs. Prints `ready <url>`.
import fastify from 'fastify';
import mercurius from 'mercurius';
import { dataLoaders, queries, relations, schema } from './permit-store.mjs';

const server = fastify({ logger: false });
await server.register(mercurius, {
  schema,
  resolvers: { Query: queries, ...relations },
  context: dataLoaders,
  jit: 1,
  graphiql: false,
});
console.log(`ready ${await server.listen({ port: 0, host: '127.0.0.1' })}/graphql`);
