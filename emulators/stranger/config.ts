import { z } from 'zod';
import { processSchema } from '../kit/config.ts';

/** A host that belongs to nobody's call, and sends what it is told to. */
export const strangerConfigSchema = z.strictObject({
  role: z.literal('stranger'),
  process: processSchema,
  /** Source address where an act names no other one; what else the host may use is what its interfaces have. */
  address: z.string(),
});
export type StrangerConfig = z.infer<typeof strangerConfigSchema>;
