import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { ClusterSpec } from '../../lab/fabric/fabric.ts';
import { KindClusters } from '../../lab/fabric/kind/clusters.ts';
import { say } from './print.ts';

const run = execa({ reject: false, stdin: 'ignore' });
const patienceMs = 240_000;
/** Ranges that no scenario has: the clusters are this bench's own, whatever stands beside them. */
const ranges = { podCidr: '10.245.0.0/16', serviceCidr: '10.97.0.0/16' };
/** RFC 1035 4.1: id 1, one question, `kubernetes.default.svc.cluster.local`, A, IN. */
const query = [
  '\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0',
  '\\12kubernetes\\7default\\3svc\\7cluster\\5local\\0\\0\\1\\0\\1',
].join('');

/** Two clusters of the lab, nodes Ready and CoreDNS answering, beside two that are made by hand at the same time. */
export async function benchClusters(scratch: string): Promise<void> {
  const image = process.env.LAB_KIND_NODE_IMAGE || undefined;
  const bare = await byHand(scratch, image);
  const ours = await byLab(scratch, image);
  say(`  two clusters ready: ${seconds(ours)}; two of kind create cluster alone: ${seconds(bare.made)}`);
  say(`  that is ${(ours / bare.made).toFixed(2)} times as long; limit 1.2 (ready by hand: ${seconds(bare.ready)})`);
}

async function byHand(scratch: string, image: string | undefined): Promise<{ made: number; ready: number }> {
  const names = ['a', 'b'].map((letter) => `mcx-bench-${process.pid}-${letter}`);
  const files = (name: string) => ['--name', name, '--kubeconfig', join(scratch, `${name}.kubeconfig`)];
  const options = image === undefined ? [] : ['--image', image];
  try {
    const started = performance.now();
    const all = await Promise.all(names.map((name) => run('kind', ['create', 'cluster', ...files(name), ...options])));
    const failed = all.find(({ exitCode }) => exitCode !== 0);
    if (failed) throw new Error(`kind create cluster: ${failed.stderr}`);
    const made = performance.now() - started;
    await Promise.all(names.map((name) => untilAnswered(name, '10.96.0.10')));
    return { made, ready: performance.now() - started };
  } finally {
    await Promise.all(names.map((name) => run('kind', ['delete', 'cluster', ...files(name)])));
  }
}

async function byLab(scratch: string, nodeImage: string | undefined): Promise<number> {
  const clusters = new KindClusters({
    proxyMode: 'iptables',
    keep: false,
    stateFolder: join(scratch, 'kind'),
    say: () => undefined,
    ...(nodeImage === undefined ? {} : { nodeImage }),
  });
  const spec = (name: string): ClusterSpec => ({ name, ...ranges, nodes: [''], pods: [], services: [] });
  try {
    const started = performance.now();
    const accesses = await clusters.open([spec('a'), spec('b')]);
    await Promise.all(accesses.map(({ context }) => untilAnswered(context.replace(/^kind-/, ''), '10.97.0.10')));
    return performance.now() - started;
  } finally {
    await clusters.close();
  }
}

/** The cluster's DNS, at its ClusterIP, from the node. */
async function untilAnswered(cluster: string, address: string): Promise<void> {
  const ask = `exec 3<>/dev/udp/${address}/53; printf '${query}' >&3; timeout 0.2 head -c 1 <&3 | grep -q .`;
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; ) {
    const { exitCode } = await run('docker', ['exec', `${cluster}-control-plane`, 'bash', '-c', ask]);
    if (exitCode === 0) return;
    await sleep(50);
  }
  throw new Error(`CoreDNS of ${cluster} does not answer`);
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
