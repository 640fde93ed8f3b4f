import { LabError } from '../../errors.ts';
import type { ClusterSpec } from '../fabric.ts';
import { collectionPath } from './api/path.ts';
import type { KubeCluster, KubeNode } from './cluster.ts';
import { whereOf } from './cluster-access.ts';
import { type Deployables, deployedIn } from './deployed.ts';
import { findIpam, type Ipam } from './ipam.ts';
import { castPod } from './manifests.ts';
import { CAST_NAMESPACE, DEPLOYABLE_LABEL, OURS_SELECTOR, PLACE_LABEL } from './names.ts';
import { isReady, type KubeObject, type PodObject } from './objects.ts';
import { type ExistingPod, offsetOf, type PodPlan, planPods, type WantedPod } from './pod-plan.ts';
import { NOW_S, podsOf, podsPath, waitForPods, waitUntilGone } from './wait.ts';

export interface KubePod {
  /** The place. */
  readonly name: string;
  /** Kubernetes' name. */
  readonly pod: string;
  /** The deployable that brought it; undefined: a pod of the lab's own, or of others. */
  readonly deployable: string | undefined;
  readonly address: string;
  readonly cluster: KubeCluster;
  readonly node: KubeNode;
  readonly uid: string;
  /** A process in the pod, as the node counts: what the recorder enters the pod's network by. */
  readonly pid: number;
}

export interface SpeccedCluster {
  readonly spec: ClusterSpec;
  readonly cluster: KubeCluster;
}

/** A cluster as it is found: the lab's pods, and who gives out addresses on each node. */
interface Found {
  readonly cluster: KubeCluster;
  readonly pods: readonly PodObject[];
  readonly ipam: ReadonlyMap<string, Ipam | undefined>;
}

/** A pod that came beside the lab's may have taken an address of theirs: then once more, and not for ever. */
const ROUNDS = 3;

/** Pods of all clusters as the spec wants them; those of the world before that fit are kept. */
export async function arrangePods(
  clusters: readonly SpeccedCluster[],
  image: string,
  deployables: Deployables,
): Promise<readonly KubePod[]> {
  const wanted = clusters.flatMap(wantedPods);
  for (let round = 1; ; round++) {
    const found = await Promise.all(clusters.map(({ cluster }) => findPods(cluster)));
    const existing = found.flatMap(({ cluster, pods }) => pods.map((pod) => existingPod(cluster, pod, image)));
    const plan = planPods(wanted, existing, await takenByOthers(found, existing));
    if (plan === undefined) throw addressesFull(clusters);
    const done = plan.remove.length + plan.blocks.length + plan.create.length === 0;
    // Where another plugin gives out addresses, what it gives has to do.
    const blind = found.some(({ ipam }) => [...ipam.values()].includes(undefined));
    if (done || round === ROUNDS || (blind && round > 1)) return (await Promise.all(found.map(located(wanted)))).flat();
    await Promise.all(found.map((one) => carryOut(plan, one, { image, deployables })));
  }
}

async function findPods(cluster: KubeCluster): Promise<Found> {
  const [pods, ipam] = await Promise.all([
    podsOf(cluster.api, CAST_NAMESPACE, OURS_SELECTOR),
    Promise.all(cluster.nodes.map(async (node) => [node.name, await findIpam(node)] as const)),
  ]);
  return { cluster, pods, ipam: new Map(ipam) };
}

async function takenByOthers(found: readonly Found[], existing: readonly ExistingPod[]): Promise<string[]> {
  const taken = found.map(async ({ cluster, ipam }) => {
    const ours = existing.filter((pod) => pod.cluster === cluster.name).map(({ address }) => address);
    const reserved = await Promise.all([...ipam.values()].map((one) => one?.reserved() ?? []));
    return reserved.flat().filter((address) => !ours.includes(address));
  });
  return (await Promise.all(taken)).flat();
}

