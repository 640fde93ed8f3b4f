import { type Command, Option } from 'commander';
import type { ProbeResult } from '../fabric/fabric.contract.ts';
import { type ContractResult, differs, runContractInside, startClusterContract } from '../run/contract.ts';
import { requireIsolation, unknownFabric } from '../run/environment.ts';
import type { ClusterWishes } from '../run/house/cluster-fabric.ts';
import { interruptedExitCode } from './exit-code.ts';
import { watchParent } from './parent.ts';

interface ContractOptions {
  readonly fabric: string;
  readonly context?: string[];
  readonly nodeImage?: string;
  readonly proxyMode?: 'iptables' | 'nftables';
  readonly keep?: true;
  readonly json?: true;
}

export function addContract(program: Command, project: string): void {
  program
    .command('contract')
    .description("the fabric's probes: expected and measured")
    .requiredOption('--fabric <name>', 'netns, kind or kube')
    .option('--context <a=CTX>', 'a kubeconfig context for a cluster (kube)', (one, all: string[] = []) => [
      ...all,
      one,
    ])
    .option('--node-image <image>', 'node image (kind)')
    .addOption(new Option('--proxy-mode <mode>', "kube-proxy's mode (kind)").choices(['iptables', 'nftables']))
    .option('--keep', 'keep clusters for the next time (kind), or what is in them (kube)')
    .option('--json', 'one JSON document on standard output')
    .action(async (options: ContractOptions) => {
      const result = await measure(options, project);
      if (options.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
      else for (const probe of result.probes) print(probe);
      const differing = result.probes.filter(differs).length;
      const unasked = result.probes.filter(({ notApplicable }) => notApplicable !== undefined).length;
      const more = unasked === 0 ? '' : `, ${unasked} not applicable`;
      if (!options.json) process.stdout.write(`${result.probes.length} probes, ${differing} differ${more}\n`);
      process.exitCode = differing === 0 ? 0 : 1;
    });
}

async function measure(
  { fabric, context, json: _, ...more }: ContractOptions,
  project: string,
): Promise<ContractResult> {
  if (fabric === 'kind' || fabric === 'kube') return onClusters({ fabric, contexts: context, ...more, say });
  if (fabric !== 'netns') throw unknownFabric(fabric);
  await requireIsolation();
  return runContractInside(project);
}

const say: ClusterWishes['say'] = (line) => void process.stderr.write(`${line}\n`);

/** Whatever ends the command ends what it has put into clusters, or the clusters themselves. */
async function onClusters(wishes: ClusterWishes): Promise<ContractResult> {
  const measuring = startClusterContract(wishes);
  const end = (): Promise<void> => {
    process.stderr.write('interrupted: ending in order (again ends at once)\n');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(interruptedExitCode));
    return measuring.close().finally(() => process.exit(interruptedExitCode));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());
  watchParent(end);
  return measuring.done;
}

function print({ id, expected, measured, same, notApplicable }: ProbeResult): void {
  const word = same ? 'same  ' : notApplicable === undefined ? 'DIFFER' : '------';
  process.stdout.write(`${word} ${id}\n`);
  process.stdout.write(`         expected ${expected}\n         measured ${measured}\n`);
}
