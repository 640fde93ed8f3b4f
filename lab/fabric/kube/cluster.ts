import { LabError } from '../../errors.ts';
import type { ClusterSpec, PlaceName } from '../fabric.ts';
import { nodeName } from '../netns/plan.ts';
import { type KubeApi, type Named, openApi } from './api/api.ts';
import { collectionPath } from './api/path.ts';
import { Attendant } from './attendant/client.ts';
import { whereOf } from './cluster-access.ts';
import type { Kubectl } from './kubectl.ts';
import { namespaces, recorderPod } from './manifests.ts';
import { CAST_NAMESPACE, LAB_NAMESPACE, OURS, OURS_SELECTOR } from './names.ts';
import { isReady, type NamespaceObject, type NodeObject } from './objects.ts';
import { NOW_S, podsOf, podsPath, waitForPods, waitUntilGone } from './wait.ts';

const NAMESPACES = collectionPath('v1', 'namespaces');
const LEAVING_MS = 90_000;
const ACCOUNT_MS = 10_000;

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
  readonly api: KubeApi;
  readonly nodes: readonly KubeNode[];
  readonly version: string;
  close(): Promise<void>;
}

/** Makes the lab's namespaces and recorders in a cluster, or finds them. */
export async function openCluster(kubectl: Kubectl, spec: ClusterSpec, image: string): Promise<KubeCluster> {
  const api = await openApi(kubectl.access);
  try {
    return await openOver(api, kubectl, spec, image);
  } catch (error) {
    await api.close();
    throw error;
  }
}

async function openOver(api: KubeApi, kubectl: Kubectl, spec: ClusterSpec, image: string): Promise<KubeCluster> {
  const { name } = kubectl.access;
  const [nodes, present] = await Promise.all([
    api.list<NodeObject>(collectionPath('v1', 'nodes')),
    api.list<NamespaceObject>(NAMESPACES),
  ]);
  const chosen = chooseNodes(spec, kubectl, nodes);
  refuseForeignNamespaces(kubectl, present);
  await waitForLeaving(api);
  await api.apply(namespaces());
  await Promise.all([CAST_NAMESPACE, LAB_NAMESPACE].map((namespace) => waitForAccount(api, namespace)));
  const attendants = await openRecorders(api, kubectl, chosen, image);
  return {
    name,
    kubectl,
    api,
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
      await api.close();
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
  const where = whereOf(access);
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
function refuseForeignNamespaces({ access }: Kubectl, present: readonly NamespaceObject[]): void {
  const [key, value] = Object.entries(OURS)[0] ?? ['', ''];
  const foreign = present.find(
    ({ metadata }) =>
      (metadata.name === CAST_NAMESPACE || metadata.name === LAB_NAMESPACE) && metadata.labels?.[key] !== value,
  );
  if (foreign === undefined) return;
  throw new LabError('kube-namespace-not-ours', `namespace ${foreign.metadata.name} exists and is not the lab's`, {
    where: whereOf(access),
    next: 'The lab does not touch it. To let the lab have it:',
    command: `kubectl --context ${access.context} label namespace ${foreign.metadata.name} ${OURS_SELECTOR}`,
  });
}

/** Namespaces of the lab that are on their way out cannot be used, and go by themselves. @throws LabError `kube-namespace-stays` */
async function waitForLeaving(api: KubeApi): Promise<void> {
  const none = (present: readonly NamespaceObject[]): true | undefined =>
    present.some(({ metadata }) => metadata.deletionTimestamp !== undefined) ? undefined : true;
  const { access } = api;
  if ((await api.until(NAMESPACES, OURS_SELECTOR, none, LEAVING_MS)) !== undefined) return;
  throw new LabError('kube-namespace-stays', `a namespace of an earlier lab is not gone after ${LEAVING_MS / 1000} s`, {
    where: whereOf(access),
    exitCode: 3,
    next: 'Kubernetes says what holds it:',
    command: `kubectl --context ${access.context} get namespaces -l ${OURS_SELECTOR} -o yaml`,
  });
}

/** Pods are refused until the controller has given the namespace its account. */
async function waitForAccount(api: KubeApi, namespace: string): Promise<void> {
  const accounts = collectionPath('v1', 'serviceaccounts', namespace);
  const given = (present: readonly Named[]): true | undefined =>
    present.some(({ metadata }) => metadata.name === 'default') ? true : undefined;
  await api.until(accounts, undefined, given, ACCOUNT_MS);
}

async function openRecorders(
  api: KubeApi,
  kubectl: Kubectl,
  chosen: readonly ChosenNode[],
  image: string,
): Promise<Map<string, Attendant>> {
  const names = new Map(chosen.map(({ node }) => [node.metadata.name, `recorder-${node.metadata.name}`]));
  const present = await podsOf(api, LAB_NAMESPACE, OURS_SELECTOR);
  const usable = (name: string): boolean =>
    present.some((pod) => pod.metadata.name === name && isReady(pod) && pod.spec.containers[0]?.image === image);
  const missing = [...names].filter(([, name]) => !usable(name));
  const stale = missing.map(([, name]) => name).filter((name) => present.some((pod) => pod.metadata.name === name));
  if (stale.length > 0) {
    await Promise.all(stale.map((name) => api.remove(`${podsPath(LAB_NAMESPACE)}/${name}`, NOW_S)));
    await waitUntilGone(api, LAB_NAMESPACE, OURS_SELECTOR, ({ metadata }) => stale.includes(metadata.name));
  }
  if (missing.length > 0) {
    await api.apply(missing.map(([node, name]) => recorderPod(name, node, image)));
    await waitForPods(
      api,
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
