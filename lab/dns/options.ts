import type { Access } from './step.ts';

/** `cluster`: the zone in the cluster's own CoreDNS (administrator). `separate`: a CoreDNS in one's own namespace. */
export type DnsVariant = 'cluster' | 'separate';

export interface DnsPlanOptions extends Access {
  readonly origin: string;
  readonly ttl: number;
  readonly serial: number;
  /** Where the pods of the agencies live, and the separate CoreDNS with them. */
  readonly namespace: string;
  /** ClusterIP that the pods ask: the built-in Service's, or the one that the separate Service gets. */
  readonly nameserver: string;
  readonly clusterDomain: string;
  readonly ndots: number;
  /** What the cluster has now; as kubeadm left it where it is absent. */
  readonly present?: PresentDns;
  /** The way back is shown from where `apply` ends, also for a cluster that has not been touched yet. */
  readonly onPaper?: boolean;
  /**
   * What becomes of pods that new ones have taken the place of: they answer on for some seconds, so they are waited for, or
   * ended at once where nobody else asks them.
   */
  readonly oldPods?: 'wait' | 'end';
  /** Image of the separate CoreDNS: best the cluster's own, which its nodes have already. */
  readonly image: string;
}

/** What `kubectl get` tells of the cluster's CoreDNS. */
export interface PresentDns {
  readonly corefile: string;
  /** The zone file in the ConfigMap, where there is one. */
  readonly zone?: string;
  /** Index of the volume `config-volume` in the Deployment, and the keys of its items. */
  readonly volumeIndex: number;
  readonly volumeItems: readonly string[];
  /** Names of its pods; those that are ending already are among them. */
  readonly pods: readonly string[];
  readonly ending?: readonly string[];
  /** Annotations of the pod template. */
  readonly templateAnnotations?: Readonly<Record<string, string>>;
  /** What the patch noted before its first change; absent where it was never applied. */
  readonly record?: PatchRecord;
  /** `deployment.kubernetes.io/revision` */
  readonly revision?: string;
  /** `metadata.resourceVersion` of the ConfigMap: a patch that names it fails where somebody else was quicker. */
  readonly version?: string;
  /** All replicas have the present template and are ready. */
  readonly settled?: boolean;
}

/** Kept in the cluster itself, in an annotation of the ConfigMap: whoever goes on after a crash finds it there. */
export interface PatchRecord {
  readonly revision: string;
  /** Digest of the Corefile that was there. */
  readonly corefile: string;
}

/** The annotation of the ConfigMap `coredns` that holds a `PatchRecord`. */
export const recordAnnotation = 'mcx.test/dns-patch';
/** The annotation of the pod template: another serial, other pods. */
export const serialAnnotation = 'mcx.test/zone-serial';
