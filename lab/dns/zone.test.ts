import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agencyZone, type DnsAgency, nextSerial } from './agency-zone.ts';
import { nameProblem } from './name.ts';
import { recordText, writeZone, type Zone, type ZoneRecord, zoneProblems } from './zone.ts';

const agency = (name: string, node: string, clientPort: number, interconnectPort: number): DnsAgency => ({
  name,
  domain: `${name}.mcx.test`,
  interconnectDomain: `ic.${name}.mcx.test`,
  node,
  clientPort,
  interconnectPort,
});
const agencies = [agency('a', '172.18.0.2', 30060, 30070), agency('b', '172.18.0.3', 31060, 31070)];
const options = { origin: 'mcx.test', nameserver: '10.96.0.10', serial: 2026010101, ttl: 5 };
const good = agencyZone(agencies, options);

test('the zone of two agencies', () => {
  expect(writeZone(good)).toBe(`$ORIGIN mcx.test.
$TTL 5
@ IN SOA ns.mcx.test. hostmaster.mcx.test. ( 2026010101 60 30 600 5 )
@ IN NS ns.mcx.test.
ns.mcx.test. IN A 10.96.0.10
node-a.mcx.test. IN A 172.18.0.2
_sip._udp.a.mcx.test. IN SRV 10 50 30060 node-a.mcx.test.
ic.a.mcx.test. IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.ic.a.mcx.test.
_sip._udp.ic.a.mcx.test. IN SRV 10 50 30070 node-a.mcx.test.
node-b.mcx.test. IN A 172.18.0.3
_sip._udp.b.mcx.test. IN SRV 10 50 31060 node-b.mcx.test.
ic.b.mcx.test. IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.ic.b.mcx.test.
_sip._udp.ic.b.mcx.test. IN SRV 10 50 31070 node-b.mcx.test.
`);
});

/** The good zone with records put in, or other parts of it changed. */
const spoilt = (change: Partial<Zone>, ...more: ZoneRecord[]): Zone => {
  return { ...good, ...change, records: [...good.records, ...more] };
};
const srv = (owner: string, port: number, target: string): ZoneRecord => {
  return { owner, type: 'SRV', priority: 0, weight: 0, port, target };
};

describe('a zone that cannot be served is refused', () => {
  test('a good one has no problem', () => expect(zoneProblems(good)).toEqual([]));

  test.each<[string, Zone]>([
    ['outside of mcx.test', spoilt({}, { owner: 'node.example.com', type: 'A', address: '10.0.0.1' })],
    ['outside of mcx.test', spoilt({}, { owner: 'notmcx.test', type: 'A', address: '10.0.0.1' })],
    ['is no IPv4 address', spoilt({}, { owner: 'x.mcx.test', type: 'A', address: '10.0.0.256' })],
    ['is no IPv4 address', spoilt({}, { owner: 'x.mcx.test', type: 'A', address: '10.0.1' })],
    ['is no IPv4 address', spoilt({}, { owner: 'x.mcx.test', type: 'A', address: '010.0.0.1' })],
    ['port is 0', spoilt({}, srv('_sip._udp.x.mcx.test', 0, 'node-a.mcx.test'))],
    ['port is 65536', spoilt({}, srv('_sip._udp.x.mcx.test', 65536, 'node-a.mcx.test'))],
    ['has no address in the zone', spoilt({}, srv('_sip._udp.x.mcx.test', 5060, 'nobody.mcx.test'))],
    ['1 to 63', spoilt({}, { owner: 'x..mcx.test', type: 'A', address: '10.0.0.1' })],
    ['label "-x"', spoilt({}, { owner: '-x.mcx.test', type: 'A', address: '10.0.0.1' })],
    ['1 to 63', spoilt({}, { owner: `${'x'.repeat(64)}.mcx.test`, type: 'A', address: '10.0.0.1' })],
    ['twice in the zone', spoilt({}, { owner: 'NODE-A.mcx.test', type: 'A', address: '172.18.0.2' })],
    ['TTL is -1', spoilt({ ttl: -1 })],
    ['TTL is 2147483648', spoilt({ ttl: 2 ** 31 })],
    ['serial is 4294967296', spoilt({ serial: 2 ** 32 })],
    ['serial is 1.5', spoilt({ serial: 1.5 })],
    ['nameserver dns.mcx.test has no address', spoilt({ nameserver: 'dns.mcx.test' })],
    ['flags "s\\"', spoilt({}, { ...naptr(), flags: 's"' })],
    ['services', spoilt({}, { ...naptr(), services: 'SIP D2U' })],
    ['order', spoilt({}, { ...naptr(), order: 70000 })],
  ])('%s', (problem, zone) => {
    expect(zoneProblems(zone).join('\n')).toContain(problem);
    expect(() => writeZone(zone)).toThrow(expect.objectContaining({ code: 'dns/zone', exitCode: 2 }));
  });

  test('every problem is told at once', () => {
    expect(zoneProblems(spoilt({ ttl: -1, serial: -1 }, srv('x.mcx.test', 0, 'nobody.mcx.test')))).toHaveLength(4);
  });

  test('a target elsewhere is somebody else’s to serve', () => {
    expect(zoneProblems(spoilt({}, srv('_sip._udp.x.mcx.test', 5060, 'node.example.com')))).toEqual([]);
  });
});

function naptr() {
  return {
    owner: 'x.mcx.test',
    type: 'NAPTR',
    order: 1,
    preference: 1,
    flags: 's',
    services: 'SIP+D2U',
    replacement: 'y.mcx.test',
  } as const;
}

test('nothing that a record says can leave its line or its field', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '.', ' ', '"', '\n', ';', '(', '\\', '$', '_', '-', '\t') });
  fc.assert(
    fc.property(text, text, text, (owner, target, services) => {
      const records: ZoneRecord[] = [
        { ...naptr(), owner: `${owner}.mcx.test`, services, replacement: target },
        { owner: `${target}.mcx.test`, type: 'A', address: '10.0.0.1' },
      ];
      for (const record of records) {
        if (zoneProblems(spoilt({}, record)).length > 0) continue;
        expect(recordText(record).split(/\s+/)).toHaveLength(record.type === 'A' ? 4 : 9);
      }
    }),
  );
});

test('service labels may begin with an underscore, hosts are letters, digits and hyphens', () => {
  expect(nameProblem('_sip._udp.ic.a.mcx.test')).toBeUndefined();
  expect(nameProblem('x.MCX.test', 'mcx.TEST')).toBeUndefined();
  for (const name of ['', '.', 'a.', 'ä.test', 'a b', '_', 'a_b', 'x'.repeat(254)])
    expect(nameProblem(name)).toBeDefined();
});

describe('serial', () => {
  test('the time in seconds', () => expect(nextSerial(1_795_000_000.9)).toBe(1_795_000_000));
  test('after the one before, when the clock stood still or ran back', () => {
    expect(nextSerial(100, 100)).toBe(101);
    expect(nextSerial(100, 200)).toBe(201);
    expect(nextSerial(100, 0xffffffff)).toBe(100);
  });
  test('always ahead in the arithmetic of RFC 1982', () => {
    const serial = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(serial, serial, (now, before) => {
        const next = nextSerial(now, before);
        const ahead = (next - before + 2 ** 32) % 2 ** 32;
        expect(ahead).toBeGreaterThan(0);
        expect(ahead).toBeLessThan(2 ** 31);
      }),
    );
  });
});
