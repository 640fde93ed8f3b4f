import { join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import type { ProbeResult } from '../fabric/fabric.contract.ts';
import { outerCommand } from '../fabric/netns/outer.ts';

export interface ContractResult {
  readonly fabric: string;
  readonly probes: readonly ProbeResult[];
}

/** Measures the embedded fabric inside an outer namespace of its own; progress goes to standard error. */
export async function runContractInside(project: string): Promise<ContractResult> {
  const program = join(project, 'lab/fabric/netns/contract-main.ts');
  const [command = '', ...args] = outerCommand([process.execPath, program]);
  const { stdout, exitCode, signal } = await execa(command, args, {
    reject: false,
    stderr: 'inherit',
    stdin: 'ignore',
  });
  try {
    return JSON.parse(stdout) as ContractResult;
  } catch (cause) {
    throw new LabError('CONTRACT-RUN', `the contract suite ended with ${signal ?? exitCode} before its results`, {
      exitCode: 3,
      next: 'See what is missing and what mends it:',
      command: 'npm run lab -- doctor',
      cause,
    });
  }
}
