import { expect, test } from 'vitest';
import { portUnreachable, udpPacket } from '../wire/net/build.ts';
import { checkTable, waysOf } from './nat-table.ts';
import { ascii, at, flow, timelineOf } from './scene.test-data.ts';

// As real nodes print them: an egress that keeps its port, a node port with a reply, one that nobody has answered.
const table = `udp      17 118 src=10.244.0.5 dst=172.18.0.3 sport=5064 dport=31070 src=172.18.0.3 dst=172.18.0.2 sport=31070 dport=5064 [ASSURED] mark=0 use=1
udp      17 29 src=172.18.0.3 dst=172.18.0.2 sport=5064 dport=30070 [UNREPLIED] src=10.244.0.5 dst=172.18.0.3 sport=5064 dport=5064 mark=0 use=1
ipv4     2 udp      17 29 src=10.244.0.6 dst=10.96.0.10 sport=4242 dport=53 src=10.244.0.7 dst=10.244.0.6 sport=53 dport=4242 use=2
`;
const taps = new Set(['a-node', 'a-edge', 'a-mcx', 'a-dns']);

const pair = (us: number, from: [tap: string, flow: string], to: [tap: string, flow: string]) => [
  at(us, from[0], flow(from[1], { ttl: 64, ipId: us })),
  at(us + 30, to[0], flow(to[1], { ttl: 63, ipId: us })),
];
const check = (...pairs: ReturnType<typeof pair>[]) => checkTable(timelineOf(pairs.flat()), taps, table);

test('both ways of an entry are known, outwards, inwards and between pods; each counts once', () => {
  const out = pair(
    1,
    ['a-edge', '10.244.0.5:5064 > 172.18.0.3:31070'],
    ['a-node', '172.18.0.2:5064 > 172.18.0.3:31070'],
  );
  const back = pair(
    2,
    ['a-node', '172.18.0.3:31070 > 172.18.0.2:5064'],
    ['a-edge', '172.18.0.3:31070 > 10.244.0.5:5064'],
  );
  const inwards = pair(
    3,
    ['a-node', '172.18.0.3:5064 > 172.18.0.2:30070'],
    ['a-edge', '172.18.0.3:5064 > 10.244.0.5:5064'],
  );
  const asked = pair(4, ['a-mcx', '10.244.0.6:4242 > 10.96.0.10:53'], ['a-dns', '10.244.0.6:4242 > 10.244.0.7:53']);
  const again = pair(
    60_000,
    ['a-edge', '10.244.0.5:5064 > 172.18.0.3:31070'],
    ['a-node', '172.18.0.2:5064 > 172.18.0.3:31070'],
  );
  expect(check(out, back, inwards, asked, again)).toEqual({ translations: 4, unknown: [] });
});

test('a translation that the router knows nothing of is told', () => {
  const other = pair(
    1,
    ['a-edge', '10.244.0.5:5064 > 172.18.0.3:31070'],
    ['a-node', '172.18.0.2:1024 > 172.18.0.3:31070'],
  );
  expect(check(other)).toEqual({
    translations: 1,
    unknown: ['10.244.0.5:5064 > 172.18.0.3:31070 became 172.18.0.2:1024 > 172.18.0.3:31070'],
  });
});

test("what is passed on as it is, and what another router translates, is not this one's", () => {
  const same = pair(1, ['a-edge', '10.244.0.5:1 > 10.244.0.99:2'], ['a-node', '10.244.0.5:1 > 10.244.0.99:2']);
  const others = pair(2, ['b-edge', '10.244.0.25:1 > 172.18.0.2:2'], ['b-node', '172.18.0.3:1 > 172.18.0.2:2']);
  expect(check(same, others)).toEqual({ translations: 0, unknown: [] });
  const [comes, goes] = ['10.244.0.5:1 > 172.18.0.3:2', '172.18.0.2:1 > 172.18.0.3:2'];
  expect(check(pair(3, ['c-edge', comes], ['a-node', goes]))).toEqual({ translations: 0, unknown: [] });
  expect(check(pair(4, ['a-edge', comes], ['c-node', goes]))).toEqual({ translations: 0, unknown: [] });
});

test('ICMP has no ports, and no entry of its own', () => {
  const error = (us: number, tap: string, dst: string, ttl: number) => {
    const about = udpPacket({ src: dst, dst: '172.18.0.3', srcPort: 5060, dstPort: 5062, payload: ascii('hello') });
    return at(us, tap, portUnreachable({ src: '172.18.0.3', dst, ttl, ipId: 5 }, about));
  };
  const timeline = timelineOf([error(0, 'a-node', '172.18.0.2', 64), error(30, 'a-edge', '10.244.0.5', 63)]);
  expect(timeline.journeys).toHaveLength(1);
  expect(checkTable(timeline, taps, table)).toEqual({ translations: 0, unknown: [] });
});

test('half an entry is none', () => {
  const half = 'udp      17 29 src=10.244.0.5 dst=172.18.0.3 sport=5064 dport=31070\n\nno entry\n';
  const out = pair(
    1,
    ['a-edge', '10.244.0.5:5064 > 172.18.0.3:31070'],
    ['a-node', '172.18.0.2:5064 > 172.18.0.3:31070'],
  );
  expect(checkTable(timelineOf(out), taps, half)).toMatchObject({ translations: 1, unknown: { length: 1 } });
  expect(waysOf(half)).toEqual([]);
});
