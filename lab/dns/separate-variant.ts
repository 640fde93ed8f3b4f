import { stringify } from 'yaml';
import type { DnsFiles } from './cluster-variant.ts';
import type { DnsPlanOptions } from './options.ts';
import { kubectl, type Step } from './step.ts';

const name = 'mcx-dns';
const labels = { 'app.kubernetes.io/name': name };

/** A CoreDNS of one's own: nothing outside the namespace is read or changed, and PodSecurity `restricted` admits it. */
export function separateSteps(files: DnsFiles, options: DnsPlanOptions): { apply: Step[]; revert: Step[] } {
  const kube = (...words: string[]): string[] => kubectl(options.context, '-n', options.namespace, ...words);
  const manifest = `${name}.yaml`;
  return {
    apply: [
      {
        title: 'ConfigMap, Deployment and Service of a CoreDNS of our own',
        command: kube('apply', '-f', manifest),
        file: {
          name: manifest,
          text: separateManifests(files, options)
            .map((object) => stringify(object))
            .join('---\n'),
        },
      },
      // A Deployment is accepted even where its pods are not: this is where PodSecurity's refusal shows.
      { title: 'wait for the pod', command: kube('rollout', 'status', `deployment/${name}`, '--timeout=60s') },
      {
        title: 'the address for dnsConfig.nameservers of the pods that are to use it',
        command: kube('get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}'),
      },
    ],
    revert: [
      {
        title: 'the CoreDNS of our own goes; its pods need another nameserver first',
        command: kube('delete', 'deployment,service,configmap', name, '--ignore-not-found'),
      },
    ],
  };
}

function separateManifests(files: DnsFiles, options: DnsPlanOptions): object[] {
  const metadata = { name, namespace: options.namespace, labels };
  const port = (protocol: string): object => ({
    name: `dns-${protocol.toLowerCase()}`,
    protocol,
    port: 53,
    targetPort: 1053,
  });
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: files.corefile, [files.zoneFile]: files.zone } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { clusterIP: options.nameserver, selector: labels, ports: [port('UDP'), port('TCP')] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          // Another serial, other pods: a mounted ConfigMap alone would take half a minute to change.
          metadata: { labels, annotations: { 'mcx.test/zone-serial': String(options.serial) } },
          spec: podSpec(files, options.image),
        },
      },
    },
  ];
}

function podSpec(files: DnsFiles, image: string): object {
  return {
    dnsPolicy: 'ClusterFirst',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'coredns',
        image,
        imagePullPolicy: 'IfNotPresent',
        args: ['-conf', '/etc/coredns/Corefile'],
        readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
        // The published binary carries this capability in its file: without it in the bounding set it cannot even be
        // started.
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
        },
        volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
      },
    ],
    volumes: [
      {
        name: 'config',
        configMap: { name, items: ['Corefile', files.zoneFile].map((key) => ({ key, path: key })) },
      },
    ],
  };
}
