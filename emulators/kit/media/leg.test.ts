import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeFloor } from '../../../lab/wire/floor/codec.ts';
import type { FloorMessage } from '../../../lab/wire/floor/message.ts';
import { decodeRtcp, encodeRtcp } from '../../../lab/wire/rtcp/codec.ts';
import { decodeRtp, encodeRtp } from '../../../lab/wire/rtp/codec.ts';
import type { RtpPacket } from '../../../lab/wire/rtp/packet.ts';
import { openLog } from '../log.ts';
import { simulatedClock } from '../simulated-clock.ts';
import type { Peer } from '../udp.ts';
import { floorKeepAlive, isFloorKeepAlive, rtpKeepAlive } from './keep-alive.ts';
import { type MediaLeg, type MediaLegOptions, openMediaLeg } from './leg.ts';

// Fixed ports, so addresses that no other run of the tests uses at the same time.
const net = `127.${41 + (process.pid % 100)}.${Math.floor(process.pid / 100) % 256}`;
const host = `${net}.71`;
const farHost = `${net}.72`;
const release: FloorMessage = {
  name: 'Floor Release',
  ackRequired: false,
  ssrc: 0x1111,
  fields: [{ id: 'Floor Indicator', bits: 0x8000 }],
};
const packet: RtpPacket = {
  marker: true,
  payloadType: 96,
  sequenceNumber: 7,
  timestamp: 320,
  ssrc: 0x1111,
  csrcs: [],
  payload: Uint8Array.of(1, 2, 3),
  padding: 0,
};

let rtp: { packet: RtpPacket; bytes: Uint8Array; source: Peer }[];
let floor: { messages: readonly FloorMessage[]; bytes: Uint8Array; source: Peer }[];
let rtcp: Uint8Array[];
let open: (MediaLeg | Far)[];
let clock: ReturnType<typeof simulatedClock>;

interface Far {
  readonly at: Peer;
  readonly heard: Uint8Array[];
  send(bytes: Uint8Array, port: number): void;
  close(): void;
}

beforeEach(() => {
  rtp = [];
  floor = [];
  rtcp = [];
  open = [];
  clock = simulatedClock();
});

afterEach(async () => {
  for (const one of open) await one.close();
});

async function leg(more: Partial<MediaLegOptions> = {}): Promise<MediaLeg> {
  const opened = await openMediaLeg({
    address: host,
    rtpPort: 40000,
    floorPort: 40002,
    keepAliveSsrc: 0x77,
    keepAliveMs: 1000,
    onRtp: (one, bytes, source) => rtp.push({ packet: one, bytes, source }),
    onFloor: (messages, bytes, source) => floor.push({ messages, bytes, source }),
    onRtcp: (_packets, bytes) => rtcp.push(bytes),
    log: openLog('leg', () => {}),
    clock,
    ...more,
  });
  open.push(opened);
  return opened;
}

async function far(): Promise<Far> {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, farHost);
  await once(socket, 'listening');
  const heard: Uint8Array[] = [];
  socket.on('message', (bytes) => heard.push(bytes));
  const opened = {
    at: { host: farHost, port: socket.address().port },
    heard,
    send: (bytes: Uint8Array, port: number) => socket.send(bytes, port, host),
    close: () => void socket.close(),
  };
  open.push(opened);
  return opened;
}

async function until(look: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !look(); i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(look()).toBe(true);
}

