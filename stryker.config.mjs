// Mutation testing: each rule is changed in turn, and a test must notice. The tests run as compiled by tsc, so the
// compiled modules are mutated; names in the report are those of the sources, with .js for .ts. One module at a time:
// `npm run mutation -- --module measures|credit-rules|boundary|declarations|planner|feed|credit`; of the last three, which
// are tested on a database, best a slice at a time: `--mutate dist/src/planner/keyset.js`.
const copied = ['dist', 'dist/src', 'dist/src/**', 'dist/test', 'package.json', 'stryker.config.mjs', 'test'];

const everything = ['dist/**', 'migrations/**', 'schema/**', 'samples/**', 'src/**', 'test/**'];

const modules = {
  // What decides something; the register of agencies is names.
  measures: {
    tests: 'test/measures/jest.config.js',
    mutate: ['dist/src/measures/{competence,permit-items,certificate-number}.js', 'dist/src/measures/competence/*.js'],
    copied: ['dist/test/measures/**', 'test/measures', 'test/measures/jest.config.js'],
  },
  // Lives of entries, cases, records and measures, publicity periods and clocks.
  'credit-rules': {
    tests: 'test/measures/jest.config.js',
    mutate: ['dist/src/measures/credit/*.js'],
    copied: ['dist/test/measures/**', 'test/measures', 'test/measures/jest.config.js', 'src', 'src/measures', 'src/measures/data', 'src/measures/data/**'],
  },
  // The language of the boundary and its compilers.
  boundary: {
    tests: 'test/boundary/mutation.jest.config.js',
    mutate: ['dist/src/boundary/**/*.js'],
  },
  // Who may see what. The tests read what is generated from them.
  declarations: {
    tests: 'test/boundary/mutation.jest.config.js',
    mutate: ['dist/src/{permits,subjects,competence,reference}/boundary.js', 'dist/src/credit/*/boundary.js'],
  },
  // From a document to SQL and to the bytes of an answer.
  planner: {
    tests: 'test/support/mutation.jest.config.js',
    mutate: ['dist/src/planner/**/*.js', 'dist/src/database/{packed-rows,row-cells,envelope}.js'],
    copied: everything,
  },
  // From the log to frames, pages and receipts.
  feed: {
    tests: 'test/support/mutation.jest.config.js',
    mutate: ['dist/src/feed/**/*.js'],
    copied: everything,
  },
  // Lists, cases, records and joint measures as they are stored.
  credit: {
    tests: 'test/support/mutation.jest.config.js',
    mutate: ['dist/src/credit/**/*.js'],
    copied: everything,
  },
};

const shared = [
  'dist/ormconfig.js', 'dist/test/boundary/**', 'dist/test/support/**', 'test/boundary', 'test/boundary/mutation.jest.config.js', 'migrations', 'migrations/*-boundary.ts', 'dist/migrations',
  'dist/migrations/**', 'schema', 'schema/**', 'src', 'src/measures', 'src/measures/data', 'src/measures/data/**', 'src/server', 'src/server/page', 'src/server/page/**',
];

const name = process.env.MUTATION_MODULE || 'measures';
const module = modules[name];
if (!module) throw new Error(`--module ${name}: ${Object.keys(modules).join(', ')}`);

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { projectType: 'custom', configFile: module.tests, enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // The migration is read as text; Stryker would write into it.
  disableTypeChecks: false,
  mutate: module.mutate,
  // Only what the tests of the module load is copied.
  ignorePatterns: ['**', ...[...copied, ...(module.copied ?? shared)].map((pattern) => `!${pattern}`)],
  reporters: ['clear-text', 'progress', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: `dist/mutation/${name}.html` },
  tempDirName: 'dist/mutation/sandbox',
  concurrency: 2,
  timeoutMS: 60_000,
  thresholds: { high: 95, low: 90, break: 90 },
};
