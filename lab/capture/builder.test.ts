import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEthernet, encodeIpv4 } from '../wire/net/encode.ts';
import { ETHER_TYPE } from '../wire/net/packet.ts';
import { TimelineBuilder } from './builder.ts';
import { latin1 } from './classify.ts';
import { ascii, at, classicFiles, flow, type Recorded, timelineOf } from './scene.test-data.ts';
import type { Timeline } from './timeline.ts';

/** What a timeline says, without the objects that say it. */
function story({ sightings, journeys }: Timeline) {
  return {
    sightings: sightings.map(({ tap, frame, timeNs, journey }) => `${timeNs} ${tap} ${frame} of ${journey.id}`),
    journeys: journeys.map(({ id, sightings }) => `${id}: ${sightings.map(({ tap, frame }) => `${tap}#${frame}`)}`),
  };
}

const taps = ['a-edge', 'a-node', 'b-node', 'b-edge'];
const recorded: fc.Arbitrary<Recorded[]> = fc.array(
  fc
    .record({
      us: fc.integer({ min: 0, max: 400_000 }),
      tap: fc.constantFrom(...taps),
      ttl: fc.constantFrom(64, 63, 62),
      src: fc.constantFrom('10.0.0.1', '10.0.0.2'),
      ipId: fc.constantFrom(0, 0, 7),
      payload: fc.constantFrom(ascii('a'), ascii('b')),
    })
    .map(({ us, tap, ...packet }) => at(us, tap, packet)),
  { maxLength: 60 },
);

describe('a timeline', () => {
  test('is the same in whatever pieces and order of taps it is built, and however often it was looked at before', () => {
    const pieces = fc.array(fc.record({ tap: fc.nat({ max: 3 }), size: fc.nat({ max: 400 }), look: fc.boolean() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(recorded, pieces, (packets, plan) => {
        const files = [...classicFiles(packets)];
        const builder = new TimelineBuilder();
        for (const [tap] of [...files].reverse()) builder.addTap(tap, tap);
        const read = new Map<string, number>();
        for (const { tap: index, size, look } of plan) {
          const file = files[index];
          if (file === undefined) continue;
          const [tap, bytes] = file;
          const from = read.get(tap) ?? 0;
          builder.feed(tap, bytes.slice(from, from + size));
          read.set(tap, Math.min(bytes.length, from + size));
          if (look) builder.timeline();
        }
        for (const [tap, bytes] of files) builder.feed(tap, bytes.slice(read.get(tap) ?? 0));
        expect(story(builder.timeline())).toEqual(story(timelineOf(packets)));
      }),
      { numRuns: 200 },
    );
  });

  test('has every sighting in one journey, in order, and at most one for a tap and hop count', () => {
    fc.assert(
      fc.property(recorded, (packets) => {
        const { sightings, journeys } = timelineOf(packets);
        expect(sightings).toHaveLength(packets.length);
        expect(journeys.flatMap((journey) => journey.sightings)).toHaveLength(packets.length);
        for (let i = 1; i < sightings.length; i++) {
          expect((sightings[i]?.timeNs ?? 0n) >= (sightings[i - 1]?.timeNs ?? 0n)).toBe(true);
        }
        for (const journey of journeys) {
          const hops = journey.sightings.map(({ tap, ttl }) => `${tap} ${ttl}`);
          expect(new Set(hops).size).toBe(hops.length);
          expect(journey.sightings.every((sighting) => sighting.journey === journey)).toBe(true);
        }
      }),
    );
  });

  test('stays the same value until a packet comes', () => {
    const [file] = [...classicFiles([at(0, 'a', {}), at(1, 'a', {})]).values()] as [Uint8Array];
    const builder = new TimelineBuilder();
    builder.addTap('a', 'a.pcap');
    builder.feed('a', file.slice(0, 24));
    const empty = builder.timeline();
    builder.feed('a', file.slice(24, 30));
    expect(builder.timeline()).toBe(empty);
    builder.feed('a', file.slice(30));
    const full = builder.timeline();
    expect(empty.sightings).toHaveLength(0);
    expect(full.sightings).toHaveLength(2);
    expect(builder.timeline()).toBe(full);
  });

  test('counts frames of all kinds, and shows UDP and ICMP', () => {
    const arp = encodeEthernet({ etherType: ETHER_TYPE.ARP }, new Uint8Array(28));
    const tcp = encodeEthernet(
      { etherType: ETHER_TYPE.IPV4 },
      encodeIpv4({ src: '1.1.1.1', dst: '2.2.2.2', protocol: 6 }, new Uint8Array(20)),
    );
    const timeline = timelineOf([at(0, 'a', arp), at(1, 'a', tcp), at(2, 'a', {})]);
    expect(timeline.taps).toEqual([{ tap: 'a', path: 'a.pcap', drops: undefined, truncated: false, frames: 3 }]);
    expect(timeline.sightings).toMatchObject([{ frame: 3, srcMac: '00:00:00:00:00:00' }]);
  });

  test('decodes the same bytes once', () => {
    const payload = ascii('OPTIONS sip:a@b SIP/2.0\r\n\r\n');
    const hops = [at(0, 'a', { payload, ttl: 64 }), at(1, 'b', { payload, ttl: 63 })];
    const [first, second] = timelineOf(hops).sightings;
    expect(first?.content).toMatchObject({ protocol: 'sip', message: { method: 'OPTIONS' } });
    expect(first?.content).toBe(second?.content);
  });

  test('tells DNS and markers by where each datagram goes, although the bytes are the same', () => {
    const payload = ascii('mark 1');
    const { sightings } = timelineOf([
      at(0, 'a', flow('10.0.0.1:1 > 224.0.0.123:9', { payload })),
      at(1, 'a', flow('10.0.0.1:1 > 10.0.0.2:9', { payload })),
    ]);
    expect(sightings.map(({ content }) => content.protocol)).toEqual(['marker', 'other']);
  });

  test('is another one when a tap is added or described', () => {
    const [bytes] = classicFiles([at(0, 'a', {}), at(1, 'a', {})]).values();
    const builder = new TimelineBuilder();
    builder.addTap('a', 'a.pcap');
    builder.feed('a', bytes as Uint8Array);
    expect(builder.timeline().taps).toHaveLength(1);
    builder.addTap('b', 'b.pcap');
    expect(builder.timeline().taps).toMatchObject([{ frames: 2 }, { tap: 'b', path: 'b.pcap', frames: 0 }]);
    builder.describe('a', { drops: 3, truncated: true });
    expect(builder.timeline().taps[0]).toEqual({ tap: 'a', path: 'a.pcap', drops: 3, truncated: true, frames: 2 });
    builder.describe('a', { drops: 3, truncated: true, thinned: 5 });
    builder.describe('a', { drops: 3, truncated: true, thinned: 6 });
    expect(builder.timeline().taps[0]).toMatchObject({ frames: 8, thinned: 6 });
    expect(() => builder.describe('c', { drops: 0, truncated: false })).toThrow('tap c');
  });

  test('numbers its journeys from 1 in the order of their first sightings, whenever they are read', () => {
    const files = classicFiles([
      at(0, 'a', { payload: ascii('first') }),
      at(20, 'b', { payload: ascii('second') }),
      at(40, 'a', { payload: ascii('third') }),
    ]);
    const builder = new TimelineBuilder();
    for (const tap of ['a', 'b']) builder.addTap(tap, tap);
    builder.feed('a', files.get('a') as Uint8Array);
    const early = builder.timeline();
    expect(early.journeys.map(({ id }) => id)).toEqual([1, 2]);
    builder.feed('b', files.get('b') as Uint8Array);
    const { journeys } = builder.timeline();
    expect(journeys.map(({ id, sightings: [first] }) => [id, latin1(first?.payload ?? new Uint8Array())])).toEqual([
      [1, 'first'],
      [2, 'second'],
      [3, 'third'],
    ]);
    // What was given out before does not change.
    expect(early.journeys).toHaveLength(2);
    expect(early.sightings).toHaveLength(2);
  });

  test('has what one tap saw at one time in the order of its numbers', () => {
    const payloads = ['a', 'b', 'a', 'b'].map(ascii);
    const { sightings } = timelineOf(payloads.map((payload) => at(0, 'a', { payload })));
    expect(sightings.map(({ frame }) => frame)).toEqual([1, 2, 3, 4]);
  });

  test('tells who passed over what is on none', () => {
    const told: string[] = [];
    const builder = new TimelineBuilder((tap, { frame }, decoded) => {
      told.push(`${tap} ${frame} ${decoded?.ip?.protocol ?? decoded?.etherType}`);
    });
    const arp = encodeEthernet({ etherType: ETHER_TYPE.ARP }, new Uint8Array(28));
    const ipv4 = { etherType: ETHER_TYPE.IPV4 };
    const ends = { src: '1.1.1.1', dst: '2.2.2.2' };
    const tcp = encodeEthernet(ipv4, encodeIpv4({ ...ends, protocol: 6 }, new Uint8Array(20)));
    const cut = encodeEthernet(ipv4, encodeIpv4({ ...ends, protocol: 17 }, new Uint8Array(7)));
    builder.addTap('a', 'a');
    builder.feed('a', classicFiles([arp, tcp, cut, {}].map((one, i) => at(i, 'a', one))).get('a') as Uint8Array);
    expect(told).toEqual(['a 1 2054', 'a 2 6', 'a 3 17']);
    expect(builder.timeline().sightings).toMatchObject([{ frame: 4 }]);
  });

  test('has no two taps of a name, and no packets of a tap that is not there', () => {
    const builder = new TimelineBuilder();
    builder.addTap('a', 'x');
    expect(() => builder.addTap('a', 'y')).toThrow('tap a');
    expect(() => builder.feed('b', new Uint8Array(1))).toThrow('tap b');
  });
});
