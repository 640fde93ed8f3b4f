import type { Command } from 'commander';
import { runContractInside } from '../run/contract.ts';
import { chooseFabric, requireIsolation } from '../run/environment.ts';

export function addContract(program: Command, project: string): void {
  program
    .command('contract')
    .description("the fabric's probes: expected and measured")
    .requiredOption('--fabric <name>', 'netns, kind or kube')
    .option('--json', 'one JSON document on standard output')
    .action(async (options: { fabric: string; json?: true }) => {
      chooseFabric(options.fabric);
      await requireIsolation();
      const result = await runContractInside(project);
      if (options.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
      else for (const probe of result.probes) print(probe);
      const differing = result.probes.filter((probe) => !probe.same).length;
      if (!options.json) process.stdout.write(`${result.probes.length} probes, ${differing} differ\n`);
      process.exitCode = differing === 0 ? 0 : 1;
    });
}

function print(probe: { id: string; expected: string; measured: string; same: boolean }): void {
  process.stdout.write(`${probe.same ? 'same  ' : 'DIFFER'} ${probe.id}\n`);
  process.stdout.write(`         expected ${probe.expected}\n         measured ${probe.measured}\n`);
}
