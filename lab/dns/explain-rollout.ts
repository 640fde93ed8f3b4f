import { z } from 'zod';
import { LabError } from '../errors.ts';
import type { Run } from './perform.ts';
import { type Access, kubectl } from './step.ts';

const state = z.object({ reason: z.string().optional(), message: z.string().optional() }).optional();
const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        containerStatuses: z
          .array(z.object({ restartCount: z.number(), state: z.object({ waiting: state }) }))
          .optional(),
      }),
    }),
  ),
});
const conditionsSchema = z.object({
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), message: z.string().optional() })).optional(),
  }),
});

/** `rollout status` only says that it waited in vain; the pods, their logs and the Deployment say why. */
export async function explainRollout(
  error: unknown,
  access: Access,
  at: { readonly namespace: string; readonly selector: string; readonly deployment: string },
  run: Run,
): Promise<unknown> {
  if (!(error instanceof LabError) || error.command?.includes('rollout status') !== true) return error;
  const kube = (...words: string[]): string[] => kubectl(access, '-n', at.namespace, ...words);
  const reasons = await reasonsOf(kube, at, run).catch(() => []);
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return new LabError('dns/rollout', `the new pods do not start${why}`, {
    where: `deployment ${at.namespace}/${at.deployment}`,
    next: 'the old pods answer on; `lab dns revert` with the same words takes the patch out. To look yourself:',
    command: kube('describe', 'pods', '-l', at.selector).join(' '),
    exitCode: 3,
    cause: error,
  });
}

async function reasonsOf(
  kube: (...words: string[]) => string[],
  at: { readonly selector: string; readonly deployment: string },
  run: Run,
): Promise<string[]> {
  const reasons: string[] = [];
  const deployment = conditionsSchema.parse(
    JSON.parse(await run(kube('get', 'deployment', at.deployment, '-o', 'json'))),
  );
  // PodSecurity refuses pods, not Deployments: its reason stands here alone.
  const refused = deployment.status.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (refused?.message !== undefined) reasons.push(refused.message);
  const { items } = podsSchema.parse(JSON.parse(await run(kube('get', 'pods', '-l', at.selector, '-o', 'json'))));
  for (const { metadata, status } of items) {
    for (const { restartCount, state: now } of status.containerStatuses ?? []) {
      if (now.waiting === undefined) continue;
      reasons.push(`${metadata.name}: ${now.waiting.reason ?? ''} ${now.waiting.message ?? ''}`.trim());
      if (restartCount > 0) reasons.push((await run(kube('logs', metadata.name, '--tail=2', '--previous'))).trim());
    }
  }
  return reasons;
}
