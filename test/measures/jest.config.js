// What `npm run mutation` runs a thousand times, without a database: the tests of competence, permit items and certificate
// numbers alone, which are exhaustive and load no library (loading fast-check alone took a second of processor time for
// each mutant), or those of the credit rules.
const byModule = { 'credit-rules': 'measures/credit/*', measures: 'measures/{competence*,permit-items,certificate-number}' };

export default {
  rootDir: '../../dist/test',
  testMatch: [`<rootDir>/${byModule[process.env.MUTATION_MODULE ?? 'measures'] ?? byModule.measures}.test.js`],
  transform: {},
  watchman: false,
  testEnvironment: 'node',
  // A mutant is killed by the first test that fails.
  bail: 1,
};
