import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../../errors.ts';
import type { AccessSpec, Residence } from '../fabric.ts';
import { gatewayOf } from '../netns/address.ts';
import type { AccessNetworks, StandingAccess } from './access.ts';
import { Attendant } from './attendant/client.ts';
import { dockerRules, forgottenRules, hostRules, hostSide, lineDevice, ueSide, wayTo } from './host-rules.ts';
import type { KubePlace } from './place.ts';

const project = join(import.meta.dirname, '../../..');
const shell = execa({ reject: false, stderr: 'pipe' });

interface Built {
  readonly wanted: string;
  readonly standing: readonly StandingAccess[];
  close(): Promise<void>;
}

/**
 * UEs as processes of this machine, each in a network of its own, and the machine as their access router: its NAT is the
 * access network's. Networks, lines and rules are tied to processes: the kernel removes them with the lab.
 */
export function hostAccess(): AccessNetworks {
  let built: Built | undefined;
  return {
    arrange: async (specs, _image, nodes) => {
      const wanted = JSON.stringify([specs, [...nodes]]);
      if (built?.wanted === wanted) return built.standing;
      await built?.close();
      built = undefined;
      if (specs.every(({ hosts }) => hosts.length === 0)) return [];
      built = await build(specs, nodes, wanted);
      return built.standing;
    },
    close: async () => {
      await built?.close();
      built = undefined;
    },
  };
}

async function build(
  specs: readonly AccessSpec[],
  nodes: ReadonlyMap<string, readonly string[]>,
  wanted: string,
): Promise<Built> {
  if (process.getuid?.() !== 0) throw privileges();
  const lab = String(process.pid % 100_000);
  const folder = await mkdtemp(join(tmpdir(), 'mcx-ue-'));
  const open: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    await Promise.allSettled(open.splice(0).map((end) => end()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const machine = await Attendant.open('this machine', [], process.execPath);
    open.push(() => machine.close());
    const ues = specs.flatMap(({ hosts }) => hosts);
    const rules = shell({ stdin: 'pipe' })('nft', ['-i']);
    rules.stdin.write(hostRules({ lab, ues: ues.map(({ address }) => address) }));
    open.push(async () => {
      rules.stdin.end();
      await rules;
    });
    if ((await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim() !== '1') throw noForwarding();
    if (await clearHostRules()) {
      await must('letting packets of UEs pass', dockerRules(lab, process.pid, '-I').join('\n'));
      open.push(() => shell({ input: dockerRules(lab, process.pid, '-D').join('\n') })('sh', []));
    }
    const residence: Residence = { node: process.execPath, project, sockets: folder, local: true };
    const common = { captures: folder, residence, enter: [] };
    let index = 0;
    const standing: StandingAccess[] = [];
    for (const spec of specs) {
      const peers = nodes.get(spec.name) ?? [...nodes.values()].flat();
      const way = wayTo(await must(`asking for the way to ${peers[0]}`, `ip -o route get ${peers[0]}`));
      if (way === undefined)
        throw new LabError('kube-node-unreachable', `no way leads to ${peers[0]}`, { exitCode: 3 });
      const places: KubePlace[] = [
        {
          ...common,
          name: `${spec.name}-access`,
          kind: 'access',
          address: way.source,
          device: way.device,
          keeper: machine,
          peers,
          inside: spec.hosts.map(({ address }) => address),
          resident: async () => machine,
        },
      ];
      for (const { name, address, extraAddresses = [] } of spec.hosts) {
        const ue = await Attendant.open(name, ['unshare', '--net', '--'], process.execPath);
        open.push(() => ue.close());
        const device = lineDevice(lab, index++);
        const gateway = gatewayOf(address);
        await must(
          `making the line of ${name}`,
          [
            `ip link add ${device} type veth peer name eth0 netns ${ue.pid}`,
            ...hostSide(device, gateway, address),
            `nsenter --net=/proc/${ue.pid}/ns/net sh -es <<'END'`,
            ...ueSide(gateway, address, extraAddresses),
            'END',
          ].join('\n'),
        );
        places.push({ ...common, name, kind: 'ue', address, device: 'eth0', keeper: ue, resident: async () => ue });
      }
      standing.push({ spec: { ...spec, address: way.source }, places });
    }
    return { wanted, standing, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Takes out of Docker's chain what labs left that were killed. @returns whether there is such a chain: without Docker nobody
 * refuses to forward.
 */
export async function clearHostRules(): Promise<boolean> {
  const { exitCode, stdout } = await shell('iptables', ['-S', 'DOCKER-USER']);
  if (exitCode !== 0) return false;
  const forgotten = forgottenRules(stdout, (lab) => existsSync(`/proc/${lab}`));
  if (forgotten.length > 0) await shell({ input: forgotten.join('\n') })('sh', []);
  return true;
}

async function must(what: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await shell({ input: script })('sh', ['-e']);
  if (exitCode === 0) return stdout;
  throw new LabError('kube-ue-network', `${what} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`, {
    where: 'this machine, as the access router of UEs',
    exitCode: 3,
    next: 'See what is missing and what mends it:',
    command: 'npm run lab -- doctor',
  });
}

function noForwarding(): LabError {
  return new LabError('kube-ue-forwarding', 'this machine forwards no packets, and is to be the router of UEs', {
    exitCode: 3,
    next: 'Let it:',
    command: 'sysctl -w net.ipv4.ip_forward=1',
  });
}

function privileges(): LabError {
  return new LabError('kube-ue-privileges', 'UEs beside clusters need networks of their own on this machine', {
    exitCode: 3,
    next: 'Run the lab as root, or on kind, where UEs are containers:',
    command: 'npm run lab -- run --fabric kind',
  });
}