function addressesFull([first]: readonly SpeccedCluster[]): LabError {
  return new LabError('kube-addresses-full', 'not all pods find addresses', {
    exitCode: 3,
    next: 'Pods of others take too many addresses of these ranges:',
    command: `kubectl --context ${first?.cluster.kubectl.access.context} get pods --all-namespaces -o wide`,
  });
}

interface Making {
  readonly image: string;
  readonly deployables: Deployables;
}

/** A cluster's part of a plan: first who leaves, then blocks, whose pods come all at once, then who has an address to come to. */
async function carryOut(plan: PodPlan, { cluster, ipam }: Found, making: Making): Promise<void> {
  const { api } = cluster;
  const mine = <T extends { readonly cluster: string }>(all: readonly T[]) =>
    all.filter((one) => one.cluster === cluster.name);
  const kept = new Set(mine(plan.keep).map(({ name }) => name));
  // What a Deployment has left beside the pod that is kept (one that was evicted) is not worth that one.
  const leaving = mine(plan.remove).filter(({ name, deployable }) => deployable === undefined || !kept.has(name));
  await removePods(cluster, leaving);
  const objectsFor = async (pods: readonly WantedPod[]) =>
    (await Promise.all(pods.map((pod) => objectsOf(pod, making)))).flat();
  await Promise.all(
    mine(plan.blocks).map(async ({ node, pods, addresses }) => {
      const giver = ipam.get(node);
      const [first = ''] = addresses;
      await giver?.next(first);
      await api.apply(await objectsFor(pods));
      for (const address of addresses) await giver?.waitFor(address);
    }),
  );
  // One after the other: the node hands out addresses in turn, and the turn is what the lab sets.
  for (const pod of mine(plan.create)) {
    const giver = ipam.get(pod.node);
    await giver?.waitForRelease(pod.address);
    await giver?.next(pod.address);
    await api.apply(await objectsFor([pod]));
    await giver?.waitFor(pod.address);
  }
  const coming = [...mine(plan.blocks).flatMap(({ pods }) => pods), ...mine(plan.create)];
  const places = [...kept, ...coming.map(({ name }) => name)];
  await waitForPods(api, CAST_NAMESPACE, OURS_SELECTOR, places, placeOf);
}

/**
 * Pods of the lab's own are deleted. Those of a Deployment would be replaced at once: it stays, with no pod, and to apply its
 * manifests again brings another one. Resolves when all are gone.
 */
export async function removePods(
  { api }: Pick<KubeCluster, 'api'>,
  pods: readonly { readonly name: string; readonly deployable?: string | undefined }[],
): Promise<void> {
  if (pods.length === 0) return;
  const named = (deployed: boolean): readonly string[] => [
    ...new Set(pods.filter(({ deployable }) => (deployable !== undefined) === deployed).map(({ name }) => name)),
  ];
  const [deployed, own] = [named(true), named(false)];
  const deployments = collectionPath('apps/v1', 'deployments', CAST_NAMESPACE);
  await Promise.all([
    ...deployed.map((name) => api.patch(`${deployments}/${name}/scale`, { spec: { replicas: 0 } })),
    ...own.map((name) => api.remove(`${podsPath(CAST_NAMESPACE)}/${name}`, NOW_S)),
  ]);
  await waitUntilGone(api, CAST_NAMESPACE, OURS_SELECTOR, (pod) =>
    (deployableOf(pod) === undefined ? own : deployed).includes(placeOf(pod)),
  );
}

async function objectsOf(
  { name, node, deployable }: WantedPod,
  { image, deployables }: Making,
): Promise<readonly KubeObject[]> {
  if (deployable === undefined) return [castPod(name, node, image)];
  return deployedIn(await deployables(deployable, image), { place: name, deployable, node });
}

