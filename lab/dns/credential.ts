import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import type { PatchTools } from './patch.ts';
import { performSteps } from './perform.ts';
import { documents } from './separate-variant.ts';
import { type Access, kubectl } from './step.ts';

const account = 'mcx-dns-harness';
const ours = { 'app.kubernetes.io/managed-by': 'mcx-lab-dns' };

/** All that the separate variant needs, and in one namespace only. */
function grantManifests(namespace: string, namespaceIsThere: boolean): object[] {
  const metadata = { name: account, namespace, labels: ours };
  const rule = (apiGroups: string[], resources: string[], verbs: string[]): object => ({ apiGroups, resources, verbs });
  const all = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
  const made = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...ours, 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
  return [
    ...(namespaceIsThere ? [] : [made]),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: [
        rule([''], ['configmaps', 'services', 'pods'], all),
        rule(['apps'], ['deployments'], all),
        rule([''], ['pods/log'], ['get']),
        rule([''], ['pods/portforward'], ['create', 'get']),
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    },
  ];
}

/** A credential for one namespace, and the words with which kube-system refused it. */
export interface Restricted {
  readonly access: Access;
  readonly refusal: string;
  /** Its kubeconfig goes; the token in it would end by itself. */
  dispose(): Promise<void>;
}

type Tools = Pick<PatchTools, 'run' | 'say'>;

/**
 * The credential of a context where it has no rights in kube-system; where it has, an administrator's: it makes one that
 * has none. Either way kube-system is asked, and must refuse.
 */
export async function restrictedCredential(
  access: Access,
  namespace: string,
  folder: string,
  tools: Tools,
): Promise<Restricted> {
  const own = await refusalOf(access, tools);
  if (own !== undefined) return { access, refusal: own, dispose: async () => {} };
  const there = await tools.run(kubectl(access, 'get', 'namespace', namespace, '--ignore-not-found', '-o', 'name'));
  const file = { name: `${account}.yaml`, text: documents(grantManifests(namespace, there.trim() !== '')) };
  const title = "the administrator's part: an account with rights in one namespace";
  await performSteps([{ title, command: kubectl(access, 'apply', '-f', file.name), file }], folder, tools);
  const scratch = await mkdtemp(join(tmpdir(), 'mcx-dns-'));
  const dispose = () => rm(scratch, { recursive: true, force: true });
  try {
    const kubeconfig = join(scratch, 'kubeconfig');
    await writeFile(kubeconfig, await kubeconfigText(access, namespace, tools), { mode: 0o600 });
    const refusal = await refusalOf({ kubeconfig }, tools);
    if (refusal !== undefined) return { access: { kubeconfig }, refusal, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
  await dispose();
  throw new LabError(
    'dns/credential-too-strong',
    `the account ${account} may read kube-system: its rights are not one namespace's`,
    {
      where: `namespace ${namespace}`,
      next: 'find the binding that gives it more',
      command: kubectl(access, 'get', 'clusterrolebindings,rolebindings', '-A', '-o', 'wide').join(' '),
      exitCode: 3,
    },
  );
}

/** What the API server says to a credential that wants to read CoreDNS's ConfigMap; undefined: it is let in. */
async function refusalOf(access: Access, { run }: Tools): Promise<string | undefined> {
  try {
    await run(kubectl(access, '-n', 'kube-system', 'get', 'configmap', 'coredns', '-o', 'name'));
    return undefined;
  } catch (error) {
    if (error instanceof LabError && error.message.includes('(Forbidden)')) return error.message;
    throw error;
  }
}

/** Of the context only the way to the server is taken: its certificate or token would be an administrator's. */
async function kubeconfigText(access: Access, namespace: string, { run }: Tools): Promise<string> {
  const view = JSON.parse(
    await run(kubectl(access, 'config', 'view', '--raw', '--minify', '--flatten', '-o', 'json')),
  ) as {
    clusters: readonly { readonly cluster: object }[];
  };
  const token = (await run(kubectl(access, '-n', namespace, 'create', 'token', account, '--duration=10m'))).trim();
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'it', cluster: view.clusters[0]?.cluster }],
    users: [{ name: account, user: { token } }],
    contexts: [{ name: account, context: { cluster: 'it', user: account, namespace } }],
    'current-context': account,
  });
}

/** Takes the account back, and the namespace where it was made here and nothing is left in it. */
export async function revokeCredential(access: Access, namespace: string, { run, say }: Tools): Promise<void> {
  if ((await refusalOf(access, { run, say })) !== undefined) return;
  const kube = (...words: string[]): string[] => kubectl(access, '-n', namespace, ...words);
  await run(kube('delete', 'rolebinding,role,serviceaccount', account, '--ignore-not-found'));
  const label = Object.entries(ours).map(([key, value]) => `${key}=${value}`);
  const field = `metadata.name=${namespace}`;
  const made = kubectl(access, 'get', 'namespaces', '-l', label.join(), '--field-selector', field, '-o', 'name');
  if ((await run(made)).trim() === '') return;
  const left = (
    await run(kube('get', 'deployments,pods,services,secrets,statefulsets,daemonsets,jobs', '-o', 'name'))
  ).trim();
  if (left !== '') return say(`namespace ${namespace} stays: ${left.split('\n').join(', ')}`);
  await run(kubectl(access, 'delete', 'namespace', namespace, '--timeout=60s'));
}
