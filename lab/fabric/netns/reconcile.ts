import type { ClusterSpec, ServiceSpec } from '../fabric.ts';
import { run, type Step } from './porter/steps.ts';

/** One UDP connection of a node's table, as far as kube-proxy looks at it. */
export interface Connection {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  /** Source of the answers: the endpoint, once translated. */
  readonly replySrc: string;
}

/** Parses `conntrack -L -p udp`; lines that are not connections are left out. */
export function parseConnections(listing: string): Connection[] {
  return listing.split('\n').flatMap((line) => {
    const fields = [...line.matchAll(/\b(src|dst|sport|dport)=(\S+)/g)].map(([, , value]) => value ?? '');
    const [src, dst, sport, dport, replySrc] = fields;
    if (fields.length !== 8 || src === undefined || dst === undefined || replySrc === undefined) return [];
    return [{ src, dst, sport: Number(sport), dport: Number(dport), replySrc }];
  });
}

/**
 * What the reconciler of kube-proxy (1.32 and later) deletes after UDP endpoints have changed: entries whose original
 * destination is a cluster address and port of ours, or *any* address with the number of a NodePort of ours, and whose
 * answers do not come from an endpoint of that Service. Services without endpoints, and Services that are gone, are not
 * looked at: their connections go on to the old pod.
 */
export function staleConnections(
  cluster: ClusterSpec,
  services: readonly ServiceSpec[],
  connections: readonly Connection[],
): Connection[] {
  const byAddress = new Map<string, Set<string>>();
  const byNodePort = new Map<number, Set<string>>();
  for (const service of services) {
    const endpoints = new Set(
      cluster.pods.filter(({ name }) => service.endpoints.includes(name)).map(({ address }) => address),
    );
    if (endpoints.size === 0) continue;
    for (const { port, nodePort, protocol } of service.ports) {
      if (protocol === 'TCP') continue;
      byAddress.set(`${service.clusterIp}:${port}`, endpoints);
      if (nodePort !== undefined) byNodePort.set(nodePort, endpoints);
    }
  }
  return connections.filter(({ dst, dport, replySrc }) => {
    const expected = byAddress.get(`${dst}:${dport}`);
    const atNode = byNodePort.get(dport);
    return (expected !== undefined && !expected.has(replySrc)) || (atNode !== undefined && !atNode.has(replySrc));
  });
}

export function deletion({ src, dst, sport, dport }: Connection): Step {
  const addresses = ['--orig-src', src, '--orig-dst', dst, '--sport', `${sport}`, '--dport', `${dport}`];
  return run(['conntrack', '-D', '-p', 'udp', ...addresses]);
}
