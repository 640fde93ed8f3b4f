import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { LabError } from '../errors.ts';
import { explainRollout } from './explain-rollout.ts';
import { takenPorts } from './forward.ts';
import { nodeAddress } from './nodes.ts';
import { relayManifests, relayPorts } from './relay.ts';
import { serving } from './verify.ts';

const node = (name: string, address: string, ready: string) => ({
  metadata: { name },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address },
    ],
    conditions: [{ type: 'Ready', status: ready }],
  },
});

describe('the node whose ports an agency shows', () => {
  const asked = (...items: object[]) => nodeAddress(async () => JSON.stringify({ items }), 'a', { context: 'x' });

  test('the first by name that is ready', async () => {
    const nodes = [node('b', '10.0.0.2', 'True'), node('a', '10.0.0.1', 'False'), node('c', '10.0.0.3', 'True')];
    expect(await asked(...nodes)).toBe('10.0.0.2');
  });

  test('none: what to say instead', async () => {
    await expect(asked(node('a', '10.0.0.1', 'Unknown'))).rejects.toMatchObject({ command: '--node a=ADDRESS' });
  });

  test('not to be read with these rights: the same; any other trouble is told as it is', async () => {
    const failing = (message: string) =>
      nodeAddress(() => Promise.reject(new LabError('dns/kubectl', message)), 'b', { context: 'x' });
    await expect(failing('(Forbidden): nodes is forbidden')).rejects.toMatchObject({ code: 'dns/node-unknown' });
    await expect(failing('refused')).rejects.toMatchObject({ code: 'dns/kubectl' });
  });
});

test('the relay: a port for each target and protocol, no rights, readiness of its own', () => {
  const ports = relayPorts([
    { name: 'one', address: '10.244.0.2', port: 53 },
    { name: 'two', address: '10.244.0.3', port: 1053 },
  ]);
  expect(ports.map(({ target, protocol, port }) => [target.name, protocol, port])).toEqual([
    ['one', 'udp', 10000],
    ['one', 'tcp', 10001],
    ['two', 'udp', 10002],
    ['two', 'tcp', 10003],
  ]);
  const [config, pod] = relayManifests('team', 'coredns:1', ports) as [
    { data: { Corefile: string } },
    { spec: { restartPolicy: string; automountServiceAccountToken: boolean; containers: { image: string }[] } },
  ];
  expect(config.data.Corefile.match(/ready :8181/g)).toHaveLength(1);
  expect(config.data.Corefile).toContain('forward . 10.244.0.3:1053 {\n        force_tcp\n        max_fails 0\n');
  expect(pod.spec).toMatchObject({ restartPolicy: 'Never', automountServiceAccountToken: false });
  expect(pod.spec.containers[0]?.image).toBe('coredns:1');
});

describe('forwarded ports', () => {
  test('are known when every line is there, in any pieces', async () => {
    const output = new PassThrough();
    const found = takenPorts(output, 2);
    output.write(
      'Forwarding from 127.0.0.1:40001 -> 10000\nForwarding from [::1]:40001 -> 10000\nForwarding from 127.',
    );
    output.write('0.0.1:40002 -> 10001\n');
    expect(await found).toEqual(
      new Map([
        [10000, 40001],
        [10001, 40002],
      ]),
    );
  });
  test('or the output ends before', async () => {
    const output = new PassThrough();
    const found = takenPorts(output, 2);
    output.end('error: unable to listen\n');
    expect(await found).toEqual(new Map());
  });
});

describe('pods that do not start', () => {
  const at = serving('separate', 'mcx');
  const waited = new LabError('dns/kubectl', 'timed out', {
    command: 'kubectl -n mcx rollout status deployment/mcx-dns',
  });
  const cluster = (conditions: object[], containerStatuses: object[]) => async (command: readonly string[]) => {
    if (command.includes('logs')) return 'plugin/file: no such thing\n';
    if (command.includes('deployment')) return JSON.stringify({ status: { conditions } });
    return JSON.stringify({ items: [{ metadata: { name: 'mcx-dns-1' }, status: { containerStatuses } }] });
  };

  test('refused by PodSecurity: the condition of the Deployment', async () => {
    const refused = [{ type: 'ReplicaFailure', message: 'violates PodSecurity "restricted:latest"' }];
    const error = await explainRollout(waited, {}, at, cluster(refused, []));
    expect(error).toMatchObject({ code: 'dns/rollout', message: expect.stringContaining('violates PodSecurity') });
  });

  test('crash-looping: the state, and the last words', async () => {
    const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } };
    const error = await explainRollout(waited, {}, at, cluster([], [{ restartCount: 2, state }]));
    expect(error).toMatchObject({
      message: expect.stringMatching(/mcx-dns-1: CrashLoopBackOff back-off 10s; plugin\/file: no such thing/),
      where: 'deployment mcx/mcx-dns',
      exitCode: 3,
    });
  });

  test('nothing to be learnt: the plain fact; another error is itself', async () => {
    const silent = () => Promise.reject(new Error('gone'));
    expect(await explainRollout(waited, {}, at, silent)).toMatchObject({ message: 'the new pods do not start' });
    const other = new LabError('dns/kubectl', 'x', { command: 'kubectl apply' });
    expect(await explainRollout(other, {}, at, silent)).toBe(other);
  });
});
