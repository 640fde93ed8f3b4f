import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressToNumber,
  contains,
  ethernetAddress,
  gatewayOf,
  numberToAddress,
  parseCidr,
  subnet24,
} from './address.ts';

const address = fc.ipV4();

describe('IPv4 addresses', () => {
  test('a number and back', () => {
    fc.assert(fc.property(address, (text) => numberToAddress(addressToNumber(text) ?? -1) === text));
  });

  test.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.x', '1.2.3.-4', ' 1.2.3.4', '1..2.3'])(
    '%j is none',
    (text) => {
      expect(addressToNumber(text)).toBeUndefined();
    },
  );

  test('a range contains what shares its prefix', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), fc.nat({ max: 0xffffffff }), (base, prefix, other) => {
        const cidr = parseCidr(`${base}/${prefix}`);
        if (cidr === undefined) return false;
        const size = 2 ** (32 - prefix);
        const inside = cidr.network + (other % size);
        const outside = (cidr.network + size + (other % Math.max(1, 2 ** 32 - size))) % 2 ** 32;
        return contains(cidr, inside) && (prefix === 0 || !contains(cidr, outside));
      }),
    );
  });

  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/', '10.0.0.0/8/8'])('%j is no range', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test('what kindnetd and ptp derive from an address', () => {
    expect(subnet24('10.244.3.17')).toBe('10.244.3.0/24');
    expect(gatewayOf('10.244.3.17')).toBe('10.244.3.1');
    expect(ethernetAddress('02:42', '172.18.0.2')).toBe('02:42:ac:12:00:02');
    expect(ethernetAddress('0a:58', '10.244.0.255')).toBe('0a:58:0a:f4:00:ff');
  });
});
