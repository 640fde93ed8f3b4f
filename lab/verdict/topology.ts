import { z } from 'zod';

/** Who has which address in a scenario: written into plan.json before the first packet, all that a question knows besides packets. */
export const ueSchema = z.strictObject({
  name: z.string(),
  agency: z.string(),
  mcpttId: z.string(),
  address: z.string(),
});

export const agencySchema = z.strictObject({
  name: z.string(),
  /** `root` owns the call, `remote` is a partner. */
  role: z.enum(['root', 'remote']),
  domain: z.string(),
  interconnectDomain: z.string(),
  node: z.string(),
  access: z.string(),
  podCidr: z.string(),
  edge: z.string(),
  /** The pod that takes over from the edge, where an operator may let it. */
  edgeNext: z.string().optional(),
  server: z.string(),
  resolver: z.string(),
  /** Addresses of other pods of this cluster, by name. */
  bystanders: z.record(z.string(), z.string()),
  /** Node ports of SIP: for clients, and the one that partners use in this configuration. */
  clientPort: z.number(),
  interconnectPort: z.number(),
  /** Where partners find that port: absent, the node; a pod's own address where pods are routed between clusters. */
  interconnectAddress: z.string().optional(),
  /** First and last exposed media port (node port = pod port) of the edge. */
  mediaPorts: z.tuple([z.number(), z.number()]),
});

export const topologySchema = z.strictObject({
  t1Ms: z.number(),
  campaign: z.string(),
  agencies: z.array(agencySchema),
  ues: z.array(ueSchema),
  /** Where each tap records: place name and its addresses (more than one for a router). */
  taps: z.array(
    z.strictObject({
      name: z.string(),
      place: z.string(),
      kind: z.enum(['pod', 'pod-lo', 'node', 'ue', 'access', 'bridge']),
      addresses: z.array(z.string()),
    }),
  ),
});

export type Topology = z.infer<typeof topologySchema>;
export type AgencyTopology = z.infer<typeof agencySchema>;
export type UeTopology = z.infer<typeof ueSchema>;
