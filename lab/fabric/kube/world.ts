import { LabError } from '../../errors.ts';
import type { ClusterSpec, FabricSpec, PlaceName, RunningFabric } from '../fabric.ts';
import type { AccessNetworks, StandingAccess } from './access.ts';
import { Attendant } from './attendant/client.ts';
import type { Deployables } from './deployed.ts';
import { CAST_NAMESPACE } from './names.ts';
import { clearNat, setNat } from './nat.ts';
import { CAPTURES, imageResidence, type KubePlace, keep } from './place.ts';
import { arrangePods, findPod, isThere, type KubePod, removePods, type SpeccedCluster } from './pods.ts';
import { runningFabric } from './running.ts';
import { ClusterServices } from './services.ts';

/** Pods, Services and NAT as one spec wants them. */
interface Arranged {
  readonly spec: FabricSpec;
  readonly clusters: readonly SpeccedCluster[];
  readonly pods: readonly KubePod[];
  readonly actual: readonly ClusterSpec[];
  /** None of the pods has been deleted since. */
  readonly whole: boolean;
}

/** Arranges pods, Services, NAT and access networks on clusters that are open. */
export async function buildWorld(
  first: FabricSpec,
  open: readonly SpeccedCluster[],
  accesses: AccessNetworks,
  image: string,
  deployables: Deployables,
): Promise<RunningFabric> {
  const nodeAddresses = new Map(open.map(({ cluster }) => [cluster.name, cluster.nodes.map(({ address }) => address)]));
  const services = new Map(open.map(({ cluster }) => [cluster.name, new ClusterServices(cluster)]));
  const residents = new Map<PlaceName, Promise<Attendant>>();
  const nodes = (await Promise.all(open.map(nodePlaces))).flat();
  const arrange = async (spec: FabricSpec, before?: Arranged): Promise<Arranged> => {
    const clusters = open.map(({ cluster }) => ({ spec: clusterNamed(spec, cluster.name), cluster }));
    const kept = before?.whole && podsOf(before.spec) === podsOf(spec) ? before.pods : undefined;
    const pods = kept ?? (await arrangePods(clusters, image, deployables));
    await Promise.all(clusters.map(({ spec: one }) => services.get(one.name)?.replaceAll(one.services, pods)));
    const actual = clusters.map((one) => actualCluster(one, pods));
    const arranged = { spec, clusters, pods, actual, whole: true };
    if (kept && before?.spec.egress === spec.egress) return arranged;
    await Promise.all(
      clusters.flatMap(({ cluster }, index) =>
        cluster.nodes.map((node) => {
          const place = nodes.find(({ name }) => name === node.place);
          return place && setNat(place, { egress: spec.egress, ...natOf(clusters, pods, actual, index) });
        }),
      ),
    );
    return arranged;
  };
  const beginning = arrange(first);
  const outside = accesses.arrange(withRealNodes(first.accesses, open), image, nodeAddresses);
  // Where one fails the other is not left half done behind the back of whoever tries again.
  await Promise.allSettled([beginning, outside]);
  const standing = await outside;
  let now = await beginning;
  /** Pods that others deploy, as they were found last. */
  const others = new Map<PlaceName, KubePod>();
  return runningFabric({
    spec: () => ({
      egress: now.spec.egress,
      clusters: now.actual.map((one) => ({ ...one, services: services.get(one.name)?.current ?? [] })),
      accesses: standing.map((access: StandingAccess) => access.spec),
    }),
    places: [...nodes, ...now.pods.map((pod) => podPlace(pod, residents)), ...standing.flatMap(outsidePlaces)],
    services,
    late: async (name) => {
      const known = others.get(name);
      if (known !== undefined && (await isThere(known))) return podPlace(known, residents);
      const found = (await Promise.all(now.clusters.map((one) => findPod(one, name)))).find((pod) => pod !== undefined);
      if (found !== undefined) others.set(name, found);
      return found && podPlace(found, residents);
    },
    rearrange: async (spec) => {
      if (groundOf(spec) !== groundOf(first)) return undefined;
      const before = now.pods;
      now = await arrange(spec, now);
      const exchanged = now.pods.filter(({ uid }) => !before.some((one) => one.uid === uid));
      await Promise.all(
        exchanged.map(async ({ name }) => {
          const gone = residents.get(name);
          residents.delete(name);
          await gone?.then((attendant) => attendant.close()).catch(() => {});
        }),
      );
      return exchanged.map((pod) => podPlace(pod, residents));
    },
    deletePod: async (name) => {
      const pod = now.pods.find((one) => one.name === name);
      if (pod === undefined) throw new LabError('unknown-place', `the fabric has no pod ${name}`, { exitCode: 70 });
      const resident = await residents.get(name)?.catch(() => undefined);
      residents.delete(name);
      await resident?.close();
      now = { ...now, pods: now.pods.filter((one) => one !== pod), whole: false };
      await removePods(pod.cluster, [pod]);
    },
    down: async () => {
      const left = await Promise.allSettled(residents.values());
      await Promise.all(left.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
      await Promise.all(nodes.map(clearNat));
    },
  });
}

const podsOf = ({ clusters }: FabricSpec): string => JSON.stringify(clusters.map(({ pods }) => pods));

/** What cannot be changed while it stands. */
function groundOf({ clusters, accesses }: FabricSpec): string {
  return JSON.stringify([
    clusters.map(({ name, podCidr, serviceCidr, nodes }) => [name, podCidr, serviceCidr, nodes]),
    accesses,
  ]);
}

function clusterNamed({ clusters }: FabricSpec, name: string): ClusterSpec {
  const found = clusters.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new LabError('invalid-fabric', `the spec has no cluster ${name}`, { exitCode: 70 });
}

/** A host that claims the address of a node claims the one that the node really has. */
function withRealNodes(accesses: FabricSpec['accesses'], clusters: readonly SpeccedCluster[]): FabricSpec['accesses'] {
  const real = new Map(
    clusters.flatMap(({ spec, cluster }) =>
      spec.nodes.map((address, index) => [address, cluster.nodes[index]?.address ?? address] as const),
    ),
  );
  const claimed = (addresses: readonly string[]) => addresses.map((address) => real.get(address) ?? address);
  return accesses.map((access) => ({
    ...access,
    hosts: access.hosts.map((host) =>
      host.extraAddresses === undefined ? host : { ...host, extraAddresses: claimed(host.extraAddresses) },
    ),
  }));
}

/** An access network that is named `bridge` has nobody behind it: what stands there is a host on the nodes' network. */
function outsidePlaces({ spec, places }: StandingAccess): KubePlace[] {
  return places.map((place) => (spec.name === 'bridge' ? { ...place, name: 'bridge', kind: 'bridge' } : place));
}

async function nodePlaces({ cluster }: SpeccedCluster): Promise<KubePlace[]> {
  return Promise.all(
    cluster.nodes.map(async ({ place, address, attendant }) => {
      const node: KubePlace = {
        name: place,
        kind: 'node',
        address,
        keeper: attendant,
        enter: [],
        device: 'eth0',
        residence: imageResidence,
        captures: CAPTURES,
        resident: async () => attendant,
      };
      return { ...node, device: deviceOf(await keep(node, ['ip', '-o', '-4', 'address', 'show']), address) };
    }),
  );
}

/** `2: eth0    inet 172.18.0.2/16 brd …`: which interface has the node's address. */
export function deviceOf(listing: string, address: string): string {
  const line = listing.split('\n').find((one) => one.includes(` inet ${address}/`));
  return line?.split(/\s+/)[1] ?? 'eth0';
}

function podPlace(pod: KubePod, residents: Map<PlaceName, Promise<Attendant>>): KubePlace {
  return {
    name: pod.name,
    kind: 'pod',
    address: pod.address,
    keeper: pod.node.attendant,
    enter: ['nsenter', `--net=/proc/${pod.pid}/ns/net`],
    device: 'eth0',
    residence: pod.deployable === undefined ? imageResidence : { ...imageResidence, deployable: pod.deployable },
    captures: CAPTURES,
    resident: () => {
      const found =
        residents.get(pod.name) ?? Attendant.open(pod.name, pod.cluster.kubectl.exec(CAST_NAMESPACE, pod.pod));
      residents.set(pod.name, found);
      return found;
    },
  };
}

function actualCluster({ spec: one, cluster }: SpeccedCluster, pods: readonly KubePod[]): ClusterSpec {
  return {
    ...one,
    nodes: cluster.nodes.map(({ address }) => address),
    pods: one.pods.map((pod) => ({
      ...pod,
      address: pods.find((real) => real.cluster === cluster && real.name === pod.name)?.address ?? pod.address,
    })),
  };
}

function natOf(
  clusters: readonly SpeccedCluster[],
  pods: readonly KubePod[],
  actual: readonly ClusterSpec[],
  index: number,
) {
  const cluster = clusters[index]?.cluster;
  return {
    pods: pods.filter((pod) => pod.cluster === cluster).map(({ address }) => address),
    podCidr: actual[index]?.podCidr ?? '',
    foreign: pods.filter((pod) => pod.cluster !== cluster).map(({ address, node }) => ({ address, via: node.address })),
  };
}
