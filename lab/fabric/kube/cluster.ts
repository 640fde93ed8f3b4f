import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import type { ClusterSpec, PlaceName } from '../fabric.ts';
import { nodeName } from '../netns/plan.ts';
import { Attendant } from './attendant/client.ts';
import type { Kubectl } from './kubectl.ts';
import { namespaces, recorderPod } from './manifests.ts';
import { CAST_NAMESPACE, LAB_NAMESPACE, OURS, OURS_SELECTOR } from './names.ts';
import { isReady, type ListOf, type NamespaceObject, type NodeObject } from './objects.ts';
import { podsOf, waitForPods } from './wait.ts';

/** A node of a cluster that the lab uses, and the attendant in its recorder. */
export interface KubeNode {
  readonly place: PlaceName;
  /** Kubernetes' name. */
  readonly name: string;
  readonly address: string;
  /** The /24 of its pods. */
  readonly podRange: string;
  readonly attendant: Attendant;
}

export interface KubeCluster {
  readonly name: string;
  readonly kubectl: Kubectl;
  readonly nodes: readonly KubeNode[];
  readonly version: string;
  close(): Promise<void>;
}

/** Makes the lab's namespaces and recorders in a cluster, or finds them. */
export async function openCluster(kubectl: Kubectl, spec: ClusterSpec, image: string): Promise<KubeCluster> {
  const { name } = kubectl.access;
  const chosen = chooseNodes(spec, kubectl, (await kubectl.json<ListOf<NodeObject>>(['get', 'nodes'])).items);
  await refuseForeignNamespaces(kubectl);
  await waitForLeaving(kubectl);
  await kubectl.apply(namespaces());
  await Promise.all([CAST_NAMESPACE, LAB_NAMESPACE].map((namespace) => waitForAccount(kubectl, namespace)));
  const attendants = await openRecorders(kubectl, chosen, image);
  return {
    name,
    kubectl,
    version: chosen[0]?.node.status.nodeInfo.kubeletVersion ?? '',
    nodes: chosen.map(({ place, node, address, podRange }) => ({
      place,
      name: node.metadata.name,
      address,
      podRange,
      attendant: attendants.get(node.metadata.name) as Attendant,
    })),
    close: async () => {
      await Promise.all([...attendants.values()].map((attendant) => attendant.close()));
    },
  };
}

interface ChosenNode {
  readonly place: PlaceName;
  readonly node: NodeObject;
  readonly address: string;
  readonly podRange: string;
}

/** The spec's nodes are the cluster's, in the order of their names, the control plane first. */
export function chooseNodes(spec: ClusterSpec, { access }: Kubectl, nodes: readonly NodeObject[]): ChosenNode[] {
  const rank = ({ metadata }: NodeObject): string =>
    `${metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined ? 1 : 0} ${metadata.name}`;
  const sorted = nodes.toSorted((one, two) => (rank(one) < rank(two) ? -1 : 1)).slice(0, spec.nodes.length);
  const where = `cluster ${access.name}, context ${access.context}`;
  const command = `kubectl --context ${access.context} get nodes -o wide`;
  if (sorted.length < spec.nodes.length) {
    const what = `cluster ${access.name} has ${sorted.length} of the ${spec.nodes.length} nodes that are wanted`;
    throw new LabError('kube-nodes-missing', what, { where, command, exitCode: 3 });
  }
  return sorted.map((node, index) => {
    const address = node.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
    const podRange = node.spec.podCIDR;
    if (address === undefined || podRange === undefined || !podRange.endsWith('/24')) {
      const what = `node ${node.metadata.name} has no address or no /24 of pods (${podRange ?? 'none'})`;
      throw new LabError('kube-node-unusable', what, { where, command, exitCode: 3 });
    }
    return { place: nodeName(spec.name, index), node, address, podRange };
  });
}

/** A namespace of the same name that somebody else made is not the lab's to use. */
async function refuseForeignNamespaces(kubectl: Kubectl): Promise<void> {
  const { items } = await kubectl.json<ListOf<NamespaceObject>>(['get', 'namespaces']);
  const [key, value] = Object.entries(OURS)[0] ?? ['', ''];
  const foreign = items.find(
    ({ metadata }) =>
      (metadata.name === CAST_NAMESPACE || metadata.name === LAB_NAMESPACE) && metadata.labels?.[key] !== value,
  );
  if (foreign === undefined) return;
  const { access } = kubectl;
  throw new LabError('kube-namespace-not-ours', `namespace ${foreign.metadata.name} exists and is not the lab's`, {
    where: `cluster ${access.name}, context ${access.context}`,
    next: 'The lab does not touch it. To let the lab have it:',
    command: `kubectl --context ${access.context} label namespace ${foreign.metadata.name} ${OURS_SELECTOR}`,
  });
}

/** Namespaces of the lab that are on their way out cannot be used, and go by themselves. */
async function waitForLeaving(kubectl: Kubectl): Promise<void> {
  const { items } = await kubectl.json<ListOf<NamespaceObject>>(['get', 'namespaces', '-l', OURS_SELECTOR]);
  const leaving = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  if (leaving.length === 0) return;
  const names = leaving.map(({ metadata }) => `namespace/${metadata.name}`);
  await kubectl.run(['wait', '--for=delete', '--timeout=90s', ...names], { timeoutMs: 100_000 });
}

/** Pods are refused until the controller has given the namespace its account. */
async function waitForAccount(kubectl: Kubectl, namespace: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await kubectl.run([
      ...['get', 'serviceaccount', 'default', '--namespace', namespace],
      ...['--ignore-not-found', '-o', 'name'],
    ]);
    if (found !== '') return;
    await sleep(100);
  }
}

async function openRecorders(
  kubectl: Kubectl,
  chosen: readonly ChosenNode[],
  image: string,
): Promise<Map<string, Attendant>> {
  const names = new Map(chosen.map(({ node }) => [node.metadata.name, `recorder-${node.metadata.name}`]));
  const present = await podsOf(kubectl, LAB_NAMESPACE, OURS_SELECTOR);
  const usable = (name: string): boolean =>
    present.some((pod) => pod.metadata.name === name && isReady(pod) && pod.spec.containers[0]?.image === image);
  const missing = [...names].filter(([, name]) => !usable(name));
  const stale = missing.map(([, name]) => name).filter((name) => present.some((pod) => pod.metadata.name === name));
  if (stale.length > 0) await kubectl.run(['delete', 'pod', '--namespace', LAB_NAMESPACE, '--now', ...stale]);
  if (missing.length > 0) {
    await kubectl.apply(missing.map(([node, name]) => recorderPod(name, node, image)));
    await waitForPods(
      kubectl,
      LAB_NAMESPACE,
      OURS_SELECTOR,
      missing.map(([, name]) => name),
    );
  }
  const opened = await Promise.all(
    chosen.map(async ({ place, node }) => {
      const pod = names.get(node.metadata.name) ?? '';
      return [node.metadata.name, await Attendant.open(place, kubectl.exec(LAB_NAMESPACE, pod))] as const;
    }),
  );
  return new Map(opened);
}
