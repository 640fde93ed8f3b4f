import { describe, expect, test } from 'vitest';
import { contractSpec, service } from '../contract/spec.ts';
import { type Connection, deletion, parseConnections, staleConnections } from './reconcile.ts';

const cluster = contractSpec('preserve').clusters.find(({ name }) => name === 'b');
if (cluster === undefined) throw new Error('no b');

const connection = (change: Partial<Connection>): Connection => ({
  src: '172.18.0.2',
  dst: '172.18.0.3',
  sport: 5066,
  dport: 30161,
  replySrc: '10.244.0.25',
  ...change,
});
const near = service('near', 'Local', '10.96.0.41', ['b-one'], [{ port: 5062, targetPort: 5062, nodePort: 30161 }]);

function isStale(one: Connection, services = [near]): boolean {
  return staleConnections(cluster ?? never(), services, [one]).length === 1;
}

function never(): never {
  throw new Error('unreachable');
}

describe('the table as conntrack prints it', () => {
  test('first the original direction, then the answers', () => {
    const listing = `udp      17 118 src=172.18.0.2 dst=172.18.0.3 sport=5070 dport=30160 src=10.244.0.6 dst=10.244.0.1 sport=5060 dport=41747 [ASSURED] mark=0 use=1
udp      17 29 src=10.244.0.5 dst=172.18.0.3 sport=49881 dport=30100 [UNREPLIED] src=172.18.0.3 dst=172.18.0.2 sport=30100 dport=49881 mark=0 use=1
conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.
`;
    expect(parseConnections(listing)).toEqual([
      { src: '172.18.0.2', dst: '172.18.0.3', sport: 5070, dport: 30160, replySrc: '10.244.0.6' },
      { src: '10.244.0.5', dst: '172.18.0.3', sport: 49881, dport: 30100, replySrc: '172.18.0.3' },
    ]);
  });

  test('an empty table is empty', () => {
    expect(parseConnections('')).toEqual([]);
  });
});

describe('what the reconciler of kube-proxy deletes', () => {
  test('not what goes to an endpoint', () => {
    expect(isStale(connection({}))).toBe(false);
    expect(isStale(connection({ dst: '10.96.0.41', dport: 5062 }))).toBe(false);
  });

  test('what was there before the Service, or goes to a pod that was replaced', () => {
    expect(isStale(connection({ replySrc: '172.18.0.3' }))).toBe(true);
    expect(isStale(connection({ replySrc: '10.244.0.6' }))).toBe(true);
    expect(isStale(connection({ dst: '10.96.0.41', dport: 5062, replySrc: '10.244.0.6' }))).toBe(true);
  });

  test("a flow to somebody else's NodePort with a number of ours (only the port is compared)", () => {
    expect(isStale(connection({ src: '10.244.0.25', dst: '172.18.0.9', replySrc: '172.18.0.9' }))).toBe(true);
    expect(isStale(connection({ src: '10.244.0.25', dst: '172.18.0.9', dport: 30999, replySrc: '172.18.0.9' }))).toBe(
      false,
    );
  });

  test('a cluster address is compared with its port', () => {
    expect(isStale(connection({ dst: '10.96.0.41', dport: 5063, replySrc: '10.244.0.6' }))).toBe(false);
    expect(isStale(connection({ dst: '10.96.0.99', dport: 5062, replySrc: '10.244.0.6' }))).toBe(false);
  });

  test('nothing of Services that have no endpoint or are gone', () => {
    expect(isStale(connection({ replySrc: '10.244.0.6' }), [{ ...near, endpoints: [] }])).toBe(false);
    expect(isStale(connection({ replySrc: '10.244.0.6' }), [])).toBe(false);
  });

  test('nothing of TCP', () => {
    const tcp = { ...near, ports: near.ports.map((port) => ({ ...port, protocol: 'TCP' as const })) };
    expect(isStale(connection({ replySrc: '10.244.0.6' }), [tcp])).toBe(false);
  });

  test('deleted by the original direction', () => {
    expect(deletion(connection({}))).toMatchObject({
      command: 'conntrack -D -p udp --orig-src 172.18.0.2 --orig-dst 172.18.0.3 --sport 5066 --dport 30161'.split(' '),
    });
  });
});
