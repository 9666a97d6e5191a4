import fc from 'fast-check';

// Loaded before each test file: the seed global-setup printed, so that a failing run can be repeated.
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED']) });
