import { join } from 'node:path';
import { type Count, lab, run } from './count.ts';
import { request, statusOf } from './sip-by-hand.ts';

/** As in the manifests. */
const image = 'mcx-lab/cast:0.1.0';
const parts = ['edge', 'agency', 'resolver'].map((role) => `emulators/${role}/deploy/${role}.yaml`);

/**
 * emulators/deploy/README.md, step by step, on a cluster that is nobody else's: the files as they lie in the project, by
 * `kubectl apply -f`, and what a client at the node's ports is answered.
 */
export async function takenAway(scratch: string): Promise<Count> {
  const name = `mcx-taken-away-${process.pid}`;
  const kubeconfig = join(scratch, 'kubeconfig');
  const kubectl = (...args: string[]) => demand('kubectl', ['--kubeconfig', kubeconfig, ...args]);
  const ready = (namespace: string, deployment: string) =>
    kubectl('-n', namespace, 'rollout', 'status', `deployment/${deployment}`, '--timeout=120s');
  const tagged = (await run('docker', ['image', 'inspect', image])).exitCode === 0;
  const count = { passed: 0, failed: 0, skipped: 0 };
  const check = async (what: string, wanted: unknown, found: () => Promise<unknown>): Promise<void> => {
    const seen = await found().catch((error: Error) => error.message);
    count[seen === wanted ? 'passed' : 'failed'] += 1;
    if (seen !== wanted) process.stdout.write(`${what}: wanted ${wanted}, seen ${seen}\n`);
  };
  try {
    const nodeImage = process.env.LAB_KIND_NODE_IMAGE ? ['--image', process.env.LAB_KIND_NODE_IMAGE] : [];
    await demand('kind', ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, ...nodeImage]);
    const { exitCode, stderr } = await lab('image', '--tag', image, '--load', name);
    if (exitCode !== 0) throw new Error(stderr);
    await ready('kube-system', 'coredns');
    await kubectl('apply', '-f', 'emulators/deploy/namespace.yaml');
    await kubectl('-n', 'mcx', 'apply', ...parts.flatMap((part) => ['-f', part]));
    for (const deployment of ['edge', 'server', 'resolver'])
      await check(`deployment/${deployment} is ready`, true, async () => (await ready('mcx', deployment)) !== '');
    const jsonpath = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
    const node = await kubectl('get', 'nodes', '-o', jsonpath);
    const sip = (method: string, uri: string) => () =>
      statusOf(request(method, uri, 'a-ue-1@a.mcx.test', '192.0.2.1'), node, 30060);
    await check('OPTIONS of a source that is not registered', 403, sip('OPTIONS', 'sip:pf@a.mcx.test'));
    await check('REGISTER of a user of the agency', 200, sip('REGISTER', 'sip:a.mcx.test'));
    await check('the partner, as the resolver knows it', 'node-b.mcx.test:31070', () =>
      kubectl('-n', 'mcx', 'exec', 'deploy/edge', '--', 'node', '-e', asksResolver),
    );
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
    count.failed += 1;
  } finally {
    await run('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig]);
    if (!tagged) await run('docker', ['image', 'rm', image]);
  }
  return count;
}

/** Runs in a pod of the cluster: its own DNS leads to the Service of the resolver, and that is asked. */
const asksResolver = `
  const dns = require('node:dns').promises;
  const resolver = new dns.Resolver({ timeout: 2000, tries: 4 });
  dns.lookup('resolver')
    .then(({ address }) => resolver.setServers([address]))
    .then(() => resolver.resolveSrv('_sip._udp.ic.b.mcx.test'))
    .then(([{ name, port }]) => process.stdout.write(name + ':' + port));
`;

async function demand(program: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(program, args);
  if (exitCode === 0) return stdout;
  throw new Error(`${program} ${args.slice(0, 4).join(' ')}: ${stderr || 'it said nothing'}`);
}
