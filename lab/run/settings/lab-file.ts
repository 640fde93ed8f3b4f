import { z } from 'zod';
import { configurationSchema } from './configuration.ts';

/** Rises when a file of the old form would be read wrongly. */
export const labFileVersion = 1;

/** `lab.yaml`: keys of the configuration, and which version of them it is; without one, the present. */
export const labFileSchema = configurationSchema.extend({ version: z.literal(labFileVersion).optional() });
