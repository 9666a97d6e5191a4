// The tests of the measures alone, without a database: what `npm run mutation` runs some thousand times.
process.env.FAST_CHECK_SEED ??= '1';

export default {
  rootDir: '../../dist/test',
  testMatch: ['<rootDir>/measures/**/*.test.js'],
  transform: {},
  watchman: false,
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/support/fast-check-seed.js'],
  // A mutant is killed by the first test that fails.
  bail: 1,
};
