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

/** Ports of a Service that lead to the same pods, in nft's words: `5060`, or `30100-30131` where each keeps its number. */
interface ServicePorts {
  readonly service: ServiceSpec;
  readonly id: string;
  readonly ports: string;
  readonly nodePorts: string | undefined;
  /** What stands behind a pod's address: `:5062`, or nothing where the number stays. */
  readonly target: string;
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
    ...served.flatMap(({ service, ports: numbers, nodePorts, protocol, id }) => [
      `ip daddr ${service.clusterIp} ${protocol} dport ${numbers} goto svc-${id}`,
      // KUBE-NODEPORTS comes last, for whatever address of this node.
      ...(nodePorts === undefined ? [] : [`fib daddr type local ${protocol} dport ${nodePorts} goto ext-${id}`]),
    ]),
    '}',
    // A Service without endpoints refuses in the filter hooks, before any connection is confirmed.
    'chain rejects {',
    ...ports
      .filter(({ endpoints }) => endpoints.length === 0)
      .flatMap(({ service, ports: numbers, nodePorts, protocol }) => [
        `ip daddr ${service.clusterIp} ${protocol} dport ${numbers} reject`,
        ...(nodePorts === undefined ? [] : [`fib daddr type local ${protocol} dport ${nodePorts} reject`]),
      ]),
    '}',
  ];
}

/** The names of all chains that `serviceChains` makes, but for the two entries. */
export function serviceChainNames(view: NodeView, services: readonly ServiceSpec[]): string[] {
  return servicePorts(view, services)
    .filter(({ endpoints }) => endpoints.length > 0)
    .flatMap((one) => [
      ...(one.nodePorts === undefined ? [] : [`ext-${one.id}`]),
      `svc-${one.id}`,
      ...(needsLocalChain(one) ? [`svl-${one.id}`] : []),
      ...one.endpoints.map((_, index) => `sep-${one.id}-${index}`),
    ]);
}

function portChains(view: NodeView, one: ServicePorts): string[] {
  const { podCidr } = view.cluster;
  const { service, protocol, id, endpoints } = one;
  const local = endpoints.flatMap((endpoint, index) => (endpoint.local ? [index] : []));
  return [
    ...endpoints.flatMap(({ address }, index) => [
      `chain sep-${id}-${index} {`,
      // KUBE-SEP: a pod that reaches itself through its Service must not see its own address as the source.
      `ip saddr ${address} ${mark}`,
      `meta l4proto ${protocol} dnat to ${address}${one.target}`,
      '}',
    ]),
    `chain svc-${id} {`,
    `ip daddr ${service.clusterIp} ip saddr != ${podCidr} ${mark}`,
    choose(
      id,
      endpoints.map((_, index) => index),
    ),
    '}',
    ...(needsLocalChain(one) ? [`chain svl-${id} {`, choose(id, local), '}'] : []),
    ...(one.nodePorts === undefined ? [] : externalChain(service, podCidr, id, local.length > 0)),
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
function needsLocalChain({ nodePorts, endpoints }: ServicePorts): boolean {
  return nodePorts !== undefined && endpoints.some(({ local }) => local);
}

function servicePorts(view: NodeView, services: readonly ServiceSpec[]): ServicePorts[] {
  return services.flatMap((service) => {
    const endpoints = service.endpoints.flatMap((name) => {
      const pod = view.cluster.pods.find((candidate) => candidate.name === name);
      return pod === undefined ? [] : [{ address: pod.address, local: (pod.node ?? 0) === view.nodeIndex }];
    });
    return runsOf(service.ports).map(([first, last]) => {
      const protocol = protocolOf(first);
      const id = `${service.name.replaceAll(/[^a-zA-Z0-9-]/g, '_')}-${protocol}-${first.port}`;
      const ports = first === last ? String(first.port) : `${first.port}-${last.port}`;
      const nodePorts = first.nodePort === first.port ? ports : first.nodePort?.toString();
      const target = first === last ? `:${first.targetPort}` : '';
      return { service, id, ports, nodePorts, target, protocol, endpoints };
    });
  });
}

const protocolOf = ({ protocol }: Port) => (protocol === 'TCP' ? 'tcp' : 'udp');

/**
 * First and last of the ports that can share rules: neighbours that keep their number wherever they lead. kube-proxy writes
 * rules for each port; for a range of media that is 20 times the text, read by nft each time that a Service changes.
 */
function runsOf(ports: readonly Port[]): [Port, Port][] {
  const runs: [Port, Port][] = [];
  for (const port of ports) {
    const run = runs.at(-1);
    if (run !== undefined && follows(run[1], port)) run[1] = port;
    else runs.push([port, port]);
  }
  return runs;
}

function follows(one: Port, next: Port): boolean {
  const keeps = ({ port, targetPort, nodePort }: Port) => port === targetPort && (nodePort ?? port) === port;
  const alike = protocolOf(one) === protocolOf(next) && (one.nodePort === undefined) === (next.nodePort === undefined);
  return alike && keeps(one) && keeps(next) && next.port === one.port + 1;
}
