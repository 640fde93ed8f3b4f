import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBytes } from '../sip/text.ts';
import { decodeSdp, encodeSdp } from './codec.ts';
import type { Sdp } from './session.ts';
import { attribute, attributes, connectionAddress, mediaLine } from './view.ts';

const offer = [
  'v=0',
  'o=- 3900001001 3900001001 IN IP4 192.168.10.11',
  's=-',
  'c=IN IP4 192.168.10.11',
  't=0 0',
  'm=audio 40000 RTP/AVP 96 101',
  'i=speech',
  'a=rtpmap:96 AMR-WB/16000',
  'a=fmtp:96 octet-align=1',
  'a=rtpmap:101 telephone-event/16000',
  'a=sendrecv',
  'm=application 40002 udp MCPTT',
  'a=fmtp:MCPTT mc_queueing;mc_priority=5;mc_implicit_request',
  '',
].join('\r\n');

describe('decodeSdp', () => {
  test('the session and its media, line by line', () => {
    const { value, faults } = decodeSdp(toBytes(offer));
    expect(faults).toEqual([]);
    expect(value?.session.map((l) => l.type).join('')).toBe('vosct');
    expect(value?.media.map((m) => m.lines.length)).toEqual([6, 2]);
  });

  test('writes back every byte', () => {
    const { value } = decodeSdp(toBytes(offer));
    expect(value && Buffer.from(encodeSdp(value)).toString()).toBe(offer);
  });

  test('takes lone line feeds, and a last line without any', () => {
    const { value, faults } = decodeSdp(toBytes('v=0\ns=-\r\nm=audio 1 x'));
    expect(faults).toEqual([]);
    expect(value?.media[0]?.lines).toEqual([{ type: 'm', value: 'audio 1 x' }]);
  });

  test('keeps values as they are: spaces, equal signs, bytes of UTF-8', () => {
    const { value } = decodeSdp(Buffer.from('v=0\r\ns= \u00e9=x \r\nz=\r\n'));
    expect(value?.session.slice(1)).toEqual([
      { type: 's', value: ' \u00c3\u00a9=x ' },
      { type: 'z', value: '' },
    ]);
  });

  test('leaves out what is no line, with its place', () => {
    const { value, faults } = decodeSdp(toBytes('v=0\r\nnonsense\r\n\r\ns=-\r\n=x\r\n'));
    expect(value?.session).toHaveLength(2);
    expect(faults.map((f) => [f.code, f.offset])).toEqual([
      ['sdp/line', 5],
      ['sdp/line', 22],
    ]);
  });

  test('says when v= is not first, and has no value for no lines', () => {
    expect(decodeSdp(toBytes('s=-\r\n')).faults).toMatchObject([{ code: 'sdp/version-first', offset: 0 }]);
    expect(decodeSdp(toBytes('m=audio 1 x\r\n'))).toMatchObject({
      value: { session: [], media: [{ lines: [{ type: 'm' }] }] },
      faults: [{ code: 'sdp/version-first' }],
    });
    expect(decodeSdp(toBytes('1=x\r\n')).faults.map((f) => [f.code, f.offset])).toEqual([
      ['sdp/line', 0],
      ['sdp/empty', 0],
    ]);
    expect(decodeSdp(toBytes('hello')).value).toBeUndefined();
    expect(decodeSdp(new Uint8Array(0)).value).toBeUndefined();
  });
});

describe('laws', () => {
  const value = fc.string({ unit: fc.constantFrom(...' =abcXYZ019:/;-\u00e9\t'), maxLength: 20 });
  const line = fc.record({ type: fc.constantFrom(...'vosictabkz'), value });
  const sdp: fc.Arbitrary<Sdp> = fc.record({
    session: fc.array(line, { maxLength: 5 }).map((lines) => [{ type: 'v', value: '0' }, ...lines]),
    media: fc.array(
      fc.record({
        lines: fc.tuple(value, fc.array(line, { maxLength: 5 })).map(([m, rest]) => [{ type: 'm', value: m }, ...rest]),
      }),
      { maxLength: 3 },
    ),
  });

  test('decode after encode is the same description', () => {
    fc.assert(
      fc.property(sdp, (s) => {
        expect(decodeSdp(encodeSdp(s))).toEqual({ value: s, faults: [] });
      }),
    );
  });

  test('hostile bytes never throw, and what is read can be written and read again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.constantFrom('m=', 'c=', '\r\n', 'a=').map(toBytes))),
        (all) => {
          const { value: read } = decodeSdp(Buffer.concat(all));
          if (read === undefined) return;
          for (const media of read.media) {
            mediaLine(media);
            connectionAddress(read, media);
          }
          expect(decodeSdp(encodeSdp(read)).value).toBeDefined();
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a line break in a value starts no line', () => {
    const { value: read } = decodeSdp(
      encodeSdp({ session: [{ type: 's', value: 'a\r\nm=audio 1 x\nc=y' }], media: [] }),
    );
    expect(read).toEqual({ session: [{ type: 's', value: 'a  m=audio 1 x c=y' }], media: [] });
  });
});

/** An independent parser, compared where both must agree by RFC 8866 (it knows no MCPTT line and no port count). */
interface Oracle {
  parse(text: string): {
    readonly connection?: { readonly ip: string };
    readonly media: readonly {
      readonly type: string;
      readonly port: number;
      readonly protocol: string;
      readonly payloads: string;
      readonly connection?: { readonly ip: string };
      readonly direction?: string;
      readonly rtp: readonly { readonly payload: number; readonly codec: string }[];
    }[];
  };
}
const oracle: Oracle = createRequire(import.meta.url)('sdp-transform');

describe.each([
  ['the offer', offer],
  ['a connection of its own', offer.replace('i=speech', 'i=speech\r\nc=IN IP4 172.18.0.2')],
  ['a refused line', offer.replace('audio 40000', 'audio 0')],
  ['on hold', offer.replace('a=sendrecv', 'a=inactive')],
])('sdp-transform agrees on %s', (_, text) => {
  const theirs = oracle.parse(text);
  const ours = decodeSdp(toBytes(text)).value;

  test('media lines, addresses, formats and directions', () => {
    expect(ours?.media.length).toBe(theirs.media.length);
    for (const [i, media] of (ours?.media ?? []).entries()) {
      const line = mediaLine(media);
      const other = theirs.media[i];
      expect([line?.media, line?.port, line?.proto, line?.formats.join(' ')]).toEqual([
        other?.type,
        other?.port,
        other?.protocol,
        other?.payloads,
      ]);
      expect(ours && connectionAddress(ours, media)).toBe(other?.connection?.ip ?? theirs.connection?.ip);
      expect(attributes(media, 'rtpmap')).toHaveLength(other?.rtp.length ?? -1);
      if (other?.direction !== undefined) expect(attribute(media, other.direction)).toBe('');
    }
  });
});
