/** `cluster`: the zone in the cluster's own CoreDNS (administrator). `separate`: a CoreDNS in one's own namespace. */
export type DnsVariant = 'cluster' | 'separate';

export interface DnsPlanOptions {
  readonly origin: string;
  readonly ttl: number;
  readonly serial: number;
  /** Where the pods of the agencies live, and the separate CoreDNS with them. */
  readonly namespace: string;
  /** ClusterIP that the pods ask: the built-in Service's, or the one that the separate Service gets. */
  readonly nameserver: string;
  readonly clusterDomain: string;
  readonly ndots: number;
  /** kubeconfig context; the current one where it is absent. */
  readonly context?: string;
  /** What the cluster has now; as kubeadm left it where it is absent. */
  readonly present?: PresentDns;
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
  /** Names of the running pods. */
  readonly pods: readonly string[];
}
