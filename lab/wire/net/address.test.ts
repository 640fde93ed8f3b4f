import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text, macBytes, macText } from './address.ts';

const octets = (n: number) => fc.uint8Array({ minLength: n, maxLength: n });

describe('addresses', () => {
  test('are the same after writing and reading', () => {
    fc.assert(
      fc.property(octets(4), octets(6), octets(16), (four, six, sixteen) => {
        expect(ipv4Bytes(ipv4Text(four, 0))).toEqual(four);
        expect(macBytes(macText(six, 0))).toEqual(six);
        expect(ipv6Bytes(ipv6Text(sixteen, 0))).toEqual(sixteen);
      }),
    );
  });

  test('of IPv6 are valid with any run of zeros', () => {
    const words = fc.array(fc.constantFrom(0, 0, 0, 1, 0x20, 0xfe80), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(words, (list) => {
        const bytes = Uint8Array.from(list.flatMap((word) => [word >> 8, word & 0xff]));
        const text = ipv6Text(bytes, 0);
        expect(isIPv6(text)).toBe(true);
        expect(ipv6Bytes(text)).toEqual(bytes);
      }),
    );
  });

  test.each([
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ])('%s is written %s (RFC 5952 4.2)', (long, short) => {
    expect(ipv6Text(ipv6Bytes(long), 0)).toBe(short);
  });

  test('stay right when there are more of them than are remembered', () => {
    for (let i = 0; i < 5000; i++) {
      const bytes = Uint8Array.of(10, 1, i >> 8, i & 0xff);
      expect(ipv4Text(bytes, 0)).toBe(`10.1.${i >> 8}.${i & 0xff}`);
    }
  });

  test.each(['1.2.3', '1.2.3.256', 'a.b.c.d', '1.2.3.4.5', '', '1.2.3.4x', 'x1.2.3.4', '1.2.3.0004', '1..3.4'])(
    '%s is no IPv4 address',
    (text) => {
      expect(() => ipv4Bytes(text)).toThrow(new RangeError(`${text} is no IPv4 address`));
    },
  );

  test.each([
    '1:2',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4:5:6:7:8::9',
    'g::',
    '::g1',
    '::1g',
    '::12345',
  ])('%s is no IPv6 address', (text) => {
    expect(() => ipv6Bytes(text)).toThrow(new RangeError(`${text} is no IPv6 address`));
  });

  test('are the same in capital letters', () => {
    expect(ipv6Bytes('2001:DB8::A')).toEqual(ipv6Bytes('2001:db8::a'));
    expect(macBytes('02:42:AC:12:00:0A')).toEqual(macBytes('02:42:ac:12:00:0a'));
  });

  test.each(['02:42:ac:12:00', '02:42:ac:12:00:02:', '002:42:ac:12:00:02', '02:42:ac:12:00:022', '02:42:ac:12:00:0g'])(
    '%s is no Ethernet address',
    (text) => {
      expect(() => macBytes(text)).toThrow(new RangeError(`${text} is no Ethernet address`));
    },
  );
});
