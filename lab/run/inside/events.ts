import { z } from 'zod';
import { topologySchema } from '../../verdict/topology.ts';

/** What the process inside the outer namespace tells the one outside, a JSON line each on its standard output. */
export const eventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('scenario'), id: z.string(), state: z.enum(['open', 'closed']), ms: z.number() }),
  /** What the fabric is made of. */
  z.strictObject({ event: z.literal('versions'), versions: z.record(z.string(), z.string()) }),
  /** What takes long: clusters being made, names being changed. */
  z.strictObject({ event: z.literal('progress'), text: z.string() }),
  /** The addresses that the scenario really has. */
  z.strictObject({ event: z.literal('topology'), id: z.string(), topology: topologySchema }),
  z.strictObject({ event: z.literal('step'), id: z.string(), text: z.string() }),
  z.strictObject({
    event: z.literal('answer'),
    id: z.string(),
    text: z.string(),
    clause: z.string(),
    state: z.enum(['yes', 'no']),
    because: z.string(),
    ms: z.number(),
    floorMs: z.number(),
  }),
  /** The environment failed, not the system: the scenario is inconclusive. */
  z.strictObject({
    event: z.literal('environment'),
    id: z.string(),
    code: z.string(),
    message: z.string(),
    next: z.string().optional(),
  }),
  z.strictObject({ event: z.literal('memory'), process: z.string(), maxResidentBytes: z.number() }),
  z.strictObject({ event: z.literal('phase'), name: z.string(), ms: z.number() }),
  /** Waits for the next scenario. */
  z.strictObject({ event: z.literal('free') }),
  z.strictObject({ event: z.literal('end'), interrupted: z.boolean() }),
]);
export type LabEvent = z.infer<typeof eventSchema>;
export type Emit = (event: LabEvent) => void;