describe('a media leg', () => {
  test('hands over what comes, decoded and as it came, with its source', async () => {
    await leg();
    const other = await far();
    const two = encodeFloor([release, { ...release, name: 'Floor Request' }]);
    other.send(encodeRtp(packet), 40000);
    other.send(encodeRtcp([{ type: 'RR', ssrc: 5, reports: [], extension: new Uint8Array(0) }]), 40001);
    other.send(two, 40002);
    await until(() => rtp.length === 1 && rtcp.length === 1 && floor.length === 1);
    expect(rtp[0]?.packet).toMatchObject({ marker: true, payloadType: 96, sequenceNumber: 7, ssrc: 0x1111 });
    expect(Buffer.from(rtp[0]?.bytes ?? []).equals(encodeRtp(packet))).toBe(true);
    expect(rtp[0]?.source).toEqual(other.at);
    expect(floor[0]?.messages.map(({ name }) => name)).toEqual(['Floor Release', 'Floor Request']);
    expect(Buffer.from(floor[0]?.bytes ?? []).equals(two)).toBe(true);
  });

  test('sends each kind from its own port', async () => {
    const one = await leg();
    const sources: number[] = [];
    const other = createSocket('udp4');
    other.bind(0, farHost);
    await once(other, 'listening');
    other.on('message', (_bytes, from) => sources.push(from.port));
    const to = { host: farHost, port: other.address().port };
    one.sendRtp(encodeRtp(packet), to);
    one.sendRtcp(Uint8Array.of(1), to);
    one.sendFloor([release], to);
    await until(() => sources.length === 3);
    expect(new Set(sources)).toEqual(new Set([40000, 40001, 40002]));
    expect(one.counters()).toMatchObject({ rtpOut: 1, floorOut: 1 });
    other.close();
  });

  test('opens three pin-holes at once and again every keepAliveMs, until they are closed', async () => {
    const one = await leg();
    const [media, control, words] = [await far(), await far(), await far()];
    one.openPinholes({ rtp: media.at, rtcp: control.at, floor: words.at });
    await until(() => media.heard.length === 1 && control.heard.length === 1 && words.heard.length === 1);
    expect(decodeRtp(media.heard[0] as Uint8Array).value).toMatchObject({
      payloadType: 126,
      ssrc: 0x77,
      sequenceNumber: 0,
    });
    expect(decodeRtp(media.heard[0] as Uint8Array).value?.payload).toHaveLength(0);
    expect(decodeRtcp(control.heard[0] as Uint8Array).value).toMatchObject([{ type: 'RR', ssrc: 0x77, reports: [] }]);
    expect(Buffer.from(words.heard[0] as Uint8Array).toString()).toBe('\r\n\r\n');
    clock.advance(2000);
    await until(() => media.heard.length === 3 && words.heard.length === 3);
    expect(decodeRtp(media.heard[2] as Uint8Array).value?.sequenceNumber).toBe(2);
    one.closePinholes();
    expect(clock.pending).toBe(0);
  });

  test('a second remote takes the place of the first', async () => {
    const one = await leg();
    const [first, second] = [await far(), await far()];
    one.openPinholes({ rtp: first.at, rtcp: first.at, floor: undefined });
    one.openPinholes({ rtp: second.at, rtcp: second.at, floor: undefined });
    clock.advance(1000);
    await until(() => second.heard.length === 4);
    expect(first.heard.length).toBe(2);
  });

  test('keep-alives that come are counted and handed to nobody', async () => {
    const one = await leg();
    const other = await far();
    other.send(rtpKeepAlive(9, 0), 40000);
    other.send(floorKeepAlive(), 40002);
    other.send(Uint8Array.of(0, 0, 0, 0), 40002);
    await until(() => one.counters().keepAlivesIn === 3);
    expect(rtp).toEqual([]);
    expect(floor).toEqual([]);
  });

  test('what cannot be decoded costs a counter', async () => {
    const one = await leg();
    const other = await far();
    for (const port of [40000, 40001, 40002]) {
      other.send(Uint8Array.of(0xff, 0xff, 0xff), port);
      other.send(Buffer.from('INVITE sip:x SIP/2.0\r\n\r\n'), port);
    }
    other.send(encodeRtcp([{ type: 'RR', ssrc: 5, reports: [], extension: new Uint8Array(0) }]), 40002);
    await until(() => one.counters().rejected === 7);
    expect([rtp, floor, rtcp]).toEqual([[], [], []]);
  });

  test('sends nothing to a name or to a port that is none', async () => {
    const lines: string[] = [];
    const one = await leg({ log: openLog('leg', (line) => lines.push(line)) });
    for (const to of [
      { host: 'somewhere.invalid', port: 9 },
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 70_000 },
    ])
      one.sendFloor([release], to);
    // Neither the resolver nor the kernel was asked.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines).toEqual([]);
  });

  test('a port that is taken: the others are given back, and the error says so', async () => {
    const squatter = createSocket('udp4');
    squatter.bind(40002, host);
    await once(squatter, 'listening');
    await expect(leg()).rejects.toThrow('EADDRINUSE');
    squatter.close();
    await once(squatter, 'close');
    await leg();
  });

  test('closed it calls nobody back, and may be closed again', async () => {
    const one = await leg();
    const other = await far();
    one.openPinholes({ rtp: other.at, rtcp: other.at, floor: other.at });
    await one.close();
    await one.close();
    one.sendFloor([release], other.at);
    expect(clock.pending).toBe(0);
    await leg();
  });
});

describe('a floor keep-alive', () => {
  test.each([
    [Uint8Array.of(13, 10, 13, 10), true],
    [Uint8Array.of(0, 0, 0, 0), true],
    [new Uint8Array(0), true],
    [Uint8Array.of(0x80, 0xcc, 0, 2), false],
    [new Uint8Array(8), false],
  ])('%s: %s', (bytes, is) => {
    expect(isFloorKeepAlive(bytes)).toBe(is);
  });
});
