import { describe, expect, test } from 'vitest';
import type { ClusterSpec } from '../fabric.ts';
import { chooseNodes } from './cluster.ts';
import { kubectlFor } from './kubectl.ts';
import { hopeless, isReady, type NodeObject, type PodObject } from './objects.ts';
import type { KubePlace } from './place.ts';
import { packetFilter } from './record.ts';
import { deviceOf } from './world.ts';

const kubectl = kubectlFor({ name: 'c', context: 'prod' });

function node(name: string, address: string, podCIDR: string | undefined, controlPlane = false): NodeObject {
  return {
    metadata: { name, labels: controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {} },
    spec: podCIDR === undefined ? {} : { podCIDR },
    status: { addresses: [{ type: 'InternalIP', address }], nodeInfo: { kubeletVersion: 'v1.33.13' } },
  };
}

function spec(nodes: number): ClusterSpec {
  const addresses = Array.from({ length: nodes }, (_, index) => `172.18.0.${index + 2}`);
  return { name: 'c', podCidr: '', serviceCidr: '', nodes: addresses, pods: [], services: [] };
}

describe('nodes of a cluster', () => {
  const all = [
    node('a-worker', '10.0.0.2', '10.30.1.0/24'),
    node('z-control', '10.0.0.1', '10.30.0.0/24', true),
    node('b-worker', '10.0.0.3', '10.30.2.0/24'),
  ];

  test('the control plane first, then by name, as many as are wanted', () => {
    expect(
      chooseNodes(spec(2), kubectl, all).map(({ place, address, podRange }) => [place, address, podRange]),
    ).toEqual([
      ['c-node', '10.0.0.1', '10.30.0.0/24'],
      ['c-node-2', '10.0.0.2', '10.30.1.0/24'],
    ]);
  });

  test('too few, or without a range of pods, are an error that says what to look at', () => {
    const command = 'kubectl --context prod get nodes -o wide';
    expect(() => chooseNodes(spec(4), kubectl, all)).toThrow(
      expect.objectContaining({ code: 'kube-nodes-missing', exitCode: 3, command }),
    );
    for (const range of [undefined, '10.0.0.0/26'])
      expect(() => chooseNodes(spec(1), kubectl, [node('x', '10.0.0.1', range)])).toThrow(
        expect.objectContaining({ code: 'kube-node-unusable', exitCode: 3, command }),
      );
  });
});

describe('a pod', () => {
  const pod = (status: PodObject['status'], more = {}): PodObject => ({
    metadata: { name: 'p', uid: 'u', ...more },
    spec: { containers: [{ image: 'i' }] },
    status,
  });
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

  test('is ready when it says so, and is not on its way out', () => {
    expect(isReady(pod(ready))).toBe(true);
    expect(isReady(pod(ready, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toBe(false);
    expect(isReady(pod({ conditions: [{ type: 'Ready', status: 'False' }] }))).toBe(false);
    expect(isReady(pod({}))).toBe(false);
  });

  test.each([
    'ErrImagePull',
    'ImagePullBackOff',
    'ErrImageNeverPull',
    'CrashLoopBackOff',
    'CreateContainerConfigError',
  ])('will not start: %s', (reason) => {
    const status = { containerStatuses: [{ state: { waiting: { reason, message: 'why' } } }] };
    expect(hopeless(pod(status))).toEqual({ reason, message: 'why' });
  });

  test.each(['ContainerCreating', 'PodInitializing'])('may start yet: %s', (reason) => {
    expect(hopeless(pod({ containerStatuses: [{ state: { waiting: { reason } } }] }))).toBeUndefined();
    expect(hopeless(pod({}))).toBeUndefined();
  });
});

describe('what a tap lets pass', () => {
  const place = (more: Partial<KubePlace>) => ({ kind: 'node', address: '172.18.0.2', ...more }) as KubePlace;
  const filter = (more: Partial<KubePlace>, name: 'eth0' | 'lo' = 'eth0') =>
    packetFilter(place(more), { interface: name }).join(' ');

  test('everything of a pod and of a loopback', () => {
    expect(filter({ kind: 'pod' })).toBe('');
    expect(filter({ kind: 'node' }, 'lo')).toBe('');
  });

  test('on a wire with other nodes: no markers but its own', () => {
    expect(filter({})).toBe('not dst host 224.0.0.123 or ( dst host 224.0.0.123 and src host 172.18.0.2 )');
  });

  test('on a machine with other work: its markers and its peers', () => {
    expect(filter({ kind: 'access', peers: ['10.0.0.1', '10.0.0.2'] })).toBe(
      '( dst host 224.0.0.123 and src host 172.18.0.2 ) or host 10.0.0.1 or host 10.0.0.2',
    );
  });
});

test('a node’s way out is the interface that has its address', () => {
  const listing = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
2: ens5    inet 10.0.0.21/24 brd 10.0.0.255 scope global ens5\\       valid_lft forever
3: cni0    inet 10.0.0.2/24 brd 10.0.0.255 scope global cni0`;
  expect(deviceOf(listing, '10.0.0.2')).toBe('cni0');
  expect(deviceOf(listing, '10.0.0.21')).toBe('ens5');
  expect(deviceOf('', '10.0.0.2')).toBe('eth0');
});
