import { z } from 'zod';
import { LabError } from '../errors.ts';
import type { PresentDns } from './options.ts';
import type { Run } from './perform.ts';
import { kubectl } from './step.ts';

const configMapSchema = z.object({ data: z.record(z.string(), z.string()) });
const item = z.object({ key: z.string() });
const volume = z.object({ name: z.string(), configMap: z.object({ items: z.array(item).optional() }).optional() });
const deploymentSchema = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ volumes: z.array(volume) }) }) }),
});
const podsSchema = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** What the cluster's CoreDNS is now: its files, its volume and its pods. */
export async function readPresent(run: Run, zoneFile: string, context?: string): Promise<PresentDns> {
  const get = async <T>(schema: z.ZodType<T>, ...words: string[]): Promise<T> => {
    const command = kubectl(context, '-n', 'kube-system', 'get', ...words, '-o', 'json');
    const parsed = schema.safeParse(JSON.parse(await run(command)));
    if (parsed.success) return parsed.data;
    throw notKubeadm(`${words.join(' ')} is not as kubeadm makes it: ${z.prettifyError(parsed.error)}`);
  };
  const { data } = await get(configMapSchema, 'configmap', 'coredns');
  const deployment = await get(deploymentSchema, 'deployment', 'coredns');
  const pods = await get(podsSchema, 'pods', '-l', 'k8s-app=kube-dns');
  const { volumes } = deployment.spec.template.spec;
  const volumeIndex = volumes.findIndex(({ name }) => name === 'config-volume');
  const items = volumes[volumeIndex]?.configMap?.items;
  if (data.Corefile === undefined) throw notKubeadm('the ConfigMap coredns holds no Corefile');
  // Without a list of items every key is mounted, and there would be none to add; kubeadm has one.
  if (items === undefined) throw notKubeadm('the Deployment coredns has no volume config-volume with items');
  const zone = data[zoneFile];
  return {
    corefile: data.Corefile,
    ...(zone === undefined ? {} : { zone }),
    volumeIndex,
    volumeItems: items.map(({ key }) => key),
    pods: pods.items.map(({ metadata }) => metadata.name),
  };
}

/** The serial in a zone file as it was written by the plan; undefined for another hand's. */
export function serialOf(zone: string | undefined): number | undefined {
  const serial = /\bSOA\s+\S+\s+\S+\s+\(?\s*(\d+)/.exec(zone ?? '')?.[1];
  return serial === undefined ? undefined : Number(serial);
}

function notKubeadm(what: string): LabError {
  return new LabError('dns/cluster', what, {
    where: 'namespace kube-system',
    next: 'use a separate CoreDNS, which needs nothing of the built-in one:',
    command: 'npm run lab -- dns plan --variant separate',
  });
}
