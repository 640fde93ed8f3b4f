import type { PlaceName } from '../fabric.ts';
import { addressToNumber, contains, ethernetAddress, gatewayOf, parseCidr, subnet24 } from './address.ts';
import { BRIDGE_ADDRESS, BRIDGE_CIDR, type Link, type Place, type Plan, podSubnets } from './plan.ts';
import { type IndexOf, ip, sweeps } from './porter/rtnetlink.ts';
import type { Step } from './porter/steps.ts';

/** The first marker address leaves by eth0 like any packet, the second one turns round on `lo`. */
export const MARKER_GROUP = '224.0.0.123';
export const MARKER_GROUP_LO = '224.0.0.124';

/** Of eth0, and of br0; the kernel counts what it makes by itself from 2. */
const OWN_INDEX = 50;
/** Of the first far end. */
const FAR_INDEX = 100;

/**
 * `ip -batch` of the outer namespace: every veth pair, each end born where it belongs, with an index that is known. Where both
 * ends had the same one, the kernel would take the pair for a plain device and tell the bridge of its carrier up to a second later.
 */
export function cables(plan: Plan): string[] {
  const bridges = plan.places.filter(({ kind }) => kind === 'bridge');
  const bridgeMac = ethernetAddress('02:42', BRIDGE_ADDRESS);
  return [
    ...bridges.map(
      ({ netns }) => `link add name br0 index ${OWN_INDEX} address ${bridgeMac} netns ${netns} type bridge`,
    ),
    ...plan.links.map(cable),
  ];
}

/** Those of some places, each with the index that it has among all. */
export function cablesOf(plan: Plan, places: ReadonlySet<PlaceName>): string[] {
  return plan.links.flatMap((link, at) => (places.has(link.place.name) ? [cable(link, at)] : []));
}

function cable({ place, mac, far, farInterface }: Link, at: number): string {
  return (
    `link add name ${farInterface} index ${FAR_INDEX + at} netns ${far.netns} type veth ` +
    `peer name eth0 index ${OWN_INDEX} address ${mac} netns ${place.netns}`
  );
}

/** The indices of a place's interfaces. */
export function indexOf({ links }: Plan, place: Place): IndexOf {
  const indices = new Map([
    ['lo', 1],
    [place.kind === 'bridge' ? 'br0' : 'eth0', OWN_INDEX],
    ...links.flatMap(({ far, farInterface }, at) => (far === place ? [[farInterface, FAR_INDEX + at] as const] : [])),
  ]);
  return (device) => {
    const index = indices.get(device);
    if (index === undefined) throw new RangeError(`${place.name} has no ${device}`);
    return index;
  };
}

/**
 * Inside one namespace, before `interfaces` of another plan: away with addresses, routes and neighbours. Interfaces stay up,
 * because a recorder ends with its interface.
 */
export function bare(plan: Plan, place: Place): Step[] {
  const own = plan.links.find((link) => link.place === place);
  const anew = own === undefined ? 'link set br0 type bridge fdb_flush' : `link set eth0 address ${own.mac}`;
  return [...sweeps, ip([anew], indexOf(plan, place))];
}

/** Inside one namespace, in the language of `ip -batch`: addresses, then routes. */
export function interfaces(plan: Plan, place: Place): string[] {
  const behind = plan.links.filter(({ far }) => far === place);
  return [
    'link set lo up',
    // A multicast leaves by the interface that owns its source address, whatever the route says.
    `route add ${MARKER_GROUP_LO}/32 dev lo src 127.0.0.1`,
    ...(place.kind === 'bridge'
      ? bridge(behind)
      : place.kind === 'pod' || place.kind === 'ue'
        ? end(place)
        : onBridge(place)),
    ...(place.kind === 'node' || place.kind === 'access' ? behind.flatMap(pointToPoint) : []),
    ...(place.kind === 'node' ? [...siblingRoutes(place), ...foreignPodRoutes(plan, place)] : []),
  ];
}

/** Docker's bridge. It knows no way to any pod, and what it would send on to the world is lost here: nothing leaves. */
function bridge(ports: readonly Link[]): string[] {
  return [
    `address add ${BRIDGE_ADDRESS}/${prefixOf(BRIDGE_CIDR)} dev br0`,
    'link set br0 up',
    ...ports.flatMap(({ farInterface }) => [`link set ${farInterface} master br0`, `link set ${farInterface} up`]),
    `route add ${MARKER_GROUP}/32 dev br0`,
    'route add blackhole default',
  ];
}

/** A pod or UE: a /32 world in which everybody else is behind the gateway, as the CNI plugin `ptp` makes it. */
function end({ address, extraAddresses = [] }: Extract<Place, { kind: 'pod' | 'ue' }>): string[] {
  const gateway = gatewayOf(address);
  return [
    `address add ${address}/24 dev eth0 noprefixroute`,
    'link set eth0 up',
    `route add ${gateway}/32 dev eth0 scope link`,
    `route add ${subnet24(address)} via ${gateway} src ${address}`,
    `route add default via ${gateway}`,
    ...extraAddresses.map((extra) => `address add ${extra}/32 dev lo`),
  ];
}

function onBridge({ address }: Extract<Place, { address: string }>): string[] {
  return [
    `address add ${address}/${prefixOf(BRIDGE_CIDR)} dev eth0`,
    'link set eth0 up',
    `route add default via ${BRIDGE_ADDRESS}`,
  ];
}

function pointToPoint({ place, farInterface }: Link): string[] {
  if (place.kind !== 'pod' && place.kind !== 'ue') return [];
  const gateway = gatewayOf(place.address);
  return [
    `address add ${gateway}/32 dev ${farInterface}`,
    `link set ${farInterface} up`,
    `route add ${place.address}/32 dev ${farInterface} scope host src ${gateway}`,
  ];
}

/** kindnetd: the pod range of every other node of the same cluster, by way of that node. */
function siblingRoutes(node: Extract<Place, { kind: 'node' }>): string[] {
  return [...podSubnets(node.cluster)]
    .filter(([index]) => index !== node.index)
    .flatMap(([index, subnets]) =>
      [...subnets].map((subnet) => `route add ${subnet} via ${node.cluster.nodes[index]}`),
    );
}

/**
 * Pods routed between clusters on purpose: the control that shows what is the NAT's doing. Where pod ranges overlap, an
 * address leads to the own pod if there is one, else to the first cluster that uses it.
 */
function foreignPodRoutes({ spec }: Plan, node: Extract<Place, { kind: 'node' }>): string[] {
  if (spec.egress !== 'none') return [];
  const known = new Set(node.cluster.pods.map(({ address }) => address));
  const routes: string[] = [];
  for (const { pods, nodes } of spec.clusters.filter((cluster) => cluster !== node.cluster)) {
    for (const pod of pods.filter(({ address }) => !known.has(address))) {
      known.add(pod.address);
      routes.push(`route add ${pod.address}/32 via ${nodes[pod.node ?? 0]}`);
    }
  }
  return routes;
}

function prefixOf(cidr: string): string {
  return cidr.slice(cidr.indexOf('/') + 1);
}

export function onTheBridge(address: string): boolean {
  const cidr = parseCidr(BRIDGE_CIDR);
  const value = addressToNumber(address);
  return cidr !== undefined && value !== undefined && contains(cidr, value);
}
