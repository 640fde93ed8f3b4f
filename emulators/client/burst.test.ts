import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRtp } from '../../lab/wire/rtp/codec.ts';
import type { RtpPacket } from '../../lab/wire/rtp/packet.ts';
import { simulatedClock } from '../kit/simulated-clock.ts';
import { payload, type Stream, sendBurst } from './burst.ts';

function bench() {
  const clock = simulatedClock();
  const stream: Stream = { sequence: 65_534, timestamp: 0xffff_ff00, zeroMs: 0, bursts: 0 };
  const sent: { readonly atMs: number; readonly packet: RtpPacket }[] = [];
  let done: number | undefined;
  const burst = (packets: number) =>
    sendBurst({
      clock,
      stream,
      ssrc: 0xabcd,
      payloadType: 96,
      packets,
      send: (bytes) => sent.push({ atMs: clock.nowMs(), packet: decodeRtp(bytes).value as RtpPacket }),
      onDone: () => {
        done = clock.nowMs();
      },
    });
  return { clock, stream, sent, burst, done: () => done };
}

describe('a talk burst', () => {
  test('a packet each 20 ms, the first at once, the end 20 ms after the last', () => {
    const { clock, sent, burst, done } = bench();
    burst(4);
    clock.advance(79);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 20, 40, 60]);
    expect(done()).toBeUndefined();
    clock.advance(1);
    expect(done()).toBe(80);
    clock.advance(500);
    expect(sent).toHaveLength(4);
  });

  test('a process that was busy makes up for it: what is late does not make later packets late', () => {
    const { clock, sent, burst, done } = bench();
    burst(10);
    clock.advance(30);
    clock.sleep(75);
    clock.advance(95);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 20, 105, 105, 105, 105, 120, 140, 160, 180]);
    expect(done()).toBe(200);
  });

  test('numbers wrap, the marker is on the first packet, 320 ticks a frame', () => {
    const { clock, sent, burst } = bench();
    burst(3);
    clock.advance(60);
    expect(sent.map(({ packet }) => packet.sequenceNumber)).toEqual([65_534, 65_535, 0]);
    expect(sent.map(({ packet }) => packet.timestamp)).toEqual([0xffff_ff00, 64, 384]);
    expect(sent.map(({ packet }) => packet.marker)).toEqual([true, false, false]);
  });

  test('the timestamp goes on through the silence between bursts', () => {
    const { clock, sent, burst } = bench();
    burst(1);
    clock.advance(1000);
    burst(1);
    const [first, second] = sent.map(({ packet }) => packet);
    expect(((second?.timestamp ?? 0) - (first?.timestamp ?? 0)) >>> 0).toBe(50 * 320);
    expect(second).toMatchObject({ marker: true, sequenceNumber: 65_535 });
  });

  test('ended, it sends nothing more and does not say that it is done', () => {
    const { clock, sent, burst, done } = bench();
    const end = burst(10);
    clock.advance(25);
    end();
    clock.advance(500);
    expect(sent).toHaveLength(2);
    expect(done()).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});

describe('payloads', () => {
  const packetId = fc.tuple(fc.nat(0xffff_ffff), fc.nat(1000), fc.nat(10_000));

  test('33 bytes, the same each time for the same packet and no other packet', () => {
    fc.assert(
      fc.property(packetId, packetId, (one, other) => {
        expect(payload(...one)).toHaveLength(33);
        expect(payload(...one)).toEqual(payload(...one));
        if (one.join() !== other.join()) expect(payload(...one)).not.toEqual(payload(...other));
      }),
    );
  });
});
