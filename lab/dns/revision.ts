import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { serialAnnotation } from './options.ts';
import type { Run } from './perform.ts';
import { type Access, kubectl } from './step.ts';

const revisionKey = 'deployment.kubernetes.io/revision';
const historyKey = 'deployment.kubernetes.io/revision-history';
const annotations = z.record(z.string(), z.string()).optional();
const replicaSets = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), annotations }),
      spec: z.object({ template: z.object({ metadata: z.object({ annotations }).optional() }) }),
    }),
  ),
});

/**
 * Takes the patch out of the Deployment's history too: its ReplicaSets go, and the one that runs again gets the number that
 * it had, which the Deployment then shows. A ReplicaSet that never had this number is somebody else's change, and stays.
 */
export async function restoreRevision(run: Run, access: Access, revision: string): Promise<boolean> {
  const kube = (...words: string[]): string[] => kubectl(access, '-n', 'kube-system', ...words);
  const { items } = replicaSets.parse(
    JSON.parse(await run(kube('get', 'replicasets', '-l', 'k8s-app=kube-dns', '-o', 'json'))),
  );
  const patched = items.filter(({ spec }) => spec.template.metadata?.annotations?.[serialAnnotation] !== undefined);
  if (patched.length > 0)
    await run(kube('delete', ...patched.map(({ metadata }) => `replicaset/${metadata.name}`), '--ignore-not-found'));
  const before = items.find(
    (one) => !patched.includes(one) && (one.metadata.annotations?.[historyKey] ?? '').split(',').includes(revision),
  );
  if (before !== undefined) {
    const values = [`${revisionKey}=${revision}`, `${historyKey}-`];
    await run(kube('annotate', `replicaset/${before.metadata.name}`, '--overwrite', ...values));
  }
  const shown = kube(
    'get',
    'deployment',
    'coredns',
    '-o',
    `jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}`,
  );
  // The Deployment's controller copies the number within milliseconds.
  for (let tries = 0; tries < 20; tries += 1) {
    if ((await run(shown)).trim() === revision) return true;
    await sleep(100);
  }
  return false;
}
