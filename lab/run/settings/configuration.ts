import { z } from 'zod';
import { namesProblem } from './agency-names.ts';

const letterSchema = z.enum(['a', 'b', 'c', 'd']);
/** In this order they are dealt out; the first one is the root agency. */
export const letters = letterSchema.options;

/** What an administrator can mistype, and an edge would take for a partner. */
function peersProblem(letter: string, listed: readonly string[]): string | undefined {
  if (listed.includes(letter)) return `the peer list of agency ${letter} names itself`;
  const twice = listed.find((one, index) => listed.indexOf(one) !== index);
  return twice === undefined ? undefined : `the peer list of agency ${letter} names agency ${twice} twice`;
}

/**
 * What a team sets in `lab.yaml`, in the words of the products it stands for. The defaults are the working configuration:
 * every remedy on. A scenario names the keys it changes (`| border.path | server |`), and nothing else differs.
 */
export const configurationSchema = z.strictObject({
  timers: z.enum(['fast', 'standard']).default('fast'),
  /** Pod ranges: both clusters hand out the same one (kind's default), or one each. */
  cidr: z.enum(['overlap', 'distinct']).default('overlap'),
  /** NAT of what leaves a cluster: as kindnetd, symmetric, or none (pods routed on purpose). */
  nat: z.enum(['preserve', 'symmetric', 'none']).default('preserve'),
  trafficPolicy: z.enum(['Local', 'Cluster']).default('Local'),
  agencies: z.number().int().min(2).max(4).default(2),
  /** UEs answer calls by themselves, or ring until their users answer. */
  commencement: z.enum(['automatic', 'manual']).default('automatic'),
  /** Nodes of each partner's cluster; what takes over from its edge is on the last. */
  partnerNodes: z.number().int().min(1).max(2).default(1),
  uesPerAgency: z.number().int().min(2).max(4).default(2),
  dns: z
    .strictObject({
      /** The zone with the partners' names is there, or the cluster has what Kubernetes gave it alone. */
      zone: z.enum(['present', 'absent']).default('present'),
      /** Where: in the cluster's own CoreDNS, or in a separate one that forwards the rest. */
      variant: z.enum(['cluster', 'separate']).default('cluster'),
      /** The zone itself: the domain below which all agencies have theirs. */
      origin: z.string().default('mcx.test'),
      /** What an agency is called there; its letter where it is not named here. */
      names: z.partialRecord(letterSchema, z.string()).default({}),
    })
    .superRefine((dns, context) => {
      const wrong = namesProblem(dns, letters);
      if (wrong !== undefined) context.addIssue({ code: 'custom', ...wrong });
    })
    .prefault({}),
  border: z
    .strictObject({
      /** Who is the endpoint of what crosses between agencies: the edge, or the server itself. */
      path: z.enum(['edge', 'server']).default('edge'),
    })
    .prefault({}),
  server: z
    .strictObject({
      /** NAT traversal by the server: the SIP's source address put into a partner's SDP, port kept. */
      sdpRepair: z.enum(['off', 'signalling-source']).default('off'),
      /** So many ports for RTP, RTCP and floor control: each leg takes three. */
      mediaPorts: z.number().int().min(2).max(900).default(200),
    })
    .prefault({}),
  edge: z
    .strictObject({
      /** Partner agencies have a profile of their own, or every outside party is a client. */
      partners: z.enum(['recognised', 'unknown']).default('recognised'),
      /** What a partner's requests and media must come from: one of its nodes, or wherever the network lets them come from. */
      partnerSource: z.enum(['node', 'any']).default('node'),
      unregisteredClients: z.enum(['refuse', 'admit']).default('refuse'),
      peerMedia: z.enum(['announced', 'latch']).default('announced'),
      identityCheck: z.enum(['initial-requests', 'every-request']).default('initial-requests'),
      /** What the root agency's edge remembers of calls with partners. */
      rootMemory: z.enum(['dialogs', 'transactions']).default('dialogs'),
      /** The pod that takes over when the edge is rolled out or scaled is known and recorded from the start. */
      successor: z.enum(['none', 'prepared']).default('none'),
      /** So many exposed ports for RTP, RTCP and floor control: each leg takes three. */
      mediaPorts: z.number().int().min(2).max(160).default(32),
      /** Which partners the edge of an agency lists; an agency that is not named here lists all others. */
      peers: z
        .partialRecord(letterSchema, z.array(letterSchema))
        .superRefine((peers, context) => {
          for (const [letter, listed = []] of Object.entries(peers)) {
            const wrong = peersProblem(letter, listed);
            if (wrong !== undefined) context.addIssue({ code: 'custom', path: [letter], message: wrong });
          }
        })
        .default({}),
    })
    .prefault({}),
  /**
   * Who else is in the clusters: nobody, a pod with the address of the partner's server, or the partner's server at the very
   * address of one's own.
   */
  bystander: z.enum(['none', 'has-partner-address', 'same-address']).default('none'),
  /**
   * Hosts and pods that belong to nobody's call and send what they like: behind each access network, on the bridge, in each
   * cluster.
   */
  strangers: z.enum(['none', 'present']).default('none'),
  /** How the partner takes part: with a non-controlling function (T2), or participating only (T1). */
  partnerFunction: z.enum(['non-controlling', 'participating']).default('non-controlling'),
});
export type Configuration = z.infer<typeof configurationSchema>;
