import { release } from 'node:os';
import type { Check } from './check.ts';
import { isolationCheck } from './doctor-isolation.ts';
import { kernelChecks } from './doctor-kernel.ts';
import { run } from './run.ts';

/** Everything that the fabrics of this machine stand on; nothing is changed by looking. */
export async function checks(environment: NodeJS.ProcessEnv = process.env): Promise<Check[]> {
  const [isolation, kernel, ...others] = await Promise.all([
    isolationCheck(),
    kernelChecks(),
    ...tools.map(toolCheck),
    nodeImageCheck(environment),
  ]);
  return [linuxCheck(), isolation, ...others.slice(0, tools.length), ...kernel, ...others.slice(tools.length)];
}

function linuxCheck(): Check {
  const ok = process.platform === 'linux';
  const found = `${process.platform} ${release()}`;
  return { name: 'linux', ok, found, neededFor: 'the netns fabric', mend: undefined, essential: true };
}

export interface Tool {
  readonly name: string;
  readonly version: readonly string[];
  readonly neededFor: string;
  /** Installs it. */
  readonly mend: string;
  /** Wakes it where it is installed and does not answer. */
  readonly wake?: string;
  readonly essential: boolean;
}

const NETNS = 'the netns fabric';
const KIND = 'the kind fabric';

function debian(name: string, version: string, neededFor: string, pack: string, essential = true): Tool {
  return { name, version: [name, version], neededFor, mend: `apt-get install -y ${pack}`, essential };
}

export const tools: readonly Tool[] = [
  debian('setpriv', '--version', NETNS, 'util-linux'),
  debian('unshare', '--version', NETNS, 'util-linux'),
  debian('nsenter', '--version', NETNS, 'util-linux'),
  debian('ip', '-V', NETNS, 'iproute2'),
  debian('tc', '-V', 'impairments of links', 'iproute2', false),
  debian('nft', '--version', NETNS, 'nftables'),
  debian('conntrack', '--version', 'Services that change while the netns fabric runs', 'conntrack', false),
  debian('tcpdump', '--version', 'every recording', 'tcpdump'),
  debian('perl', '-v', NETNS, 'perl-base'),
  debian('bash', '--version', 'the commands that lab up prints', 'bash', false),
  debian('tshark', '--version', 'the tests of the decoders', 'tshark', false),
  {
    name: 'docker engine',
    version: ['docker', 'version', '--format', '{{.Server.Version}}'],
    neededFor: KIND,
    mend: 'apt-get install -y docker.io',
    wake: 'systemctl start docker',
    essential: false,
  },
  {
    name: 'kind',
    version: ['kind', 'version'],
    neededFor: KIND,
    mend: 'go install sigs.k8s.io/kind@v0.33.0',
    essential: false,
  },
  {
    name: 'kubectl',
    version: ['kubectl', 'version', '--client'],
    neededFor: 'the kind and kube fabrics',
    mend: 'apt-get install -y kubernetes-client',
    essential: false,
  },
];

export async function toolCheck({ name, version, neededFor, mend, wake, essential }: Tool): Promise<Check> {
  // Where ordinary users have no sbin on their PATH, the lab looks there all the same.
  const result = await run(['env', `PATH=${process.env.PATH ?? ''}:/usr/sbin:/sbin`, ...version]);
  const base = { name, neededFor, essential };
  if (result.code === 0) {
    return { ...base, ok: true, found: firstLine(result.stdout) || firstLine(result.stderr), mend: undefined };
  }
  // env: 127 when there is no such command.
  if (result.code === 127) return { ...base, ok: false, found: 'missing', mend };
  return { ...base, ok: false, found: firstLine(result.stderr) || `exit ${result.code}`, mend: wake ?? mend };
}

/** kind pulls its node image when it is not local; on a machine without a registry that never ends well. */
export async function nodeImageCheck(environment: NodeJS.ProcessEnv): Promise<Check> {
  const image = environment.LAB_KIND_NODE_IMAGE;
  const base = { name: 'node image', neededFor: `${KIND}, offline`, essential: false };
  const which = image ?? 'kindest/node';
  const listing = await run(['docker', 'image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', which]);
  const found = listing.code === 0 ? firstLine(listing.stdout) : '';
  if (found !== '') return { ...base, ok: true, found, mend: undefined };
  const missing = image === undefined ? 'no kindest/node, and LAB_KIND_NODE_IMAGE is not set' : `${image} is not local`;
  return { ...base, ok: false, found: missing, mend: `docker pull ${which}` };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
