// The tests of competence, permit items and certificate numbers alone, without a database: what `npm run mutation` runs a thousand times.
// They are exhaustive and load no library: loading fast-check alone took a second of processor time for each mutant.
export default {
  rootDir: '../../dist/test',
  testMatch: ['<rootDir>/measures/{competence*,permit-items,certificate-number}.test.js'],
  transform: {},
  watchman: false,
  testEnvironment: 'node',
  // A mutant is killed by the first test that fails.
  bail: 1,
};
