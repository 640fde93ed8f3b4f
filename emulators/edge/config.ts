import { z } from 'zod';
import { processSchema, resolvConfSchema, sipTimersSchema } from '../kit/config.ts';

/**
 * The NAT-managing border microservice: a stateful SIP proxy that hides topology, and the endpoint of floor control
 * and media.
 */
const edgeShape = z.strictObject({
  role: z.literal('edge'),
  process: processSchema,
  sipTimers: sipTimersSchema,
  resolvConf: resolvConfSchema,
  /** The pod's own address; every socket is bound to it. */
  address: z.string(),
  /** Listeners: towards the agency's server, towards clients, towards partner agencies. */
  ports: z.strictObject({ inside: z.number(), clients: z.number(), agencies: z.number() }),
  /** What the outside is told: the node's address and node ports. */
  advertised: z.strictObject({ address: z.string(), clientsPort: z.number(), agenciesPort: z.number() }),
  /** Exposed media and floor ports, node port = pod port; inside ports come from `insideMediaPorts`. */
  mediaPorts: z.tuple([z.number(), z.number()]),
  insideMediaPorts: z.tuple([z.number(), z.number()]),
  /** The agency's server, `sip:server.mcx.svc.cluster.local:5060`. */
  server: z.string(),
  domain: z.string(),
  /**
   * Partner agencies that are told apart from clients; empty: every outside party has the client's profile. A partner with no
   * `nodes` may send from any address: this edge sees none but its own network's.
   */
  peers: z.array(z.strictObject({ domain: z.string(), nodes: z.array(z.string()) })),
  /** The client's profile: what happens to a request from a source that is not registered. */
  unregisteredClients: z.enum(['refuse', 'admit']),
  /**
   * How the source of media from partners is known: as announced in SDP and from the peer's nodes, or by the first
   * packet.
   */
  peerMedia: z.enum(['announced', 'latch']),
  /** What is remembered of calls with partners: dialogs (the path stays anchored), or transactions alone. */
  memory: z.enum(['dialogs', 'transactions']),
  /** Where the identity of a partner is demanded: in initial requests, or in every request. */
  identityCheck: z.enum(['initial-requests', 'every-request']),
  /** Media or floor control unheard for so long releases the relay. */
  relayIdleMs: z.number().positive(),
});

/** Who lists itself as a partner would let anybody of its own network speak for a partner. */
export const edgeConfigSchema = edgeShape.superRefine(({ domain, advertised, peers }, context) => {
  const refuse = (index: number, message: string) =>
    context.addIssue({ code: 'custom', path: ['peers', index], message });
  const known = new Set([domain.toLowerCase()]);
  for (const [index, peer] of peers.entries()) {
    const name = peer.domain.toLowerCase();
    if (name === domain.toLowerCase()) refuse(index, `${peer.domain} is this edge's own domain`);
    else if (known.has(name)) refuse(index, `${peer.domain} is listed twice`);
    if (peer.nodes.includes(advertised.address)) refuse(index, `${advertised.address} is this edge's own address`);
    known.add(name);
  }
});
export type EdgeConfig = z.infer<typeof edgeConfigSchema>;
