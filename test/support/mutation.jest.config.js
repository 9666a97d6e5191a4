// The tests that judge a module mutated beside a real database: `npm run mutation -- --module planner|feed|credit`, which
// starts one server for all mutants and hands it over as a run of the whole suite does. By default what is quick and
// sees most; MUTATION_TESTS names others (folder/name, comma-separated).
const byModule = {
  planner: 'planner/{keyset,packed-rows,list-connection,places,differential}',
  feed: 'feed/{recent-frames,merged-changes,log,retention,pull,filter,receipts}',
  credit: 'credit/{lists,list-chain,list-check,as-known,credit-gate,list-statistics}',
};

export default {
  rootDir: '../../dist/test',
  testMatch: (process.env.MUTATION_TESTS ?? byModule[process.env.MUTATION_MODULE] ?? '').split(/,(?![^{]*\})/).map((name) => `<rootDir>/${name}.{test,long}.js`),
  setupFiles: ['<rootDir>/support/fast-check-seed.js'],
  transform: {},
  watchman: false,
  testEnvironment: 'node',
  testTimeout: 60_000,
  // A mutant is killed by the first test that fails.
  bail: 1,
};
