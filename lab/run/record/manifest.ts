import { z } from 'zod';
import { topologySchema } from '../../verdict/topology.ts';
import { configurationSchema } from '../settings/configuration.ts';

/** What went in: written before the first packet. A later reader needs this and the captures, nothing else. */
export const planSchema = z.strictObject({
  version: z.literal(1),
  lab: z.string(),
  runId: z.string(),
  startedAt: z.string(),
  seed: z.number().int(),
  fabric: z.strictObject({
    name: z.enum(['netns', 'kind', 'kube']),
    reason: z.string(),
    /** kubeconfig contexts, `a=kind-a` (kube). */
    contexts: z.array(z.string()).optional(),
    nodeImage: z.string().optional(),
    /** Clusters stay for the next run (kind). */
    keep: z.boolean().optional(),
  }),
  parameters: z.record(z.string(), z.unknown()),
  /** Feature texts as they ran, with their SHA-256. */
  features: z.array(z.strictObject({ uri: z.string(), sha256: z.string(), text: z.string() })),
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      uri: z.string(),
      line: z.number(),
      name: z.string(),
      tags: z.array(z.string()),
      /** Which of the seed's variations of identifiers, addresses, ports and order this is; 0: the defaults. */
      shift: z.number().int(),
      configuration: configurationSchema,
      topology: topologySchema,
    }),
  ),
});
export type Plan = z.infer<typeof planSchema>;
export type PlannedScenario = Plan['scenarios'][number];

export const verdictSchema = z.enum(['pass', 'fail', 'inconclusive']);
export type Verdict = z.infer<typeof verdictSchema>;

export const evidenceSchema = z.strictObject({ tap: z.string(), frame: z.number().int().positive() });

export const assertionSchema = z.strictObject({
  text: z.string(),
  verdict: verdictSchema,
  clause: z.string(),
  /** What was seen, or the nearest miss. */
  because: z.string(),
  evidence: z.array(evidenceSchema),
});
export type Assertion = z.infer<typeof assertionSchema>;

export const symptomSchema = z.strictObject({
  name: z.string(),
  evidence: z.array(evidenceSchema),
  remedy: z.string(),
});
export type SymptomRecord = z.infer<typeof symptomSchema>;

export const scenarioResultSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  tags: z.array(z.string()),
  verdict: verdictSchema,
  /** Why a scenario is inconclusive, or what failed first; empty where it passed. */
  reason: z.string(),
  durationMs: z.number(),
  symptom: symptomSchema.nullable(),
  consequences: z.array(symptomSchema),
  captures: z.array(z.strictObject({ tap: z.string(), path: z.string(), drops: z.number().nullable() })),
  assertions: z.array(assertionSchema),
  /** Where the time went: each wait with its clause, beside the least that the protocol allows. */
  waits: z.array(z.strictObject({ text: z.string(), clause: z.string(), ms: z.number(), floorMs: z.number() })),
});
export type ScenarioResult = z.infer<typeof scenarioResultSchema>;

/** What came out. */
export const runSchema = z.strictObject({
  version: z.literal(1),
  lab: z.string(),
  runId: z.string(),
  seed: z.number().int(),
  verdict: verdictSchema,
  interrupted: z.boolean(),
  fabric: z.strictObject({
    name: z.enum(['netns', 'kind', 'kube']),
    reason: z.string(),
    versions: z.record(z.string(), z.string()),
  }),
  phases: z.array(z.strictObject({ name: z.string(), ms: z.number() })),
  /** Largest resident memory of each process of the lab, in bytes, over all scenarios. */
  memory: z.array(z.strictObject({ process: z.string(), maxResidentBytes: z.number() })),
  scenarios: z.array(scenarioResultSchema),
});
export type RunResult = z.infer<typeof runSchema>;
