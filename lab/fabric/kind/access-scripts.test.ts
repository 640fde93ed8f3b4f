import { describe, expect, test } from 'vitest';
import { claimScript, type Line, routerScript, ueScript } from './access-scripts.ts';

const lines: Line[] = [
  { host: { name: 'a-ue-1', address: '192.168.10.11' }, ue: '172.20.0.3', router: '172.20.0.2' },
  {
    host: { name: 'a-spoofer', address: '192.168.10.67', extraAddresses: ['172.18.0.3'] },
    ue: '172.20.0.4',
    router: '172.20.0.2',
  },
];

describe('a subscriber’s line', () => {
  test('has two ends that name each other, and a number of its own', () => {
    const router = routerScript(lines).split('\n');
    lines.forEach((line, index) => {
      const tunnel = ueScript(line, index).split('\n')[0];
      expect(tunnel).toBe(
        `ip link add access0 type vxlan id ${index + 1} local ${line.ue} remote 172.20.0.2 dstport 4789 noudpcsum`,
      );
      expect(router).toContain(
        `ip link add ue${index} type vxlan id ${index + 1} local 172.20.0.2 remote ${line.ue} dstport 4789 noudpcsum`,
      );
      expect(router).toContain(`ip route add ${line.host.address}/32 dev ue${index} scope link`);
    });
  });

  test('carries packets of full size', () => {
    expect(ueScript(lines[0] as Line, 0)).toContain('ip link set access0 mtu 1500 up');
  });

  test('is the UE’s only way', () => {
    const script = ueScript(lines[1] as Line, 1).split('\n');
    expect(script).toContain('ip route replace default via 192.168.10.1 dev access0 src 192.168.10.67');
  });

  test('is no way for what a host claims: that is on lo, and in place of what it claimed before', () => {
    const claims = ['ip -4 address flush dev lo scope global', 'ip address replace 172.18.0.3/32 dev lo'];
    expect(lines.map(({ host }) => claimScript(host))).toEqual(['', claims.join('\n')]);
  });
});

describe('the router', () => {
  const script = routerScript(lines);

  test('rewrites by outgoing interface, and lets in what was asked for', () => {
    expect(script).toContain('oifname "eth0" masquerade');
    expect(script).toContain('iifname "eth0" ct state new drop');
  });

  test('believes no forged source, on lines that are there by then', () => {
    expect(script.indexOf('rp_filter')).toBeGreaterThan(script.lastIndexOf('ip link add'));
  });

  test('tracks neither markers nor its tunnels', () => {
    expect(script.match(/ip daddr 224\.0\.0\.0\/24 notrack/g)).toHaveLength(2);
    expect(script.match(/udp dport 4789 notrack/g)).toHaveLength(2);
  });
});
