import { open } from 'node:fs/promises';
import { concat, put16, put32 } from '../../lab/wire/bytes.ts';
import { udpFrame } from '../../lab/wire/net/build.ts';
import { LITTLE } from '../../lab/wire/pcap/endian.ts';
import { classicHeader, classicRecord } from '../../lab/wire/pcap/writer.ts';
import { encodeRtp } from '../../lab/wire/rtp/codec.ts';

/* A long recording of calls that follow one another: two minutes each, four streams, twelve transactions of SIP. */

const TALKERS = 4;
const SECONDS = 120;
const TICKS = 50 * SECONDS;
const MESSAGES = 48;
const RECORD = 16;
const UDP_PAYLOAD = 42;

interface Place {
  /** Where the record begins. */
  readonly at: number;
  readonly kind: 'rtp' | 'sip';
  /** Number inside the stream, or where the call's number stands in the text. */
  readonly value: number;
}

/** At least `bytes` long; returns how many packets it has. Whatever differs from call to call is changed in one copy of a call. */
export async function writeLongCapture(path: string, bytes: number): Promise<number> {
  const { call, places } = oneCall();
  const file = await open(path, 'w');
  let packets = 0;
  try {
    await file.write(classicHeader(1));
    for (let number = 0; packets * (call.length / places.length) < bytes; number++) {
      for (const place of places) change(call, place, number);
      await file.write(call);
      packets += places.length;
    }
  } finally {
    await file.close();
  }
  return packets;
}

function change(call: Uint8Array, { at, kind, value }: Place, number: number): void {
  const seconds = LITTLE.u32(call, at);
  LITTLE.put32(call, at, number === 0 ? seconds : seconds + SECONDS);
  const payload = at + RECORD + UDP_PAYLOAD;
  if (kind === 'sip') {
    for (const [i, digit] of [...String(number).padStart(8, '0')].entries())
      call[payload + value + i] = digit.charCodeAt(0);
  } else {
    const index = number * TICKS + value;
    put16(call, payload + 2, index % 0x10000);
    put32(call, payload + 4, (index * 320) % 2 ** 32);
    put32(call, payload + 12, index);
  }
}

function oneCall(): { call: Uint8Array; places: Place[] } {
  const records: Uint8Array[] = [];
  const places: Place[] = [];
  let at = 0;
  const add = (kind: Place['kind'], value: number, millis: number, payload: Uint8Array, talker: number) => {
    const port = kind === 'rtp' ? 40_000 : 5060;
    const data = udpFrame({ src: `10.244.0.${5 + talker}`, dst: '172.18.0.3', srcPort: port, dstPort: port, payload });
    const record = classicRecord({ timeNs: BigInt(1_700_000_000_000 + millis) * 1_000_000n, data });
    places.push({ at, kind, value });
    records.push(record);
    at += record.length;
  };
  for (let tick = 0; tick < TICKS; tick++) {
    for (let talker = 0; talker < TALKERS; talker++) add('rtp', tick, 20 * tick, speech(talker), talker);
    const every = TICKS / MESSAGES;
    if (tick % every === 0) {
      const text = options(tick / every);
      add('sip', text.indexOf('########'), 20 * tick, new TextEncoder().encode(text), 0);
    }
  }
  return { call: concat(records), places };
}

function speech(talker: number): Uint8Array {
  const header = { marker: false, payloadType: 96, sequenceNumber: 0, timestamp: 0, ssrc: 0x1000 + talker };
  return encodeRtp({ ...header, csrcs: [], extension: undefined, payload: new Uint8Array(33), padding: 0 });
}

function options(n: number): string {
  const lines = [
    'OPTIONS sip:cf@ic.b.mcx.test SIP/2.0',
    `Via: SIP/2.0/UDP 10.244.0.5:5060;rport;branch=z9hG4bK${n}-########`,
    'Max-Forwards: 70',
    `From: <sip:cf@ic.a.mcx.test>;tag=${n}`,
    'To: <sip:cf@ic.b.mcx.test>',
    `Call-ID: ${n}@10.244.0.5`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
