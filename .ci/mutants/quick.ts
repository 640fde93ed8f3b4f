import fc from 'fast-check';

/** Properties under mutation: the same few cases every time, so that a mutant's fate does not hang on luck. */
fc.configureGlobal({ numRuns: 25, seed: 1 });
