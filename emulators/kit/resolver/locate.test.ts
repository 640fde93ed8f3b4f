import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import { bySrvOrder, type Lookup, locate } from './locate.ts';

const srv = (name: string, priority: number, weight: number, port: number, target: string): DnsRecord => {
  return { name, ttl: 5, type: 'SRV', priority, weight, port, target };
};
const a = (name: string, address: string): DnsRecord => ({ name, ttl: 5, type: 'A', address });
const naptr = (name: string, order: number, services: string, replacement: string, flags = 's'): DnsRecord => {
  return { name, ttl: 5, type: 'NAPTR', order, preference: 10, flags, services, regexp: '', replacement };
};

/** The zone of the lab, and what a wrong turn could meet. */
const zone: DnsRecord[] = [
  naptr('ic.b.mcx.test', 10, 'SIP+D2U', '_sip._udp.ic.b.mcx.test'),
  srv('_sip._udp.ic.b.mcx.test', 10, 50, 31070, 'node-b.mcx.test'),
  srv('_sip._udp.b.mcx.test', 10, 50, 31060, 'node-b.mcx.test'),
  a('node-b.mcx.test', '172.18.0.3'),
  a('edge.mcx.svc.cluster.local', '10.96.0.20'),
];

async function run(uri: string, records = zone) {
  const asked: string[] = [];
  const lookup: Lookup = (name, type) => {
    asked.push(`${type} ${name}`);
    const bare = name.replace(/\.$/, '');
    const found = records.filter((record) => record.name === bare && record.type === type);
    const known = records.some((record) => record.name === bare);
    return Promise.resolve({
      status: found.length > 0 ? 'answer' : known ? 'nodata' : 'nxdomain',
      name,
      records: found,
    });
  };
  return { asked, ...(await locate(uri, lookup, () => 0)) };
}

describe('RFC 3263 4 over UDP', () => {
  test('a numeric host needs no DNS', async () => {
    expect(await run('sip:172.18.0.2:30060')).toMatchObject({
      asked: [],
      targets: [{ host: '172.18.0.2', port: 30060 }],
    });
    expect(await run('sip:pf@172.18.0.2')).toMatchObject({ asked: [], targets: [{ host: '172.18.0.2', port: 5060 }] });
  });

  test('a numeric port asks for the address alone', async () => {
    const { asked, targets } = await run('sip:edge.mcx.svc.cluster.local:5060');
    expect(asked).toEqual(['A edge.mcx.svc.cluster.local']);
    expect(targets).toEqual([{ host: '10.96.0.20', port: 5060 }]);
  });

  test('NAPTR leads to SRV leads to the address', async () => {
    const { asked, targets } = await run('sip:cf@ic.b.mcx.test');
    expect(asked).toEqual(['NAPTR ic.b.mcx.test', 'SRV _sip._udp.ic.b.mcx.test.', 'A node-b.mcx.test.']);
    expect(targets).toEqual([{ host: '172.18.0.3', port: 31070 }]);
  });

  test('without NAPTR the service name is built', async () => {
    const { asked, targets } = await run('sip:b.mcx.test');
    expect(asked).toEqual(['NAPTR b.mcx.test', 'SRV _sip._udp.b.mcx.test', 'A node-b.mcx.test.']);
    expect(targets).toEqual([{ host: '172.18.0.3', port: 31060 }]);
  });

  test('a transport in the URI skips NAPTR', async () => {
    expect((await run('sip:ic.b.mcx.test;transport=udp')).asked[0]).toBe('SRV _sip._udp.ic.b.mcx.test');
  });

  test('without SRV the address and 5060', async () => {
    const { asked, targets } = await run('sip:node-b.mcx.test');
    expect(asked).toEqual(['NAPTR node-b.mcx.test', 'SRV _sip._udp.node-b.mcx.test', 'A node-b.mcx.test']);
    expect(targets).toEqual([{ host: '172.18.0.3', port: 5060 }]);
  });

  test('a name that is nowhere gives no target and says what was asked', async () => {
    const { targets, error } = await run('sip:cf@ic.z.mcx.test');
    expect(targets).toEqual([]);
    expect(error).toMatch(/NAPTR ic\.z\.mcx\.test: nxdomain.*SRV .*A ic\.z\.mcx\.test: nxdomain/);
  });

  test('NAPTR of other transports and other flags are passed over; the lowest order goes first', async () => {
    const records = [
      naptr('x.test', 1, 'SIP+D2T', '_sip._tcp.x.test'),
      naptr('x.test', 2, 'SIP+D2U', '_sip._udp.x.test', 'u'),
      naptr('x.test', 30, 'SIP+D2U', 'late.x.test'),
      naptr('x.test', 20, 'sip+d2u', 'early.x.test', 'S'),
      srv('late.x.test', 0, 0, 2, 'h.x.test'),
      srv('early.x.test', 0, 0, 1, 'h.x.test'),
      a('h.x.test', '10.0.0.1'),
    ];
    const { targets } = await run('sip:x.test', records);
    expect(targets.map(({ port }) => port)).toEqual([1, 2]);
  });

  test('a target of the root means that the service is not there, and no host is called for it', async () => {
    const { targets } = await run('sip:x.test', [srv('_sip._udp.x.test', 0, 0, 5060, '.'), a('x.test', '10.0.0.9')]);
    expect(targets).toEqual([{ host: '10.0.0.9', port: 5060 }]);
  });

  test('a service that NAPTR named in vain is not asked for again', async () => {
    const { asked } = await run('sip:x.test', [naptr('x.test', 1, 'SIP+D2U', '_sip._udp.x.test')]);
    expect(asked.filter((name) => name.startsWith('SRV'))).toEqual(['SRV _sip._udp.x.test.']);
  });

  test.each(['tel:+4930', 'http://b.mcx.test', '', 'sip:', 'sip:[2001:db8::1]:5060'])('%j is refused', async (uri) => {
    const { asked, targets, error } = await run(uri);
    expect({ asked, targets }).toEqual({ asked: [], targets: [] });
    expect(error).toBeTypeOf('string');
  });
});

describe('RFC 2782 order', () => {
  test('lower priority first, whatever the draw', () => {
    const records = [srv('s', 20, 100, 3, 'c'), srv('s', 10, 0, 1, 'a'), srv('s', 10, 5, 2, 'b')];
    for (const random of [0, 0.3, 0.999]) {
      const ports = bySrvOrder(records, () => random).map(({ port }) => port);
      expect(ports[2]).toBe(3);
      expect(ports.toSorted()).toEqual([1, 2, 3]);
    }
  });

  test('weights share the draws in proportion', () => {
    const records = [srv('s', 1, 75, 1, 'a'), srv('s', 1, 25, 2, 'b')];
    let first = 0;
    for (let i = 0; i < 1000; i += 1) if (bySrvOrder(records, () => i / 1000)[0]?.port === 1) first += 1;
    expect(first).toBeGreaterThan(730);
    expect(first).toBeLessThan(770);
  });

  test('every record comes once', () => {
    const record = fc.record({ priority: fc.nat(3), weight: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (list, draw) => {
        const records = list.map(({ priority, weight }, i) => srv('s', priority, weight, i, 't'));
        const ordered = bySrvOrder(records, () => draw);
        expect(new Set(ordered)).toEqual(new Set(records));
        expect(ordered).toHaveLength(records.length);
        expect(ordered.map(({ priority }) => priority)).toEqual(list.map(({ priority }) => priority).toSorted());
      }),
    );
  });
});