/** The pods of the world among those that were found. */
function located(wanted: readonly WantedPod[]): (found: Found) => Promise<KubePod[]> {
  return ({ cluster, pods }) => {
    const names = wanted.filter((one) => one.cluster === cluster.name).map(({ name }) => name);
    return locate(
      cluster,
      pods.filter((pod) => isReady(pod) && names.includes(placeOf(pod))),
    );
  };
}

async function locate(cluster: KubeCluster, pods: readonly PodObject[]): Promise<KubePod[]> {
  const located = await Promise.all(
    cluster.nodes.map(async (node) => {
      const here = pods.filter(({ spec }) => spec.nodeName === node.name);
      const pids = await node.attendant.findPods(here.map(({ metadata }) => metadata.uid));
      return here.map((found) => {
        const { metadata, status } = found;
        const pid = pids.get(metadata.uid);
        if (pid === undefined) {
          throw new LabError('kube-pod-not-found', `node ${node.name} shows no process of pod ${metadata.name}`, {
            where: `cluster ${cluster.name}`,
            exitCode: 3,
          });
        }
        const { name: pod, uid } = metadata;
        const { podIP: address = '' } = status;
        return { name: placeOf(found), pod, deployable: deployableOf(found), uid, address, cluster, node, pid };
      });
    }),
  );
  return located.flat();
}

/** Pods of a Deployment have names of Kubernetes' making. */
function placeOf({ metadata }: PodObject): string {
  return metadata.labels?.[PLACE_LABEL] ?? metadata.name;
}

function deployableOf({ metadata }: PodObject): string | undefined {
  return metadata.labels?.[DEPLOYABLE_LABEL];
}

/** Whether the process that the pod was found by is there, and the pod's: asked of the node, which is quicker than the API. */
export async function isThere({ node, pid, uid }: Pick<KubePod, 'node' | 'pid' | 'uid'>): Promise<boolean> {
  const groups = await node.attendant.read(`/proc/${pid}/cgroup`).catch(() => '');
  return groups.includes(uid) || groups.includes(uid.replaceAll('-', '_'));
}

/** A pod that somebody else deploys: the first by name that is ready. @throws LabError `kube-pod-missing` */
export async function findPod({ spec, cluster }: SpeccedCluster, place: string): Promise<KubePod | undefined> {
  const existing = spec.pods.find(({ name }) => name === place)?.existing;
  if (existing === undefined) return undefined;
  const { namespace, selector } = existing;
  const ready = (await podsOf(cluster.api, namespace, selector)).filter(isReady);
  const [first] = ready.sort((one, other) => one.metadata.name.localeCompare(other.metadata.name));
  const [found] = first === undefined ? [] : await locate(cluster, [first]);
  if (found !== undefined) return { ...found, name: place };
  throw new LabError('kube-pod-missing', `${place}: no ready pod is labelled ${selector} in namespace ${namespace}`, {
    where: whereOf(cluster.kubectl.access),
    exitCode: 3,
    next: 'See what is there:',
    command: `kubectl --context ${cluster.kubectl.access.context} get pods --namespace ${namespace} -l ${selector}`,
  });
}

function existingPod(cluster: KubeCluster, pod: PodObject, image: string): ExistingPod {
  const usable = isReady(pod) && pod.spec.containers[0]?.image === image;
  const { podIP: address = '' } = pod.status;
  const [name, deployable] = [placeOf(pod), deployableOf(pod)];
  return { cluster: cluster.name, name, node: pod.spec.nodeName ?? '', address, usable, deployable };
}

function wantedPods({ spec, cluster }: SpeccedCluster): WantedPod[] {
  const own = spec.pods.filter(({ existing }) => existing === undefined);
  return own.map(({ name, address, node = 0, deployable }) => {
    const host = cluster.nodes[node];
    if (host === undefined) throw new RangeError(`pod ${name}: the cluster has no node ${node}`);
    const { name: hostName, podRange: range } = host;
    return { cluster: cluster.name, name, node: hostName, range, offset: offsetOf(address), deployable };
  });
}
