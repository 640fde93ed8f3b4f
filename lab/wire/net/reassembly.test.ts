import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type UdpPacket, udpFragments } from './build.ts';
import { decodeFrame } from './frame.ts';
import type { IpPacket } from './packet.ts';
import { Reassembler } from './reassembly.ts';
import { decodeTransport } from './transport.ts';

const payload = Uint8Array.from({ length: 3000 }, (_, i) => i);
const four: UdpPacket = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1, dstPort: 2, payload, ipId: 77 };
const six: UdpPacket = { ...four, src: 'fd00::1', dst: 'fd00::2' };

function fragmentsOf(packet: UdpPacket, mtu = 1500): IpPacket[] {
  return udpFragments(packet, mtu).map((frame) => decodeFrame(1, frame).value?.ip as IpPacket);
}

function pushAll(reassembler: Reassembler, packets: readonly IpPacket[], timeNs = 0n) {
  return packets.flatMap((packet) => reassembler.push(packet, timeNs).value ?? []);
}

describe('fragments', () => {
  test.each([
    ['IPv4', four],
    ['IPv6', six],
  ])('of %s in any order, some twice, make the datagram once', (_version, packet) => {
    const fragments = fragmentsOf(packet, 600);
    const order = fc.shuffledSubarray([...fragments, ...fragments.slice(0, 2)], { minLength: fragments.length + 2 });
    fc.assert(
      fc.property(order, (shuffled) => {
        const done = pushAll(new Reassembler(), shuffled);
        expect(done.length).toBe(1);
        const { value } = decodeTransport(done[0] as IpPacket);
        expect(value).toMatchObject({ kind: 'udp', srcPort: 1, dstPort: 2 });
        expect(value?.kind === 'udp' && Buffer.compare(value.payload, payload)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('whose packet is whole again have no fault', () => {
    const reassembler = new Reassembler();
    const results = fragmentsOf(four).map((packet) => reassembler.push(packet, 0n));
    expect(results.map(({ faults }) => faults)).toEqual(results.map(() => []));
    expect(results.at(-1)?.value).toBeDefined();
  });

  test('whole packets pass through', () => {
    const { fragment, ...whole } = fragmentsOf(four)[0] as IpPacket;
    expect(fragment).toBeDefined();
    expect(new Reassembler().push(whole, 0n)).toEqual({ value: whole, faults: [] });
  });

  test('of datagrams that differ in identification, hop count or link are kept apart', () => {
    const again = fragmentsOf({ ...four, ipId: 78 });
    const later = fragmentsOf({ ...four, ttl: 63 });
    const reassembler = new Reassembler();
    const mixed = fragmentsOf(four).flatMap((one, i) => [one, again[i] as IpPacket, later[i] as IpPacket]);
    expect(pushAll(reassembler, mixed)).toHaveLength(3);
    const links = fragmentsOf(four).flatMap((one) => [
      reassembler.push(one, 0n, 'in'),
      reassembler.push(one, 0n, 'out'),
    ]);
    expect(links.filter(({ value }) => value !== undefined)).toHaveLength(2);
    expect(reassembler.unfinished).toBe(0);
  });

  test.each<[string, Partial<IpPacket>, number]>([
    ['source', { src: '10.0.0.9' }, 2],
    ['destination', { dst: '10.0.0.9' }, 2],
    ['protocol', { protocol: 1 }, 2],
    ['version', { version: 6 }, 2],
  ])('of datagrams that differ in %s are kept apart', (_what, change, count) => {
    const mixed = fragmentsOf(four).flatMap((one) => [one, { ...one, ...change }]);
    expect(pushAll(new Reassembler(), mixed)).toHaveLength(count);
  });

  test('of IPv6 belong together whatever their next headers say (RFC 8200 4.5)', () => {
    const [first, ...rest] = fragmentsOf(six) as [IpPacket, ...IpPacket[]];
    expect(pushAll(new Reassembler(), [first, ...rest.map((one) => ({ ...one, protocol: 60 }))])).toHaveLength(1);
  });

  test('extension headers within the whole are walked through, as far as they are there', () => {
    const half = (offset: number, more: boolean, payload: Uint8Array): IpPacket => ({
      ...(fragmentsOf(six)[0] as IpPacket),
      protocol: 60,
      fragment: { offset, more },
      payload,
    });
    const whole = (...octets: number[]) =>
      pushAll(new Reassembler(), [
        half(0, true, Uint8Array.from([...octets, ...new Array<number>(8 - octets.length).fill(0)])),
        half(8, false, Uint8Array.of(1, 2, 3)),
      ])[0];
    expect(whole(17)).toMatchObject({ protocol: 17, payload: Uint8Array.of(1, 2, 3) });
    expect(whole(17, 9)).toMatchObject({ protocol: 60, payload: { length: 11 } });
  });

  test('are given up after the time that the limit says, not before', () => {
    const [first, ...rest] = fragmentsOf(four) as [IpPacket, ...IpPacket[]];
    const reassembler = new Reassembler({ timeoutNs: 1000n });
    reassembler.push(first, 5n);
    expect(pushAll(reassembler, rest, 1005n)).toHaveLength(1);
  });

  test('that are whole again count no more', () => {
    const reassembler = new Reassembler({ bytes: 4000 });
    for (let ipId = 1; ipId < 10; ipId++) expect(pushAll(reassembler, fragmentsOf({ ...four, ipId }))).toHaveLength(1);
  });

  test('that come too late make nothing', () => {
    const [first, ...rest] = fragmentsOf(four) as [IpPacket, ...IpPacket[]];
    const reassembler = new Reassembler({ timeoutNs: 1000n });
    reassembler.push(first, 0n);
    expect(pushAll(reassembler, rest, 1001n)).toEqual([]);
    expect(pushAll(reassembler, [first], 1001n)).toHaveLength(1);
  });

  test('of more packets than the limit push out the oldest', () => {
    const reassembler = new Reassembler({ packets: 2 });
    const packets = [1, 2, 3].map((ipId) => fragmentsOf({ ...four, ipId }));
    pushAll(
      reassembler,
      packets.map(([first]) => first as IpPacket),
    );
    expect(reassembler.unfinished).toBe(2);
    expect(
      pushAll(
        reassembler,
        packets.slice(1).flatMap(([, ...rest]) => rest),
      ),
    ).toHaveLength(2);
  });

  test('of more bytes than the limit push out the oldest', () => {
    const reassembler = new Reassembler({ bytes: 4000 });
    for (let ipId = 1; ipId < 100; ipId++) reassembler.push(fragmentsOf({ ...four, ipId })[0] as IpPacket, 0n);
    expect(reassembler.unfinished).toBe(2);
    const exact = new Reassembler({ bytes: 2 * 1480 });
    for (let ipId = 1; ipId < 10; ipId++) exact.push(fragmentsOf({ ...four, ipId })[0] as IpPacket, 0n);
    expect(exact.unfinished).toBe(2);
  });

  test('that overlap take the whole packet along (RFC 5722)', () => {
    const [first, second, third] = fragmentsOf(four) as [IpPacket, IpPacket, IpPacket];
    const shifted = { ...second, fragment: { offset: 1472, more: true } };
    const reassembler = new Reassembler();
    pushAll(reassembler, [first, shifted]);
    const { value, faults } = reassembler.push(third, 0n);
    expect(value).toBeUndefined();
    expect(faults).toMatchObject([{ code: 'net/fragment' }]);
    expect(reassembler.unfinished).toBe(0);
  });

  const [first] = fragmentsOf(four) as [IpPacket];
  test.each<[string, Partial<IpPacket>]>([
    ['ends past 65535', { fragment: { offset: 65528, more: false }, payload: new Uint8Array(8) }],
    ['is empty', { payload: new Uint8Array() }],
    ['is not the last and no whole multiple of eight', { payload: new Uint8Array(9) }],
  ])('one that %s is refused', (_what, change) => {
    const { faults } = new Reassembler().push({ ...first, ...change }, 0n);
    expect(faults).toMatchObject([{ code: 'net/fragment' }]);
  });

  test.each<[string, Partial<IpPacket>]>([
    ['another length', { payload: new Uint8Array(8) }],
    ['another end', { fragment: { offset: 0, more: false } }],
  ])('one in the place of another with %s is refused', (_what, change) => {
    const reassembler = new Reassembler();
    reassembler.push(first, 0n);
    expect(reassembler.push({ ...first, ...change }, 0n).faults).toMatchObject([{ code: 'net/fragment', offset: 0 }]);
    expect(reassembler.unfinished).toBe(0);
  });

  test('one may end at 65535, and the last need not be a whole multiple of eight', () => {
    const last = { ...first, fragment: { offset: 65_528, more: false }, payload: new Uint8Array(7) };
    expect(new Reassembler().push(last, 0n).faults).toEqual([]);
  });

  test('more than the whole is refused', () => {
    const part = (offset: number, more: boolean) => ({
      ...first,
      fragment: { offset, more },
      payload: new Uint8Array(8),
    });
    const reassembler = new Reassembler();
    expect(pushAll(reassembler, [part(16, true), part(24, true), part(8, false)])).toEqual([]);
    expect(reassembler.unfinished).toBe(0);
  });

  test('two last ones are refused', () => {
    const last = fragmentsOf(four).at(-1) as IpPacket;
    const reassembler = new Reassembler();
    reassembler.push(last, 0n);
    const other = { ...last, fragment: { offset: 8, more: false } };
    expect(reassembler.push(other, 0n).faults).toMatchObject([{ code: 'net/fragment' }]);
  });
});
