import { describe, expect, test } from 'vitest';
import type { ServiceSpec } from '../fabric.ts';
import { castPod, namespaces, recorderPod, service } from './manifests.ts';

const spec: ServiceSpec = {
  name: 'edge',
  clusterIp: '10.96.0.20',
  externalTrafficPolicy: 'Local',
  endpoints: ['a-edge'],
  ports: [
    { port: 5062, targetPort: 5062, nodePort: 30060 },
    { port: 53, targetPort: 1053, protocol: 'TCP' },
  ],
};

describe('a Service', () => {
  const [object, slice] = service(spec, [{ pod: 'a-edge', address: '10.244.0.5', node: 'n1' }]);

  test('with node ports where the spec has them, and a ClusterIP of the cluster’s choice', () => {
    expect(object).toMatchObject({
      kind: 'Service',
      metadata: { name: 'edge', namespace: 'mcx' },
      spec: {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        ports: [
          { name: 'udp-5062', protocol: 'UDP', port: 5062, targetPort: 5062, nodePort: 30060 },
          { name: 'tcp-53', protocol: 'TCP', port: 53, targetPort: 1053 },
        ],
      },
    });
    expect(object).not.toHaveProperty('spec.clusterIP');
    expect(object).not.toHaveProperty('spec.selector');
  });

  test('and its endpoints, on the ports of the pods, each with its node: the policy Local asks for it', () => {
    expect(slice).toMatchObject({
      kind: 'EndpointSlice',
      metadata: { labels: { 'kubernetes.io/service-name': 'edge' } },
      ports: [
        { name: 'udp-5062', port: 5062 },
        { name: 'tcp-53', port: 1053 },
      ],
      endpoints: [{ addresses: ['10.244.0.5'], nodeName: 'n1', conditions: { ready: true } }],
    });
  });

  test('of the inside alone has no policy for what comes from outside', () => {
    const [inside] = service({ ...spec, ports: [{ port: 53, targetPort: 53 }] }, []);
    expect(inside).toMatchObject({ spec: { type: 'ClusterIP' } });
    expect(inside).not.toHaveProperty('spec.externalTrafficPolicy');
  });
});

describe('pods', () => {
  test('of the cast pass the level restricted, which its namespace enforces', () => {
    expect(castPod('a-edge', 'n1', 'i')).toMatchObject({
      metadata: { name: 'a-edge', namespace: 'mcx' },
      spec: {
        nodeName: 'n1',
        automountServiceAccountToken: false,
        containers: [
          {
            image: 'i',
            securityContext: {
              runAsNonRoot: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            },
          },
        ],
      },
    });
    const [cast, lab] = namespaces();
    expect(cast).toMatchObject({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } });
    expect(lab).toMatchObject({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } });
  });

  test('that record are in the node’s network and process space', () => {
    expect(recorderPod('r', 'n1', 'i')).toMatchObject({
      metadata: { namespace: 'mcx-lab' },
      spec: { hostNetwork: true, hostPID: true, tolerations: [{ operator: 'Exists' }] },
    });
  });

  test('carry the label by which the lab knows its own', () => {
    for (const object of [...namespaces(), castPod('a', 'n', 'i'), recorderPod('r', 'n', 'i'), ...service(spec, [])])
      expect(object).toMatchObject({ metadata: { labels: { 'app.kubernetes.io/managed-by': 'mcx-lab' } } });
  });
});
