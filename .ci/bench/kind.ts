import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { NotMeasured } from './print.ts';

const run = execa({ reject: false, stdin: 'ignore' });
const names = ['mcx-bench-a', 'mcx-bench-b'] as const;
const nodePort = 30053;
/** RFC 1035 4.1: id 1, one question, `kubernetes.default.svc.cluster.local`, A, IN. */
const query = [
  '\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0',
  '\\12kubernetes\\7default\\3svc\\7cluster\\5local\\0\\0\\1\\0\\1',
].join('');

/**
 * Two clusters of kind from nothing until a pod of B has answered a pod of A through B's NodePort. The pods are those
 * that every cluster has, CoreDNS: nothing is pulled. Clusters of these names are removed before and after.
 */
export async function kindSeconds(wanted: boolean): Promise<number> {
  if ((await run('kind', ['version'])).exitCode !== 0) throw new NotMeasured('no kind on PATH');
  if (!wanted) throw new NotMeasured('only with --with-kind, which makes two clusters');
  await remove();
  try {
    const started = performance.now();
    const made = await Promise.all(names.map((name) => run('kind', ['create', 'cluster', '--name', name])));
    const failed = made.find((one) => one.exitCode !== 0);
    if (failed) throw new Error(`kind create cluster: ${failed.stderr}`);
    await untilAnswered(started + 240_000);
    return (performance.now() - started) / 1000;
  } finally {
    await remove();
  }
}

async function untilAnswered(deadline: number): Promise<void> {
  const [from, to] = names.map((name) => `${name}-control-plane`) as [string, string];
  const spec = { type: 'NodePort', ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53, nodePort }] };
  const kubectl = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', '-n', 'kube-system'];
  await demand(['exec', to, ...kubectl, 'patch', 'service', 'kube-dns', '-p', JSON.stringify({ spec })]);
  const range = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const address = await demand(['inspect', '-f', range, to]);
  const ask = `exec 3<>/dev/udp/${address}/${nodePort}; printf '${query}' >&3; timeout 0.2 head -c 1 <&3 | grep -q .`;
  const inPod = `nsenter -t "$(pgrep -o coredns)" -n bash -c "$1"`;
  while (performance.now() < deadline) {
    const { exitCode } = await run('docker', ['exec', from, 'bash', '-c', inPod, 'ask', ask]);
    if (exitCode === 0) return;
    await sleep(50);
  }
  throw new Error('no pod of one cluster of kind got an answer from a pod of the other');
}

async function demand(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run('docker', args);
  if (exitCode !== 0) throw new Error(`docker ${args.slice(0, 2).join(' ')}: ${stderr}`);
  return stdout.trim();
}

async function remove(): Promise<void> {
  await Promise.all(names.map((name) => run('kind', ['delete', 'cluster', '--name', name])));
}
