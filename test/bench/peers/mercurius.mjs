// Mercurius 16 on fastify 5 with its JIT and its loaders, in production mode and without a boundary.
// Environment: see permit-store.mjs. Prints `ready <url>`.
import fastify from 'fastify';
import mercurius from 'mercurius';
import { actionsOfPermits, agenciesByCode, firstPermitsOf, queries, schema, subjectsById } from './permit-store.mjs';

// Without the loaders' cache, which makes a text of every parent for its key; what is equal is asked once all the same.
const opts = { cache: false };

const server = fastify({ logger: false });
await server.register(mercurius, {
  schema,
  resolvers: { Query: queries },
  loaders: {
    Permit: {
      holder: { opts, loader: (asked) => subjectsById(asked.map(({ obj }) => obj.holderId)) },
      decidedBy: { opts, loader: (asked) => agenciesByCode(asked.map(({ obj }) => obj.decidedByCode)) },
      actions: { opts, loader: (asked) => actionsOfPermits(asked.map(({ obj }) => obj.id)) },
    },
    Subject: {
      permits: {
        opts,
        loader: async (asked) => {
          const pages = await firstPermitsOf(asked.map(({ obj }) => obj.id), asked[0].params.first);
          return pages.map((nodes) => ({ nodes }));
        },
      },
    },
  },
  jit: 1,
  graphiql: false,
});
console.log(`ready ${await server.listen({ port: 0, host: '127.0.0.1' })}/graphql`);
