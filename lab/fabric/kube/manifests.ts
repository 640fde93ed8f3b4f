import type { ServiceSpec } from '../fabric.ts';
import { CAST_NAMESPACE, LAB_NAMESPACE, OURS, PLACE_LABEL } from './names.ts';
import type { KubeObject } from './objects.ts';
import { CAPTURES } from './place.ts';

/** The two namespaces; what runs in the cast's needs no rights, what records needs them all. */
export function namespaces(): KubeObject[] {
  const namespace = (name: string, level: string) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...OURS, 'pod-security.kubernetes.io/enforce': level } },
  });
  return [namespace(CAST_NAMESPACE, 'restricted'), namespace(LAB_NAMESPACE, 'privileged')];
}

/**
 * On each node one pod in the node's own network and process space: it records the node's and its pods' interfaces and
 * turns what scenarios about the NAT turn.
 */
export function recorderPod(name: string, node: string, image: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: LAB_NAMESPACE, labels: { ...OURS, [PLACE_LABEL]: 'recorder' } },
    spec: {
      ...placed(node),
      hostNetwork: true,
      hostPID: true,
      dnsPolicy: 'Default',
      containers: [
        {
          ...idle('recorder', image),
          securityContext: { privileged: true, runAsUser: 0 },
          volumeMounts: [{ name: 'captures', mountPath: CAPTURES }],
        },
      ],
      volumes: [{ name: 'captures', emptyDir: {} }],
    },
  };
}

/** A place of the cast: idle until the lab starts something in it, and allowed nothing. */
export function castPod(place: string, node: string, image: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: place, namespace: CAST_NAMESPACE, labels: { ...OURS, [PLACE_LABEL]: place } },
    spec: {
      ...placed(node),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          ...idle('cast', image),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumeMounts: [{ name: 'run', mountPath: '/run/mcx' }],
        },
      ],
      volumes: [{ name: 'run', emptyDir: {} }],
    },
  };
}

/** The lab says which node: its question is about this node's NAT. Whatever the node keeps others away with is borne. */
function placed(nodeName: string): object {
  return { nodeName, tolerations: [{ operator: 'Exists' }], terminationGracePeriodSeconds: 0, restartPolicy: 'Always' };
}

function idle(name: string, image: string): object {
  return { name, image, imagePullPolicy: 'IfNotPresent', command: ['sleep', 'infinity'] };
}

export interface Endpoint {
  readonly pod: string;
  readonly address: string;
  readonly node: string;
}

/**
 * A Service without a selector and the endpoints that the spec names: what kube-proxy makes of it is the same, and a
 * change of both is one act.
 */
export function service(
  { name, clusterIp, externalTrafficPolicy, ports }: ServiceSpec,
  endpoints: readonly Endpoint[],
): KubeObject[] {
  const named = ports.map((port) => ({ ...port, name: `${(port.protocol ?? 'UDP').toLowerCase()}-${port.port}` }));
  const external = ports.some(({ nodePort }) => nodePort !== undefined);
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: CAST_NAMESPACE, labels: OURS },
      spec: {
        type: external ? 'NodePort' : 'ClusterIP',
        ...(clusterIp === 'None' ? { clusterIP: clusterIp } : {}),
        ...(external ? { externalTrafficPolicy } : {}),
        ports: named.map(({ name: portName, port, targetPort, nodePort, protocol = 'UDP' }) => ({
          name: portName,
          protocol,
          port,
          targetPort,
          ...(nodePort === undefined ? {} : { nodePort }),
        })),
      },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name,
        namespace: CAST_NAMESPACE,
        labels: {
          ...OURS,
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': 'mcx-lab',
        },
      },
      addressType: 'IPv4',
      ports: named.map(({ name: portName, targetPort, protocol = 'UDP' }) => ({
        name: portName,
        protocol,
        port: targetPort,
      })),
      endpoints: endpoints.map(({ pod, address, node }) => ({
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: node,
        targetRef: { kind: 'Pod', namespace: CAST_NAMESPACE, name: pod },
      })),
    },
  ];
}
