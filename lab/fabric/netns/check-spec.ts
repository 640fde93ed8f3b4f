import { LabError } from '../../errors.ts';
import type { ClusterSpec, FabricSpec } from '../fabric.ts';
import { addressToNumber, contains, parseCidr, subnet24 } from './address.ts';
import { onTheBridge } from './interfaces.ts';
import { BRIDGE_ADDRESS, podSubnets } from './plan.ts';

/**
 * Refuses what could only fail later, in a shell's words: addresses that clash, pods outside their range, unknown
 * endpoints.
 */
export function checkSpec(spec: FabricSpec): void {
  const bridge = [...spec.clusters.flatMap(({ nodes }) => nodes), ...spec.accesses.map(({ address }) => address)];
  unique('address on the bridge', [BRIDGE_ADDRESS, ...bridge]);
  for (const address of bridge) demand(onTheBridge(address), `${address} is not on the bridge`);
  unique('place', [
    ...spec.clusters.flatMap(({ name, pods }) => [`${name}-node`, ...pods.map((pod) => pod.name)]),
    ...spec.accesses.flatMap(({ name, hosts }) => [`${name}-access`, ...hosts.map((host) => host.name)]),
  ]);
  for (const cluster of spec.clusters) checkCluster(cluster);
  for (const { name, hosts } of spec.accesses) {
    unique(
      `address behind ${name}-access`,
      hosts.map(({ address }) => address),
    );
    for (const address of hosts.flatMap((host) => [host.address, ...(host.extraAddresses ?? [])])) {
      demand(addressToNumber(address) !== undefined, `${address} is no address`);
    }
  }
}

function checkCluster({ name, nodes, podCidr, serviceCidr, pods, services, ...rest }: ClusterSpec): void {
  demand(nodes.length > 0, `cluster ${name} has no node`);
  const range = parseCidr(podCidr);
  const clusterIps = parseCidr(serviceCidr);
  if (range === undefined) throw invalid(`${podCidr} is no address range`);
  if (clusterIps === undefined) throw invalid(`${serviceCidr} is no address range`);
  unique(
    `pod address of cluster ${name}`,
    pods.map(({ address }) => address),
  );
  for (const pod of pods) {
    const address = addressToNumber(pod.address);
    demand(address !== undefined && contains(range, address), `pod ${pod.name}: ${pod.address} is not in ${podCidr}`);
    demand((pod.node ?? 0) < nodes.length, `pod ${pod.name}: the cluster has no node ${pod.node}`);
  }
  const subnets = podSubnets({ name, nodes, podCidr, serviceCidr, pods, services, ...rest });
  // kindnetd gives each node a range of its own, or the other nodes would not know the way.
  unique(
    `/24 of a node of cluster ${name} (${subnet24(pods[0]?.address ?? '0.0.0.0')}, …)`,
    [...subnets.values()].flatMap((set) => [...set]),
  );
  unique(
    `Service of cluster ${name}`,
    services.map((service) => service.name),
  );
  for (const { name: service, clusterIp, endpoints } of services) {
    const address = addressToNumber(clusterIp);
    demand(
      address !== undefined && contains(clusterIps, address),
      `Service ${service}: ${clusterIp} is not in ${serviceCidr}`,
    );
    for (const endpoint of endpoints) {
      demand(
        pods.some((pod) => pod.name === endpoint),
        `Service ${service}: there is no pod ${endpoint} in cluster ${name}`,
      );
    }
  }
}

function unique(what: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  demand(twice === undefined, `${what} used twice: ${twice}`);
}

function demand(condition: boolean, what: string): void {
  if (!condition) throw invalid(what);
}

function invalid(what: string): LabError {
  return new LabError('fabric-spec', what);
}
