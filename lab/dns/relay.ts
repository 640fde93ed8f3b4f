import { coreDnsPod } from './coredns-pod.ts';

/** Somebody who answers DNS: a pod, or the Service before several of them. */
export interface DnsTarget {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A port of the relay: whatever is asked there by TCP is asked of the target by this protocol. */
export interface RelayPort {
  readonly target: DnsTarget;
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
}

export const relayName = 'mcx-dns-verify';

export function relayPorts(targets: readonly DnsTarget[]): RelayPort[] {
  return targets.flatMap((target, index) => [
    { target, protocol: 'udp' as const, port: 10_000 + 2 * index },
    { target, protocol: 'tcp' as const, port: 10_001 + 2 * index },
  ]);
}

/**
 * A pod that carries questions from a forwarded port, which is TCP, to each target by UDP and by TCP, from inside the
 * cluster as any pod would ask. It is the cluster's own CoreDNS image, which its nodes have already.
 */
export function relayManifests(namespace: string, image: string, ports: readonly RelayPort[]): object[] {
  const metadata = { name: relayName, namespace, labels: { 'app.kubernetes.io/name': relayName } };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: relayCorefile(ports) } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { restartPolicy: 'Never', ...coreDnsPod({ image, configMap: relayName, keys: ['Corefile'] }) },
    },
  ];
}

function relayCorefile(ports: readonly RelayPort[]): string {
  return ports
    .map(({ target, protocol, port }, index) => {
      const how = protocol === 'udp' ? 'prefer_udp' : 'force_tcp';
      // No health checks: a target that does not answer is what we want to know, not to avoid.
      const forward = `    forward . ${target.address}:${target.port} {\n        ${how}\n        max_fails 0\n    }\n`;
      return `.:${port} {\n    errors\n${index === 0 ? '    ready :8181\n' : ''}${forward}}\n`;
    })
    .join('');
}
