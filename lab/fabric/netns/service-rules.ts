import type { ClusterSpec, ServiceSpec } from '../fabric.ts';

/** What one node knows about Services: the logic of kube-proxy's iptables mode, in nft's words. */
export interface NodeView {
  readonly cluster: ClusterSpec;
  readonly nodeIndex: number;
}

/** The bit that kube-proxy marks with what it must masquerade. */
export const MASQUERADE_MARK = '0x4000';

const mark = `meta mark set meta mark or ${MASQUERADE_MARK}`;

type Port = ServiceSpec['ports'][number];

interface ServicePort {
  readonly service: ServiceSpec;
  readonly port: Port;
  readonly id: string;
  readonly protocol: 'udp' | 'tcp';
  readonly endpoints: readonly { readonly address: string; readonly local: boolean }[];
}

/** Chains of Services, to be put between `table ip lab {` and `}`; `dispatch` and `rejects` are the two entries. */
export function serviceChains(view: NodeView, services: readonly ServiceSpec[]): string[] {
  const ports = servicePorts(view, services);
  const served = ports.filter(({ endpoints }) => endpoints.length > 0);
  return [
    ...served.flatMap((port) => portChains(view, port)),
    'chain dispatch {',
    ...served.flatMap(({ service, port, protocol, id }) => [
      `ip daddr ${service.clusterIp} ${protocol} dport ${port.port} goto svc-${id}`,
      // KUBE-NODEPORTS comes last, for whatever address of this node.
      ...(port.nodePort === undefined
        ? []
        : [`fib daddr type local ${protocol} dport ${port.nodePort} goto ext-${id}`]),
    ]),
    '}',
    // A Service without endpoints refuses in the filter hooks, before any connection is confirmed.
    'chain rejects {',
    ...ports
      .filter(({ endpoints }) => endpoints.length === 0)
      .flatMap(({ service, port, protocol }) => [
        `ip daddr ${service.clusterIp} ${protocol} dport ${port.port} reject`,
        ...(port.nodePort === undefined ? [] : [`fib daddr type local ${protocol} dport ${port.nodePort} reject`]),
      ]),
    '}',
  ];
}

/** The names of all chains that `serviceChains` makes, but for the two entries. */
export function serviceChainNames(view: NodeView, services: readonly ServiceSpec[]): string[] {
  return servicePorts(view, services)
    .filter(({ endpoints }) => endpoints.length > 0)
    .flatMap(({ id, endpoints, port }) => [
      ...(port.nodePort === undefined ? [] : [`ext-${id}`]),
      `svc-${id}`,
      ...(needsLocalChain(port, endpoints) ? [`svl-${id}`] : []),
      ...endpoints.map((_, index) => `sep-${id}-${index}`),
    ]);
}

function portChains(view: NodeView, { service, port, protocol, id, endpoints }: ServicePort): string[] {
  const { podCidr } = view.cluster;
  const local = endpoints.flatMap((endpoint, index) => (endpoint.local ? [index] : []));
  return [
    ...endpoints.flatMap(({ address }, index) => [
      `chain sep-${id}-${index} {`,
      // KUBE-SEP: a pod that reaches itself through its Service must not see its own address as the source.
      `ip saddr ${address} ${mark}`,
      `meta l4proto ${protocol} dnat to ${address}:${port.targetPort}`,
      '}',
    ]),
    `chain svc-${id} {`,
    `ip daddr ${service.clusterIp} ip saddr != ${podCidr} ${mark}`,
    choose(
      id,
      endpoints.map((_, index) => index),
    ),
    '}',
    ...(needsLocalChain(port, endpoints) ? [`chain svl-${id} {`, choose(id, local), '}'] : []),
    ...(port.nodePort === undefined ? [] : externalChain(service, podCidr, id, local.length > 0)),
  ];
}

/** KUBE-EXT: what arrives at a NodePort. */
function externalChain(service: ServiceSpec, podCidr: string, id: string, hasLocal: boolean): string[] {
  if (service.externalTrafficPolicy === 'Cluster') return [`chain ext-${id} {`, mark, `goto svc-${id}`, '}'];
  return [
    `chain ext-${id} {`,
    `ip saddr ${podCidr} goto svc-${id}`,
    `fib saddr type local ${mark} goto svc-${id}`,
    hasLocal ? `goto svl-${id}` : 'drop',
    '}',
  ];
}

function choose(id: string, indices: readonly number[]): string {
  if (indices.length === 1) return `goto sep-${id}-${indices[0]}`;
  const targets = indices.map((index, slot) => `${slot} : goto sep-${id}-${index}`);
  return `numgen random mod ${indices.length} vmap { ${targets.join(', ')} }`;
}

/** A chain of its own only where a NodePort may use it and a local endpoint is there. */
function needsLocalChain(port: Port, endpoints: ServicePort['endpoints']): boolean {
  return port.nodePort !== undefined && endpoints.some(({ local }) => local);
}

function servicePorts(view: NodeView, services: readonly ServiceSpec[]): ServicePort[] {
  return services.flatMap((service) => {
    const endpoints = service.endpoints.flatMap((name) => {
      const pod = view.cluster.pods.find((candidate) => candidate.name === name);
      return pod === undefined ? [] : [{ address: pod.address, local: (pod.node ?? 0) === view.nodeIndex }];
    });
    return service.ports.map((port) => {
      const protocol = port.protocol === 'TCP' ? ('tcp' as const) : ('udp' as const);
      const id = `${service.name.replaceAll(/[^a-zA-Z0-9-]/g, '_')}-${protocol}-${port.port}`;
      return { service, port, id, protocol, endpoints };
    });
  });
}
