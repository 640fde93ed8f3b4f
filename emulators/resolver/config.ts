import { z } from 'zod';
import { processSchema } from '../kit/config.ts';

/** A DNS server that reads a Corefile and the zone files it names, and answers as CoreDNS does. */
export const resolverConfigSchema = z.strictObject({
  role: z.literal('resolver'),
  process: processSchema,
  address: z.string(),
  /** Path of the Corefile; the zone files are found beside it by base name. */
  corefile: z.string(),
  /** What the `kubernetes` plugin would learn from the API: names under cluster.local and their addresses. */
  services: z.array(
    z.strictObject({
      name: z.string(),
      address: z.string(),
      /** For SRV questions about the Service. */
      ports: z
        .array(z.strictObject({ name: z.string(), protocol: z.enum(['UDP', 'TCP']), port: z.number() }))
        .optional(),
    }),
  ),
  /** /etc/resolv.conf of this pod, for `forward . /etc/resolv.conf`. */
  resolvConfNameservers: z.array(z.string()),
});
export type ResolverConfig = z.infer<typeof resolverConfigSchema>;
