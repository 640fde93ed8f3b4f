import type { AccessSpec, ClusterSpec, FabricSpec, PlaceName } from '../fabric.ts';
import { ethernetAddress, subnet24 } from './address.ts';

/** The bridge that all kind clusters share: Docker's network `kind`. */
export const BRIDGE_ADDRESS = '172.18.0.1';
export const BRIDGE_CIDR = '172.18.0.0/16';

/** One network namespace: its name for people, for the kernel, and what it is. */
export type Place =
  | { readonly kind: 'bridge'; readonly name: PlaceName; readonly netns: string }
  | {
      readonly kind: 'node';
      readonly name: PlaceName;
      readonly netns: string;
      readonly cluster: ClusterSpec;
      readonly index: number;
      readonly address: string;
    }
  | {
      readonly kind: 'access';
      readonly name: PlaceName;
      readonly netns: string;
      readonly access: AccessSpec;
      readonly address: string;
    }
  | {
      readonly kind: 'pod' | 'ue';
      readonly name: PlaceName;
      readonly netns: string;
      readonly address: string;
      readonly extraAddresses?: readonly string[];
    };

/**
 * A veth pair: `place` calls its end eth0; the other end is a port of the bridge, or a veth of a node or access router.
 */
export interface Link {
  readonly place: Place;
  readonly mac: string;
  readonly far: Place;
  readonly farInterface: string;
}

export interface Plan {
  readonly spec: FabricSpec;
  /** Tells the namespaces of this fabric from those of others. */
  readonly prefix: string;
  readonly places: readonly Place[];
  readonly links: readonly Link[];
}

/** `a-node` for the first node of a cluster, `a-node-2` for the second. */
export function nodeName(cluster: string, index: number): PlaceName {
  return index === 0 ? `${cluster}-node` : `${cluster}-node-${index + 1}`;
}

export function planFabric(spec: FabricSpec, prefix: string): Plan {
  const places: Place[] = [];
  const links: Link[] = [];
  const add = <P extends Place>(place: P): P => {
    places.push(place);
    return place;
  };
  const connect = (place: Place, mac: string, far: Place): void => {
    const name = `v-${place.name}`;
    links.push({ place, mac, far, farInterface: name.length <= 15 ? name : `v${links.length}` });
  };
  const bridge = add({ kind: 'bridge', name: 'bridge', netns: `${prefix}bridge` });
  for (const cluster of spec.clusters) {
    const nodes = cluster.nodes.map((address, index) => {
      const name = nodeName(cluster.name, index);
      const node = add({ kind: 'node', name, netns: prefix + name, cluster, index, address });
      connect(node, ethernetAddress('02:42', address), bridge);
      return node;
    });
    for (const { name, address, node } of cluster.pods) {
      const host = nodes[node ?? 0];
      if (host === undefined) throw new RangeError(`pod ${name}: the cluster has no node ${node}`);
      connect(add({ kind: 'pod', name, netns: prefix + name, address }), ethernetAddress('0a:58', address), host);
    }
  }
  for (const access of spec.accesses) {
    const name = `${access.name}-access`;
    const router = add({ kind: 'access', name, netns: prefix + name, access, address: access.address });
    connect(router, ethernetAddress('02:42', access.address), bridge);
    for (const { name, address, extraAddresses = [] } of access.hosts) {
      const host = add({ kind: 'ue', name, netns: prefix + name, address, extraAddresses });
      connect(host, ethernetAddress('02:42', address), router);
    }
  }
  return { spec, prefix, places, links };
}

/** The pod ranges of the nodes of a cluster: index of the node to its /24s. */
export function podSubnets(cluster: ClusterSpec): Map<number, Set<string>> {
  const subnets = new Map<number, Set<string>>();
  for (const { address, node } of cluster.pods) {
    const known = subnets.get(node ?? 0) ?? new Set();
    subnets.set(node ?? 0, known.add(subnet24(address)));
  }
  return subnets;
}
