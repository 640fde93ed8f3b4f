import { LabError } from '../../errors.ts';
import type { ClusterSpec } from '../fabric.ts';
import type { KubeCluster, KubeNode } from './cluster.ts';
import { findIpam, type Ipam } from './ipam.ts';
import { castPod } from './manifests.ts';
import { CAST_NAMESPACE, OURS_SELECTOR } from './names.ts';
import { isReady, type PodObject } from './objects.ts';
import { type ExistingPod, offsetOf, planPods, rangeOf, type WantedPod } from './pod-plan.ts';
import { podsOf, waitForPods } from './wait.ts';

export interface KubePod {
  readonly name: string;
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
export async function arrangePods(clusters: readonly SpeccedCluster[], image: string): Promise<readonly KubePod[]> {
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
        await removePods(
          cluster,
          mine(plan.remove).map(({ name }) => name),
        );
        for (const pod of mine(plan.create)) await createPod(cluster, pod, ipam.get(pod.node), image);
        const names = [...mine(plan.keep), ...mine(plan.create)].map(({ name }) => name);
        const ready = await waitForPods(cluster.kubectl, CAST_NAMESPACE, OURS_SELECTOR, names);
        return locate(cluster, ready);
      }),
    )
  ).flat();
}

export async function removePods({ kubectl }: KubeCluster, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await kubectl.run(['delete', 'pod', '--namespace', CAST_NAMESPACE, '--ignore-not-found', '--now', ...names]);
}

/** One after the other: the node hands out addresses in turn, and the turn is what the lab sets. */
async function createPod(
  { kubectl }: KubeCluster,
  pod: WantedPod & { readonly address: string },
  ipam: Ipam | undefined,
  image: string,
): Promise<void> {
  await ipam?.next(pod.address);
  await kubectl.apply([castPod(pod.name, pod.node, image)]);
  await ipam?.waitFor(pod.address);
}

async function locate(cluster: KubeCluster, pods: readonly PodObject[]): Promise<KubePod[]> {
  const located = await Promise.all(
    cluster.nodes.map(async (node) => {
      const here = pods.filter(({ spec }) => spec.nodeName === node.name);
      const pids = await node.attendant.findPods(here.map(({ metadata }) => metadata.uid));
      return here.map(({ metadata, status }) => {
        const pid = pids.get(metadata.uid);
        if (pid === undefined) {
          throw new LabError('kube-pod-not-found', `node ${node.name} shows no process of pod ${metadata.name}`, {
            where: `cluster ${cluster.name}`,
            exitCode: 3,
          });
        }
        return { name: metadata.name, uid: metadata.uid, address: status.podIP ?? '', cluster, node, pid };
      });
    }),
  );
  return located.flat();
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
  return { cluster: cluster.name, name: pod.metadata.name, node: pod.spec.nodeName ?? '', address, usable };
}

function wantedPods({ spec, cluster }: SpeccedCluster): WantedPod[] {
  const own = spec.pods.filter(({ existing }) => existing === undefined);
  return own.map(({ name, address, node = 0 }) => {
    const host = cluster.nodes[node];
    if (host === undefined) throw new RangeError(`pod ${name}: the cluster has no node ${node}`);
    return { cluster: cluster.name, name, node: host.name, range: host.podRange, offset: offsetOf(address) };
  });
}
