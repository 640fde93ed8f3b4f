import { agencyZone, type DnsAgency } from './agency-zone.ts';
import { clusterSteps } from './cluster-variant.ts';
import { builtInCorefile, separateCorefile, withZoneBlock, zoneFileName } from './corefile.ts';
import type { DnsPlanOptions, DnsVariant, PresentDns } from './options.ts';
import { type PodDns, podDns } from './pod-dns.ts';
import { separateSteps } from './separate-variant.ts';
import { type Step, stepLine } from './step.ts';
import { verifySteps } from './verify.ts';
import { writeZone } from './zone.ts';

export interface DnsPlan {
  readonly variant: DnsVariant;
  readonly corefile: string;
  readonly zone: string;
  readonly zoneFile: string;
  /** What the plan was made for, where a cluster was looked at. */
  readonly present?: PresentDns;
  /** What a pod's resolv.conf must say, and what that means for the names of the zone. */
  readonly podDns: PodDns;
  readonly apply: readonly Step[];
  readonly verify: readonly Step[];
  readonly revert: readonly Step[];
  /** The last of the way back: the patch's own notes. */
  readonly forget: readonly Step[];
  /** The lines of `apply`, to read and to paste; files that they name are in the steps. */
  readonly kubectl: readonly string[];
}

/** kubeadm's, and one from the part of the Service range that is kept for addresses of choice. */
const nameservers = { cluster: '10.96.0.10', separate: '10.96.0.53' };

export const planDefaults: Omit<DnsPlanOptions, 'nameserver'> = {
  origin: 'mcx.test',
  ttl: 5,
  serial: 1,
  namespace: 'mcx',
  clusterDomain: 'cluster.local',
  ndots: 2,
  image: 'registry.k8s.io/coredns/coredns:v1.12.0',
};

/** The whole patch on paper: both files, and every command that puts them in, proves them and takes them out again. */
export function dnsPlan(
  variant: DnsVariant,
  agencies: readonly DnsAgency[],
  given: Partial<DnsPlanOptions> = {},
): DnsPlan {
  const options = { ...planDefaults, nameserver: nameservers[variant], onPaper: given.present === undefined, ...given };
  const zone = writeZone(agencyZone(agencies, options));
  const present = options.present ?? {
    corefile: builtInCorefile(options.clusterDomain),
    volumeIndex: 0,
    volumeItems: ['Corefile'],
    pods: [],
  };
  const corefile =
    variant === 'cluster' ? withZoneBlock(present.corefile, options.origin) : separateCorefile(options.origin);
  const files = { corefile, zone, zoneFile: zoneFileName(options.origin) };
  const steps = variant === 'cluster' ? clusterSteps(files, { ...options, present }) : separateSteps(files, options);
  return {
    variant,
    ...files,
    ...(options.present === undefined ? {} : { present: options.present }),
    podDns: podDns(variant, agencies, options),
    ...steps,
    verify: verifySteps(variant, agencies, options),
    kubectl: steps.apply.map(stepLine),
  };
}
