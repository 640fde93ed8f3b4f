import { stringify } from 'yaml';
import type { DnsFiles, DnsSteps } from './cluster-variant.ts';
import { coreDnsPod } from './coredns-pod.ts';
import { type DnsPlanOptions, serialAnnotation } from './options.ts';
import { kubectl, type Step } from './step.ts';

export const separateName = 'mcx-dns';
const labels = { 'app.kubernetes.io/name': separateName };

/** A CoreDNS of one's own: nothing outside the namespace is read or changed, and PodSecurity `restricted` admits it. */
export function separateSteps(files: DnsFiles, options: DnsPlanOptions): DnsSteps {
  const kube = (...words: string[]): string[] => kubectl(options, '-n', options.namespace, ...words);
  const manifest = `${separateName}.yaml`;
  return {
    apply: [
      {
        title: 'ConfigMap, Deployment and Service of a CoreDNS of our own',
        command: kube('apply', '-f', manifest),
        file: { name: manifest, text: documents(separateManifests(files, options)) },
      },
      // A Deployment is accepted even where its pods are not: this is where PodSecurity's refusal shows.
      {
        title: 'wait for the pod',
        command: kube('rollout', 'status', `deployment/${separateName}`, '--timeout=60s'),
      },
      {
        title: 'the address for dnsConfig.nameservers of the pods that are to use it',
        command: kube('get', 'service', separateName, '-o', 'jsonpath={.spec.clusterIP}'),
      },
    ],
    revert: [
      {
        title: 'the CoreDNS of our own goes; its pods need another nameserver first',
        command: kube('delete', 'deployment,service,configmap', separateName, '--ignore-not-found'),
      },
    ],
    forget: [],
  };
}

/** The Service alone, before everything else where the cluster is to choose its address: the zone names that address. */
export function serviceStep(options: Pick<DnsPlanOptions, 'namespace' | 'context' | 'kubeconfig'>): Step {
  const name = `${separateName}-service.yaml`;
  return {
    title: 'a Service, for its address',
    command: kubectl(options, '-n', options.namespace, 'apply', '-f', name),
    file: { name, text: stringify(serviceManifest(options.namespace)) },
  };
}

export function documents(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}

function serviceManifest(namespace: string, clusterIP?: string): object {
  const port = (protocol: string): object => ({
    name: `dns-${protocol.toLowerCase()}`,
    protocol,
    port: 53,
    targetPort: 1053,
  });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: separateName, namespace, labels },
    spec: { ...(clusterIP === undefined ? {} : { clusterIP }), selector: labels, ports: [port('UDP'), port('TCP')] },
  };
}

function separateManifests(files: DnsFiles, options: DnsPlanOptions): object[] {
  const metadata = { name: separateName, namespace: options.namespace, labels };
  const keys = ['Corefile', files.zoneFile];
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: files.corefile, [files.zoneFile]: files.zone } },
    serviceManifest(options.namespace, options.nameserver),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          // Another serial, other pods: a mounted ConfigMap alone would take half a minute to change.
          metadata: { labels, annotations: { [serialAnnotation]: String(options.serial) } },
          spec: coreDnsPod({ image: options.image, configMap: separateName, keys }),
        },
      },
    },
  ];
}
