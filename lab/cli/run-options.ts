import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LabError } from '../errors.ts';
import type { FabricWanted } from '../run/environment.ts';
import { configurationSchema } from '../run/settings/configuration.ts';
import type { Layer } from '../run/settings/settings.ts';

export interface RunOptions {
  readonly fabric: string;
  readonly context?: string[];
  readonly config?: string;
  readonly tags?: string;
  readonly name?: string;
  readonly agencies?: number;
  readonly nat?: string;
  readonly cidr?: string;
  readonly timers?: string;
  readonly repeat: number;
  readonly seed?: number;
  readonly keep?: true;
  readonly nodeImage?: string;
  readonly out?: string;
  readonly shards: number;
  readonly json?: true;
}

export function withRunOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--fabric <name>', 'what makes clusters and NAT')
        .choices(['auto', 'netns', 'kind', 'kube'])
        .default('auto'),
    )
    .option('--context <a=CTX>', 'a kubeconfig context for a cluster (kube)', collect)
    .option('--config <lab.yaml>', 'configuration of the products')
    .option('--tags <expression>', "a tag expression: '@ladder and not @F5'")
    .option('--name <text>', 'scenarios whose name holds the text')
    .option('--agencies <n>', 'number of agencies', whole)
    .addOption(new Option('--nat <kind>', 'NAT of what leaves a cluster').choices(['preserve', 'symmetric', 'none']))
    .addOption(new Option('--cidr <kind>', 'pod ranges of the clusters').choices(['overlap', 'distinct']))
    .addOption(
      new Option('--timers <set>', "SIP and floor timers: fast (T1 100 ms) or the standard's").choices([
        'fast',
        'standard',
      ]),
    )
    .option('--repeat <n>', 'run every scenario so many times, varied by the seed', whole, 1)
    .option('--seed <n>', 'makes identifiers, ports and addresses repeatable', whole)
    .option('--keep', 'keep clusters for the next run (kind)')
    .option('--node-image <image>', 'node image (kind)')
    .option('--out <dir>', 'run folder; must not exist or be empty')
    .option('--shards <n>', 'scenarios that run side by side, each in a world of its own', whole, defaultShards())
    .option('--json', 'run.json on standard output, everything else on standard error');
}

/** One more than there are cores: while one scenario waits for the protocol's own time, another one starts its cast. */
function defaultShards(): number {
  return Math.min(8, availableParallelism() + 1);
}

export function fabricWanted({ fabric, context = [], nodeImage, keep }: RunOptions): FabricWanted {
  return { fabric, contexts: context, nodeImage, keep: keep === true };
}

export type ConfigurationFlags = Pick<RunOptions, 'agencies' | 'nat' | 'cidr' | 'timers'>;

/** What the command line changes of the configuration, as a layer over `lab.yaml`. @throws LabError `FLAG-VALUE`. */
export function flagLayer({ agencies, nat, cidr, timers }: ConfigurationFlags): Layer {
  const given = Object.entries({ agencies, nat, cidr, timers }).filter(([, value]) => value !== undefined);
  const layer = Object.fromEntries(given);
  const issue = configurationSchema.safeParse(layer).error?.issues[0];
  if (issue === undefined) return layer;
  const flag = String(issue.path[0]);
  throw new LabError('FLAG-VALUE', `--${flag} ${String(layer[flag])}: ${issue.message}`, {
    next: 'Every key has a line in README.md, "lab.yaml"; this shows what is in force:',
    command: 'npm run lab -- config print',
  });
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is wanted');
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('the number is too large');
  return value;
}

function collect(one: string, all: string[] = []): string[] {
  return [...all, one];
}
