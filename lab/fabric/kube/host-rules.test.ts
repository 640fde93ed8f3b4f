import { describe, expect, test } from 'vitest';
import { dockerRules, forgottenRules, hostRules, hostSide, lineDevice, ueSide, wayTo } from './host-rules.ts';

describe('the machine as a router of UEs', () => {
  test('its table belongs to the process that holds it, and concerns UEs alone', () => {
    const lines = hostRules({ lab: '77', ues: ['192.168.10.11', '192.168.20.11'] })
      .trim()
      .split('\n');
    expect(lines[0]).toBe('add table ip mcx_lab_77 { flags owner; }');
    expect(lines.every((line) => / ip mcx_lab_77 /.test(line))).toBe(true);
    expect(lines.filter((line) => line.includes('masquerade'))).toEqual([
      'add rule ip mcx_lab_77 postrouting ip saddr { 192.168.10.11, 192.168.20.11 } oifname != "mue77x*" masquerade',
    ]);
  });

  test('interfaces have names that the kernel takes, whatever the process is called', () => {
    expect(lineDevice('99999', 999).length).toBeLessThan(16);
    expect(lineDevice('7', 0)).toBe('mue7x0');
  });

  test('what is put into the chain of Docker is taken out of it by the same words', () => {
    const removed = dockerRules('7', 100_007, '-D').map((line) => line.replace(' -D ', ' -I '));
    expect(removed).toEqual(dockerRules('7', 100_007, '-I'));
    expect(removed).toEqual([
      'iptables -I DOCKER-USER -i mue7x+ -m comment --comment mcx-lab-process-100007 -j ACCEPT',
      'iptables -I DOCKER-USER -o mue7x+ -m comment --comment mcx-lab-process-100007 -j ACCEPT',
    ]);
  });

  test.each(['', '"'])(
    'of Docker’s chain the rules of labs that are gone are taken out, and nobody else’s (%s)',
    (quote) => {
      const rule = (side: string, process: number) =>
        `-A DOCKER-USER ${side} mue7x+ -m comment --comment ${quote}mcx-lab-process-${process}${quote} -j ACCEPT`;
      const others = ['-N DOCKER-USER', '-A DOCKER-USER -d 10.0.0.0/8 -o eth0 -j DROP', '-A DOCKER-USER -j RETURN'];
      const listing = [...others, rule('-i', 7), rule('-o', 7), rule('-i', 8), rule('-o', 8), ''].join('\n');
      expect(forgottenRules(listing, (process) => process === 8)).toEqual(
        ['-i', '-o'].map((side) => rule(side, 7).replace('-A', 'iptables -D')),
      );
    },
  );

  test('both sides of a line', () => {
    expect(hostSide('mue7x0', '192.168.10.1', '192.168.10.11')).toContain(
      'ip route add 192.168.10.11/32 dev mue7x0 scope link',
    );
    expect(hostSide('mue7x0', '192.168.10.1', '192.168.10.11')).toContain(
      'echo 1 > /proc/sys/net/ipv4/conf/mue7x0/rp_filter',
    );
    expect(ueSide('192.168.10.1', '192.168.10.11', ['172.18.0.3'])).toEqual(
      expect.arrayContaining([
        'ip route add default via 192.168.10.1 src 192.168.10.11',
        'ip address add 172.18.0.3/32 dev lo',
      ]),
    );
  });
});

test.each([
  ['172.18.0.2 dev br-e9 src 172.18.0.1 uid 0 \\    cache ', { device: 'br-e9', source: '172.18.0.1' }],
  ['10.0.0.9 via 192.168.1.1 dev eth0 src 192.168.1.7 uid 0', { device: 'eth0', source: '192.168.1.7' }],
  ['RTNETLINK answers: Network is unreachable', undefined],
])('the way to a node: %s', (text, way) => {
  expect(wayTo(text)).toEqual(way);
});
