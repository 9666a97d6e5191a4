// Mutation testing of the measures: each rule is changed in turn, and a test must notice. The tests run as compiled by
// tsc, so the compiled modules are mutated; names in the report are those of the sources, with .js for .ts.
export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { projectType: 'custom', configFile: 'test/measures/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // What decides something; the register of agencies is names.
  mutate: ['dist/src/measures/{competence,permit-items,certificate-number}.js', 'dist/src/measures/competence/*.js'],
  // Only what the tests of the measures load is copied.
  ignorePatterns: ['**', '!dist', '!dist/src', '!dist/src/measures/**', '!dist/test', '!dist/test/measures/**', '!test', '!test/measures', '!test/measures/jest.config.js', '!package.json', '!stryker.config.mjs'],
  reporters: ['clear-text', 'progress', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'dist/mutation/report.html' },
  tempDirName: 'dist/mutation/sandbox',
  concurrency: 2,
  timeoutMS: 60_000,
  thresholds: { high: 95, low: 90, break: 90 },
};
