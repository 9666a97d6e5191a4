// The tests run as compiled by tsc: what is tested is what ships, and there is no second compiler.
export default {
  rootDir: 'dist/test',
  testMatch: ['<rootDir>/**/*.test.js'],
  testPathIgnorePatterns: ['/bench/', '/node_modules/'],
  transform: {},
  testEnvironment: 'node',
  globalSetup: '<rootDir>/support/global-setup.js',
  globalTeardown: '<rootDir>/support/global-teardown.js',
  setupFiles: ['<rootDir>/support/fast-check-seed.js'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
