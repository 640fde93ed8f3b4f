import { LabError } from '../../errors.ts';
import type { ClusterSpec } from '../fabric.ts';
import type { KubeCluster, KubeNode } from './cluster.ts';
import { type Deployables, deployedIn, scaleAway } from './deployed.ts';
import { findIpam, type Ipam } from './ipam.ts';
import { castPod } from './manifests.ts';
import { CAST_NAMESPACE, DEPLOYABLE_LABEL, OURS_SELECTOR, PLACE_LABEL } from './names.ts';
import { isReady, type PodObject } from './objects.ts';
import { type ExistingPod, offsetOf, planPods, rangeOf, type WantedPod } from './pod-plan.ts';
import { podsOf, waitForPods } from './wait.ts';

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

/** Pods of all clusters as the spec wants them; those of the world before that fit are kept. */
export async function arrangePods(
  clusters: readonly SpeccedCluster[],
  image: string,
  deployables: Deployables,
): Promise<readonly KubePod[]> {
  const present = await Promise.all(
    clusters.map(async ({ cluster }) => ({
      cluster,
      pods: await podsOf(cluster.kubectl, CAST_NAMESPACE, OURS_SELECTOR),
      ipam: new Map(await Promise.all(cluster.nodes.map(async (node) => [node.name, await findIpam(node)] as const))),
    })),
  );
  const existing = present.flatMap(({ cluster, pods }) => pods.map((pod) => existingPod(cluster, pod, image)));
  const taken = new Map<string, Set<number>>();
  for (const { ipam } of present) {
    for (const one of ipam.values()) {
      for (const address of (await one?.reserved()) ?? []) {
        if (existing.some((pod) => pod.address === address)) continue;
        const offsets = taken.get(rangeOf(address)) ?? new Set();
        taken.set(rangeOf(address), offsets.add(offsetOf(address)));
      }
    }
  }
  const plan = planPods(clusters.flatMap(wantedPods), existing, taken);
  if (plan === undefined) {
    throw new LabError('kube-addresses-full', 'no distance is left at which all pods find their addresses', {
      exitCode: 3,
      next: 'Pods of others take too many addresses of these ranges:',
      command: `kubectl --context ${clusters[0]?.cluster.kubectl.access.context} get pods --all-namespaces -o wide`,
    });
  }
  return (
    await Promise.all(
      present.map(async ({ cluster, ipam }) => {
        const mine = <T extends { readonly cluster: string }>(all: readonly T[]) =>
          all.filter((one) => one.cluster === cluster.name);
        const kept = new Set(mine(plan.keep).map(({ name }) => name));
        // What a Deployment has left beside the pod that is kept (one that was evicted) is not worth that one.
        const leaving = mine(plan.remove).filter(({ name, deployable }) => deployable === undefined || !kept.has(name));
        await removePods(cluster, leaving);
        for (const pod of mine(plan.create)) {
          const objects = await objectsOf(pod, image, deployables);
          await createPod(cluster, objects, pod.address, ipam.get(pod.node));
        }
        const places = [...kept, ...mine(plan.create).map(({ name }) => name)];
        const ready = await waitForPods(cluster.kubectl, CAST_NAMESPACE, OURS_SELECTOR, places, placeOf);
        return locate(cluster, ready);
      }),
    )
  ).flat();
}

export async function removePods(
  cluster: KubeCluster,
  pods: readonly { readonly name: string; readonly deployable?: string | undefined }[],
): Promise<void> {
  const places = (deployed: boolean): string[] => [
    ...new Set(pods.filter(({ deployable }) => (deployable !== undefined) === deployed).map(({ name }) => name)),
  ];
  const [deployed, own] = [places(true), places(false)];
  const options = ['--namespace', CAST_NAMESPACE, '--ignore-not-found', '--now'];
  await Promise.all([
    deployed.length > 0 && scaleAway(cluster, deployed),
    own.length > 0 && cluster.kubectl.run(['delete', 'pod', ...options, ...own]),
  ]);
}

async function objectsOf(
  { name, node, deployable }: WantedPod,
  image: string,
  deployables: Deployables,
): Promise<readonly object[]> {
  if (deployable === undefined) return [castPod(name, node, image)];
  return deployedIn(await deployables(deployable, image), { place: name, deployable, node });
}

/** One after the other: the node hands out addresses in turn, and the turn is what the lab sets. */
async function createPod(
  { kubectl }: KubeCluster,
  objects: readonly object[],
  address: string,
  ipam: Ipam | undefined,
): Promise<void> {
  await ipam?.next(address);
  await kubectl.apply(objects);
  await ipam?.waitFor(address);
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
  const ready = (await podsOf(cluster.kubectl, namespace, selector)).filter(isReady);
  const [first] = ready.sort((one, other) => one.metadata.name.localeCompare(other.metadata.name));
  const [found] = first === undefined ? [] : await locate(cluster, [first]);
  if (found !== undefined) return { ...found, name: place };
  throw new LabError('kube-pod-missing', `${place}: no ready pod is labelled ${selector} in namespace ${namespace}`, {
    where: `cluster ${cluster.name}, context ${cluster.kubectl.access.context}`,
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
