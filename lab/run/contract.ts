import { join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { type ProbeResult, runContract } from '../fabric/fabric.contract.ts';
import { sourceCommand } from '../fabric/kube/source.ts';
import { outerCommand } from '../fabric/netns/outer.ts';
import { type ClusterWishes, openClusterFabric } from './house/cluster-fabric.ts';

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

/** A probe that this fabric could be asked and that answered something else. */
export function differs({ same, notApplicable }: ProbeResult): boolean {
  return !same && notApplicable === undefined;
}

/** What a change of Services takes after kube-proxy says that it is in force. */
const SETTLE_MS = 300;

/** Measures clusters; `close` ends it at any time, and leaves nothing behind but what is kept. */
export function startClusterContract(wishes: ClusterWishes): {
  readonly done: Promise<ContractResult>;
  close(): Promise<void>;
} {
  const fabric = openClusterFabric(wishes);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= fabric.close();
    return closed;
  };
  const measure = async (): Promise<ContractResult> => {
    try {
      const report = (probe: ProbeResult): void => wishes.say(progressLine(probe));
      const helper = sourceCommand(new URL('../fabric/probe/main.ts', import.meta.url));
      const { clusters } = fabric;
      const probes = await runContract(fabric, report, {
        helper,
        timing: { syncMs: SETTLE_MS },
        ...(clusters === undefined ? {} : { clusters }),
      });
      return { fabric: fabric.name, probes };
    } finally {
      await close();
    }
  };
  return { done: measure(), close };
}

function progressLine({ id, expected, measured, same, notApplicable }: ProbeResult): string {
  if (same) return `same   ${id}: ${measured}`;
  return notApplicable === undefined
    ? `DIFFER ${id}: ${measured} (expected ${expected})`
    : `------ ${id}: ${notApplicable}`;
}
