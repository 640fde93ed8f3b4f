import { z } from 'zod';
import { LabError } from '../errors.ts';
import { type PatchRecord, type PresentDns, recordAnnotation } from './options.ts';
import type { Run } from './perform.ts';
import { type Access, kubectl } from './step.ts';

const annotations = z.record(z.string(), z.string()).optional();
const configMapSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), annotations }),
  data: z.record(z.string(), z.string()),
});
const item = z.object({ key: z.string() });
const volume = z.object({ name: z.string(), configMap: z.object({ items: z.array(item).optional() }).optional() });
const count = z.number().optional();
const deploymentSchema = z.object({
  metadata: z.object({ generation: count, annotations }),
  spec: z.object({
    replicas: count,
    template: z.object({
      metadata: z.object({ annotations }).optional(),
      spec: z.object({ volumes: z.array(volume), containers: z.array(z.object({ image: z.string() })) }),
    }),
  }),
  status: z.object({ observedGeneration: count, replicas: count, updatedReplicas: count, readyReplicas: count }),
});
type Deployment = z.infer<typeof deploymentSchema>;
const podsSchema = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }) })),
});
const recordSchema = z.object({ revision: z.string(), corefile: z.string() });
const serviceSchema = z.object({ spec: z.object({ clusterIP: z.string() }) });
/** Found in the order of the question. */
const namedSchema = z.object({ items: z.tuple([configMapSchema, deploymentSchema, serviceSchema]) });

/** The cluster's CoreDNS as it is now, with what a plan for it has to know besides. */
export interface BuiltInDns extends PresentDns {
  /** ClusterIP of the Service `kube-dns`. */
  readonly nameserver: string;
  readonly image: string;
}

/** What the cluster's CoreDNS is now: its files, its volume, its pods and its Service. */
export async function readPresent(run: Run, zoneFile: string, access: Access = {}): Promise<BuiltInDns> {
  const get = async <T>(schema: z.ZodType<T>, ...words: string[]): Promise<T> => {
    const command = kubectl(access, '-n', 'kube-system', 'get', ...words, '-o', 'json');
    const parsed = schema.safeParse(JSON.parse(await run(command)));
    if (parsed.success) return parsed.data;
    throw notKubeadm(`${words.join(' ')} is not as kubeadm makes it: ${z.prettifyError(parsed.error)}`);
  };
  // What has a name in one question: to begin a kubectl takes longer than to answer it.
  const [named, pods] = await Promise.all([
    get(namedSchema, 'configmap/coredns', 'deployment/coredns', 'service/kube-dns'),
    get(podsSchema, 'pods', '-l', 'k8s-app=kube-dns'),
  ]);
  const [{ metadata, data }, deployment, service] = named.items;
  const { template } = deployment.spec;
  const volumeIndex = template.spec.volumes.findIndex(({ name }) => name === 'config-volume');
  const items = template.spec.volumes[volumeIndex]?.configMap?.items;
  if (data.Corefile === undefined) throw notKubeadm('the ConfigMap coredns holds no Corefile');
  // Without a list of items every key is mounted, and there would be none to add; kubeadm has one.
  if (items === undefined) throw notKubeadm('the Deployment coredns has no volume config-volume with items');
  const zone = data[zoneFile];
  const record = readRecord(metadata.annotations?.[recordAnnotation]);
  const names = pods.items.map((pod) => pod.metadata);
  return {
    corefile: data.Corefile,
    ...(zone === undefined ? {} : { zone }),
    volumeIndex,
    volumeItems: items.map(({ key }) => key),
    pods: names.map(({ name }) => name),
    ending: names.filter(({ deletionTimestamp }) => deletionTimestamp !== undefined).map(({ name }) => name),
    templateAnnotations: template.metadata?.annotations ?? {},
    ...(record === undefined ? {} : { record }),
    revision: deployment.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '',
    version: metadata.resourceVersion,
    settled: isSettled(deployment),
    nameserver: service.spec.clusterIP,
    image: template.spec.containers[0]?.image ?? '',
  };
}

/** As `kubectl rollout status` sees it. */
function isSettled({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  const counts = [status.replicas, status.updatedReplicas, status.readyReplicas];
  return status.observedGeneration === metadata.generation && counts.every((found) => (found ?? 0) === wanted);
}

function readRecord(text: string | undefined): PatchRecord | undefined {
  if (text === undefined) return undefined;
  try {
    return recordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
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
