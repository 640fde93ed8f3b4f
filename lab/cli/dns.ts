import { type Command, Option } from 'commander';
import type { DnsVariant } from '../dns/options.ts';
import { dnsPlan } from '../dns/plan.ts';
import { stepLine } from '../dns/step.ts';
import { blueprintOf } from '../run/blueprint.ts';
import { configurationSchema } from '../run/configuration.ts';
import { readConfigFile } from '../run/settings.ts';

interface PlanOptions {
  readonly variant: DnsVariant;
  readonly config?: string;
  readonly json?: true;
}

export function addDns(program: Command): void {
  const dns = program.command('dns').description('the reference DNS patch');
  dns
    .command('plan')
    .description('print the zone, the Corefile and what kubectl would be told; touches nothing')
    .addOption(
      new Option('--variant <name>', "the cluster's own CoreDNS, or a separate one in a namespace of one's own")
        .choices(['cluster', 'separate'])
        .default('cluster'),
    )
    .option('--config <lab.yaml>', 'configuration of the products')
    .option('--json', 'one JSON document on standard output')
    .action(async (options: PlanOptions) => {
      const layer = options.config === undefined ? {} : await readConfigFile(options.config);
      const { topology } = blueprintOf(configurationSchema.parse(layer), 0);
      const plan = dnsPlan(options.variant, topology.agencies);
      if (options.json) return void process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
      const out = [`# ${plan.zoneFile}`, plan.zone, '# Corefile', plan.corefile, '# kubectl'];
      for (const [title, steps] of Object.entries({ apply: plan.apply, verify: plan.verify, revert: plan.revert }))
        out.push(`## ${title}`, ...steps.map(stepLine));
      process.stdout.write(`${out.join('\n')}\n`);
    });
}
