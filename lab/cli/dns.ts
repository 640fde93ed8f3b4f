import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { dnsPlan } from '../dns/plan.ts';
import { planText } from '../dns/plan-text.ts';
import { agenciesOf, pairs } from './dns-agencies.ts';
import { applyAll, planAll, revertAll, verifyAll } from './dns-clusters.ts';
import type { DnsFlags } from './dns-flags.ts';

const acts = {
  plan: 'print the zone, the Corefile and what kubectl would be told; touches nothing',
  apply: "put the agencies' names into every cluster that a context is given for",
  verify: 'ask every CoreDNS pod, by UDP and TCP; exit code 1 where an answer is wrong',
  revert: 'take the patch out again',
  compare:
    "ask every CoreDNS pod, and the embedded fabric's resolver with the same files; exit code 1 where they differ",
};

export function addDns(program: Command, project: string): void {
  const dns = program.command('dns').description('the reference DNS patch, on paper or against any clusters');
  for (const [act, description] of Object.entries(acts)) {
    const command = dns
      .command(act)
      .description(description)
      .option('--context <a=CTX>', 'the kubeconfig context of an agency’s cluster', collect)
      .option('--node <a=ADDRESS>', 'the address of its node; asked of the cluster where it is not given', collect)
      .addOption(
        new Option('--variant <name>', "the cluster's own CoreDNS, or a separate one in a namespace of one's own")
          .choices(['cluster', 'separate'])
          .default('cluster'),
      )
      .option('--namespace <name>', 'where the separate CoreDNS lives', 'mcx')
      .option('--image <reference>', "image of the separate CoreDNS; the cluster's own where it may be read")
      .option('--config <lab.yaml>', 'configuration of the products')
      .option('--out <dir>', 'where the files of the patch and the copies of what was there go')
      .option('--json', 'one JSON document on standard output');
    command.action((flags: DnsFlags) => perform(act as keyof typeof acts, flags, project));
  }
}

async function perform(act: keyof typeof acts, flags: DnsFlags, project: string): Promise<void> {
  const contexts = pairs('context', flags.context ?? []);
  if (act === 'plan' && contexts.size === 0) return onPaper(flags);
  const folder = flags.out ?? join(project, 'reports/out/dns');
  const requests = await agenciesOf(flags, contexts, folder);
  const known = { plan: planAll, apply: applyAll, verify: verifyAll, revert: revertAll };
  // Only this one needs the cast.
  const run = act === 'compare' ? (await import('./dns-compare.ts')).compareAll : known[act];
  const result = await run(requests);
  process.stdout.write(flags.json ? `${JSON.stringify(result.document, undefined, 2)}\n` : result.text);
  if (!result.good) process.exitCode = 1;
}

async function onPaper(flags: DnsFlags): Promise<void> {
  const [request] = await agenciesOf(flags, new Map(), '');
  if (request === undefined) return;
  const plan = dnsPlan(flags.variant, request.agencies, request.options);
  process.stdout.write(flags.json ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan));
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
