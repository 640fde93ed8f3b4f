import type { Verdict } from '../run/record/manifest.ts';

/** The contract: 0 pass, 1 fail, 3 inconclusive. */
export function exitCodeOf(verdict: Verdict): 0 | 1 | 3 {
  if (verdict === 'pass') return 0;
  return verdict === 'fail' ? 1 : 3;
}

export const interruptedExitCode = 130;
