import { z } from 'zod';
import { floorTimersSchema, processSchema, resolvConfSchema, sipTimersSchema } from '../kit/config.ts';

/** An MCPTT server of one agency: participating, controlling and non-controlling functions in one process (TS 24.379 4, 5). */
const agencyShape = z.strictObject({
  role: z.literal('agency'),
  process: processSchema,
  sipTimers: sipTimersSchema,
  floorTimers: floorTimersSchema,
  resolvConf: resolvConfSchema,
  address: z.string(),
  sipPort: z.number(),
  /** RTP on even ports, RTCP on the next, floor control after it. */
  mediaPorts: z.tuple([z.number(), z.number()]),
  /** `a.mcx.test` */
  domain: z.string(),
  psi: z.strictObject({ participating: z.string(), controlling: z.string(), nonControlling: z.string() }),
  /** MCPTT IDs served here, affiliated to the groups below as soon as they register (implicit affiliation, TS 24.484). */
  users: z.array(z.string()),
  groups: z.array(
    z.discriminatedUnion('kind', [
      /** A group of users of this agency. */
      z.strictObject({ kind: z.literal('constituent'), uri: z.string(), members: z.array(z.string()) }),
      /** A temporary group that this agency owns: constituent groups here and in partner systems. */
      z.strictObject({
        kind: z.literal('temporary'),
        uri: z.string(),
        constituents: z.array(z.strictObject({ group: z.string(), nonControllingPsi: z.string().nullable() })),
        /** Users of partners whose system is participating only (topology T1): called one by one. */
        directMembers: z.array(z.strictObject({ user: z.string(), participatingPsi: z.string() })),
      }),
      /** A temporary group that a partner owns: who controls it. */
      z.strictObject({ kind: z.literal('partner'), uri: z.string(), controllingPsi: z.string() }),
    ]),
  ),
  /** The edge: next hop for the agency's own clients, and for partners when `interconnect.nextHop` is `edge`. */
  edge: z.string(),
  interconnect: z.strictObject({
    /** `edge`: requests for partners leave through the edge; `direct`: the server is its own border. */
    nextHop: z.enum(['edge', 'direct']),
    /** `direct`: host:port that Via and Contact show to partners (a node and a node port). */
    advertisedSip: z.string().nullable(),
    /** Partner domains, and the domains that RFC 3263 resolves for them. */
    partners: z.array(z.strictObject({ domain: z.string(), interconnectDomain: z.string() })),
  }),
  /**
   * How SDP from partners is repaired, as many products do behind NAT: `signalling-source` puts the address that the SIP came
   * from in place of the SDP's, port kept.
   */
  sdpRepair: z.enum(['off', 'signalling-source']),
  sessionExpiresS: z.number().int().positive(),
});

/** Two agencies with one name would be one to RFC 3263: which of them is called would be chance. */
export const agencyConfigSchema = agencyShape.superRefine(({ domain, interconnect }, context) => {
  const known = new Set([domain.toLowerCase()]);
  for (const [index, partner] of interconnect.partners.entries()) {
    const name = partner.domain.toLowerCase();
    const message = `two agencies are called ${partner.domain}`;
    if (known.has(name)) context.addIssue({ code: 'custom', path: ['interconnect', 'partners', index], message });
    known.add(name);
  }
});
export type AgencyConfig = z.infer<typeof agencyConfigSchema>;
