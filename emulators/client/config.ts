import { z } from 'zod';
import { floorTimersSchema, processSchema, sipTimersSchema } from '../kit/config.ts';

/** An MCPTT client as its UE initial configuration and user profile describe it (TS 24.484). */
export const clientConfigSchema = z.strictObject({
  role: z.literal('client'),
  process: processSchema,
  sipTimers: sipTimersSchema,
  floorTimers: floorTimersSchema,
  address: z.string(),
  sipPort: z.number(),
  /** Even; RTCP is the next one. */
  rtpPort: z.number(),
  floorPort: z.number(),
  mcpttId: z.string(),
  /** urn:uuid:… */
  clientId: z.string(),
  /** PSI of the participating function: the Request-URI of every request that the UE sends. */
  participatingPsi: z.string(),
  /** `sip:172.18.0.2:30060`: where the UE sends everything (its edge's node port). */
  outboundProxy: z.string(),
  /** Offered in a=fmtp:MCPTT. */
  offerGranted: z.boolean(),
  implicitFloorRequest: z.boolean(),
  /** A call is answered at once, or rings until the user answers (TS 24.379 6.2.3.1, 6.2.3.2). */
  commencement: z.enum(['automatic', 'manual']),
  /** The owner of the keep-alives of the access leg is the UE (RFC 5626 3.5.1, RFC 6263). */
  keepAliveMs: z.number().positive(),
  sessionExpiresS: z.number().int().positive(),
});
export type ClientConfig = z.infer<typeof clientConfigSchema>;
