import type { ResolvConf } from '../../../../emulators/kit/config.ts';
import type { ResolverConfig } from '../../../../emulators/resolver/config.ts';
import { type AgencyAddresses, bridgeAddress, serviceIps } from '../addresses.ts';
import { type CastStage, processOf } from './stage.ts';

export interface Resolver {
  readonly place: string;
  readonly emulator: 'resolver';
  readonly config: ResolverConfig;
}

/**
 * What the nodes' resolv.conf points at: a server that denies every name, so that nothing waits for a network that is not
 * there.
 */
export function upstream(stage: CastStage): Resolver {
  const place = 'bridge';
  return {
    place,
    emulator: 'resolver',
    config: {
      role: 'resolver',
      process: processOf(stage, 'upstream'),
      address: bridgeAddress,
      corefile: `${stage.paths.files}/${place}/Corefile`,
      services: [],
      resolvConfNameservers: [],
    },
  };
}

export function resolvers(stage: CastStage, agency: AgencyAddresses): Resolver[] {
  const one = (place: string, address: string, nameserver: string, files = place): Resolver => ({
    place,
    emulator: 'resolver',
    config: {
      role: 'resolver',
      process: processOf(stage, place),
      address,
      corefile: `${stage.paths.files}/${files}/Corefile`,
      services: [
        { name: 'kubernetes.default.svc.cluster.local', address: '10.96.0.1' },
        { name: 'kube-dns.kube-system.svc.cluster.local', address: serviceIps.dns },
        // Headless Services: between pods of one cluster SIP needs no translation, and its source stays the pod's own
        // address.
        { name: 'edge.mcx.svc.cluster.local', address: agency.pods.edge },
        { name: 'server.mcx.svc.cluster.local', address: agency.pods.server },
      ],
      resolvConfNameservers: [nameserver],
    },
  });
  // A pod that takes over mounts the same ConfigMap.
  const cluster = one(`${agency.letter}-${agency.dnsPod}`, agency.pods.dns, bridgeAddress, `${agency.letter}-dns`);
  if (stage.configuration.dns.variant === 'cluster') return [cluster];
  return [cluster, one(`${agency.letter}-dns-mcx`, agency.pods.separateDns, serviceIps.dns)];
}

export function resolvConf({ configuration }: CastStage, { nameserver }: AgencyAddresses): ResolvConf {
  const separate = configuration.dns.variant === 'separate';
  return {
    nameservers: [nameserver],
    search: ['mcx.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    // The separate CoreDNS comes with a dnsConfig of its own; ClusterFirst gives pods 5.
    ndots: separate ? 2 : 5,
    timeoutMs: configuration.timers === 'fast' ? 1000 : 5000,
    attempts: 2,
  };
}
