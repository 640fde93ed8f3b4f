/**
 * The contract of a fabric: what makes clusters, NAT, Services, access networks and taps. A fabric knows no protocol:
 * it carries packets, runs processes in places, records links and sends markers.
 */
export interface FabricSpec {
  readonly clusters: readonly ClusterSpec[];
  readonly accesses: readonly AccessSpec[];
  /**
   * NAT of what leaves a cluster: `preserve` as kindnetd's MASQUERADE, `symmetric` fully random, `none` pods routed on
   * purpose.
   */
  readonly egress: 'preserve' | 'symmetric' | 'none';
}

export interface ClusterSpec {
  /** `a`, `b`, … the first word of every place and tap name. */
  readonly name: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Addresses on the bridge; the first is the node of the cluster's name, further ones host the pods that say so. */
  readonly nodes: readonly string[];
  readonly pods: readonly PodSpec[];
  readonly services: readonly ServiceSpec[];
}

export interface PodSpec {
  /** `a-edge`: unique in the whole lab. */
  readonly name: string;
  readonly address: string;
  /** Index into the cluster's nodes; 0 when absent. */
  readonly node?: number;
  /** The place is a pod that somebody else deploys (CoreDNS): the first that this selects, recorded and never touched. */
  readonly existing?: { readonly namespace: string; readonly selector: string };
  /** On a cluster the place is the pod of a deployable of this name, whose program runs in it from the beginning. */
  readonly deployable?: string;
}

export interface ServiceSpec {
  readonly name: string;
  /** `None`: headless, a name alone. */
  readonly clusterIp: string;
  readonly externalTrafficPolicy: 'Local' | 'Cluster';
  /** UDP unless it says otherwise; `nodePort` absent: reachable inside the cluster alone. */
  readonly ports: readonly {
    readonly port: number;
    readonly targetPort: number;
    readonly nodePort?: number;
    readonly protocol?: 'UDP' | 'TCP';
  }[];
  /** Names of pods. */
  readonly endpoints: readonly string[];
}

/** A router with a NAT of its own between UEs and the bridge (rewrites by outgoing interface, rp_filter 1). */
export interface AccessSpec {
  /** `a`: its place is `a-access`. `bridge`, without hosts: no router but a host on the nodes' network, place `bridge`. */
  readonly name: string;
  /** On the bridge. */
  readonly address: string;
  readonly hosts: readonly HostSpec[];
}

export interface HostSpec {
  readonly name: string;
  readonly address: string;
  /** Addresses that the host gives itself besides: no router knows the way back to them. */
  readonly extraAddresses?: readonly string[];
}

/**
 * A place that can hold processes and taps: a pod, a node, a UE host or an access router, by name (`a-edge`, `a-node`,
 * `a-ue-1`, `a-access`), or `bridge`.
 */
export type PlaceName = string;

export interface Fabric {
  readonly name: 'netns' | 'kind' | 'kube';
  up(spec: FabricSpec): Promise<RunningFabric>;
}

export interface RunningFabric {
  readonly spec: FabricSpec;
  /** The address that a place has now: where a cluster gives them out, not the one of the spec. */
  address(place: PlaceName): Promise<string>;
  /** How programs of the lab are found and reached in a place. */
  residence(place: PlaceName): Residence;
  /** Starts a process in a place, in a session of its own; stdout and stderr go to `log`. */
  start(place: PlaceName, command: readonly string[], log: string): Promise<PlacedProcess>;
  /** Starts a process in a place and speaks with it line by line over its stdin and stdout (on a cluster: exec). */
  converse(place: PlaceName, command: readonly string[]): Promise<Conversation>;
  /**
   * Starts recording; resolves when the recorder listens.
   */
  tap(request: TapRequest): Promise<Tap>;
  /**
   * Sends a marker packet in each of the places, visible on every tap of those places, and resolves when all are sent.
   */
  mark(marker: number, places: readonly PlaceName[]): Promise<void>;
  /** What scenarios about the NAT itself turn. */
  readonly nat: NatControls;
  /** Adds, replaces or removes a Service while the fabric runs. */
  applyService(cluster: string, service: ServiceSpec): Promise<void>;
  removeService(cluster: string, service: string): Promise<void>;
  /**
   * Becomes what another spec says while it stands, as far as it can; `spec` and addresses are the new ones from then on.
   * Resolves with the places that are other ones since: what ran there has gone, what runs elsewhere lives on. undefined:
   * another spec needs another fabric.
   */
  rearrange(spec: FabricSpec): Promise<ReadonlySet<PlaceName> | undefined>;
  /**
   * Deletes a pod, its address with it: taps in it end complete, then all that goes on there. Nobody takes its place until
   * the fabric is rearranged.
   */
  deletePod(place: PlaceName): Promise<void>;
  impair(place: PlaceName, impairment: Impairment | undefined): Promise<void>;
  /** The NAT table of a node or access router, as the kernel prints it (evidence for people, never for verdicts). */
  translations(place: PlaceName): Promise<string>;
  down(): Promise<void>;
}

export interface Residence {
  /** Node, as the place calls it. */
  readonly node: string;
  /** The project's folder, as the place calls it. */
  readonly project: string;
  /** A folder of the place for Unix sockets; short, because a socket's path may have 107 bytes. */
  readonly sockets: string;
  /** The place's files and sockets are this process's own too. */
  readonly local: boolean;
  /** The deployable whose program the place runs of itself; absent: the place is idle until something is started in it. */
  readonly deployable?: string;
}

export interface PlacedProcess {
  readonly pid: number;
  readonly place: PlaceName;
  /** Resolves with the exit code, or the signal's name, when the process has ended. */
  readonly ended: Promise<number | string>;
  /** SIGTERM, and SIGKILL after the grace period. */
  stop(graceMs?: number): Promise<void>;
}

export interface Conversation {
  readonly place: PlaceName;
  send(line: string): void;
  /** Called for every line of its stdout, in order; one listener. */
  onLine(listener: (line: string) => void): void;
  /** Resolves with the exit code or the signal's name, and with the end of its stderr. */
  readonly ended: Promise<{ readonly code: number | string; readonly stderr: string }>;
  close(): Promise<void>;
}

/** Knobs of a node's NAT. One that a fabric lacks is absent, and what needs it is not applicable there. */
export interface NatControls {
  /** Lifetimes of UDP entries in a node: unanswered (kernel's default 30), and assured (120). */
  setUdpTimeouts?(
    place: PlaceName,
    timeouts: { readonly unrepliedS: number; readonly assuredS: number },
  ): Promise<void>;
  /**
   * Whether a node drops UDP that nobody there asked for before it leaves an entry behind; off by default, as on kind.
   */
  dropUnaskedInput?(place: PlaceName, drop: boolean): Promise<void>;
  /** Forgets all translations of a node. */
  flush?(place: PlaceName): Promise<void>;
}

export interface TapRequest {
  /** `a-node`, `a-edge`, `a-mcx-lo`: place, and `-lo` for its loopback. */
  readonly name: string;
  readonly place: PlaceName;
  readonly interface: 'eth0' | 'lo';
  /** Where the capture goes: classic pcap in nanoseconds, unless `standing` writes it. */
  readonly path: string;
  /** Recorders may stay from one tap to the next: that of the place goes on, and none need be started. */
  readonly standing?: StandingRecorders;
}

export interface StandingRecorders {
  /** For their own files, which grow as long as they stay. */
  readonly folder: string;
  /** Writes what a tap has recorded to the tap's path, when it ends: whole, or not at all. */
  readonly write: (tap: TapRequest, part: RecordedPart) => void;
}

/** Of a recorder's file (classic pcap, nanoseconds): the packets from one offset to another, behind the file's header. */
export interface RecordedPart {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** As counted by the kernel meanwhile. */
  readonly drops: number;
}

export interface Tap {
  readonly request: TapRequest;
  /** The file that grows while it records, and where in it the packets of this tap begin. */
  readonly growing: { readonly path: string; readonly from: number };
  /** Ends it when all that has been captured is in the capture at `request.path`; `drops` as counted by the kernel. */
  stop(): Promise<TapCounts>;
}

export interface TapCounts {
  readonly drops: number;
  /** Packets in the file, and packets that passed the recorder's filter, where the recorder says so. */
  readonly captured?: number;
  readonly received?: number;
}

/** What a link does to packets, in both directions; delay, jitter and reordering only where the kernel has netem. */
export interface Impairment {
  /** 0 to 1. */
  readonly loss?: number;
  readonly cut?: boolean;
  readonly rateBitsPerSecond?: number;
  readonly delayMs?: number;
  readonly jitterMs?: number;
}
