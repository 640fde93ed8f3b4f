import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNameAddr } from './address.ts';
import { parseCSeq } from './cseq.ts';
import { decodeSip } from './decode.ts';
import { encodeSip } from './encode.ts';
import { header, headers, listValues } from './headers.ts';
import type { SipHeader, SipMessage } from './message.ts';
import { bodyParts } from './multipart.ts';
import { toBytes, trimLws } from './text.ts';
import { parseSipUri } from './uri.ts';
import { parseVia } from './via.ts';

const letters = (alphabet: string, max: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: max });
const token = letters("abcXYZ019-.!%*_+`'~", 12);
const anyByte = fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n));
/** Any bytes but line ends; a fold now and then. */
const value = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.string({ unit: anyByte.filter((c) => c !== '\n' && c !== '\r'), maxLength: 20 }) },
      { weight: 1, arbitrary: fc.constantFrom('\r\n ', '\r\n\t  ', '"', '<', ',') },
    ),
    { maxLength: 6 },
  )
  .map((pieces) => trimLws(pieces.join('')));
const headerList: fc.Arbitrary<SipHeader[]> = fc.array(
  fc.record({ name: token.filter((name) => !/^(l|content-length)$/i.test(name)), value }),
  { maxLength: 12 },
);
const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes));
const uri = letters('sip:@ab.;=%1', 30);
const reason = fc.string({ unit: anyByte.filter((c) => c !== '\n' && c !== '\r'), maxLength: 20 });
const message: fc.Arbitrary<SipMessage> = fc.oneof(
  fc.record({ kind: fc.constant('request' as const), method: token, uri, headers: headerList, body }),
  fc.record({
    kind: fc.constant('response' as const),
    status: fc.integer({ min: 100, max: 999 }),
    reason,
    headers: headerList,
    body,
  }),
);

describe('laws of the codec', () => {
  test('decode after encode is the same message, with its Content-Length', () => {
    fc.assert(
      fc.property(message, (m) => {
        const { value: read, faults } = decodeSip(encodeSip(m));
        expect(faults).toEqual([]);
        const length = { name: 'Content-Length', value: String(m.body.length) };
        expect(read).toEqual({ ...m, headers: [...m.headers, length] });
      }),
    );
  });

  test('encoding again gives the same bytes', () => {
    fc.assert(
      fc.property(message, (m) => {
        const once = encodeSip(m);
        const read = decodeSip(once).value;
        expect(read && encodeSip(read)).toEqual(once);
      }),
    );
  });

  test('no text in a header, URI or reason begins a header of its own', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('\r', '\n', ' ', '\u010a', '\u010d', 'X', ':', '\u20ac'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, text, place) => {
        const m: SipMessage = {
          kind: 'request',
          method: 'INVITE',
          uri: `sip:${place}`,
          headers: [
            { name: 'Subject', value: text },
            { name: `N${name}`, value: 'v' },
          ],
          body: new Uint8Array(0),
        };
        const read = decodeSip(encodeSip(m)).value;
        expect(read?.headers.length).toBeLessThanOrEqual(3);
        expect(read && header(read, 'Content-Length')).toBe('0');
        expect(read && headers(read, 'X')).toEqual([]);
      }),
    );
  });
});

const genuine = toBytes(
  [
    'INVITE sip:cf@ic.a.mcx.test SIP/2.0',
    'Via: SIP/2.0/UDP 172.18.0.3:31070;branch=z9hG4bK77ef;rport',
    'Route: <sip:172.18.0.2:30070;lr>, "x, \\"y" <sip:10.244.0.5;lr>',
    'From: "PF, B" <sip:pf@ic.b.mcx.test>;tag=1',
    'To: <sip:cf@ic.a.mcx.test>',
    'Call-ID: 77@b',
    'CSeq: 1 INVITE',
    'Content-Type: multipart/mixed;boundary="mcx"',
    '',
    '--mcx',
    'Content-Type: application/sdp',
    '',
    'v=0',
    '--mcx--',
    '',
  ].join('\r\n'),
);

/** A genuine message with bytes overwritten, cut out, doubled or inserted. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(genuine.length),
      cut: fc.nat(20),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc.constantFrom(...['\r\n', '"', '<', '>', ',', '--mcx', '\\'].map(toBytes)),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((edits) =>
    edits.reduce<Uint8Array>(
      (bytes, { at, cut, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]),
      genuine,
    ),
  );

function readEverything(bytes: Uint8Array): void {
  const { value: m } = decodeSip(bytes);
  if (m === undefined) return;
  bodyParts(m);
  for (const { name } of m.headers) {
    for (const element of listValues(m, name)) {
      parseNameAddr(element);
      parseSipUri(element);
      parseVia(element);
      parseCSeq(element);
    }
  }
  encodeSip(m);
}

describe('hostile bytes never throw', () => {
  test('random ones', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), readEverything), { numRuns: 500 });
  });

  test('random ones behind a good start line', () => {
    const start = toBytes('INVITE sip:x SIP/2.0\r\n');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => readEverything(Buffer.concat([start, tail]))),
      { numRuns: 500 },
    );
  });

  test('mutations of a genuine message', () => {
    fc.assert(fc.property(mutated, readEverything), { numRuns: 1000 });
  });

  test('every truncation of a genuine message', () => {
    for (let length = 0; length <= genuine.length; length++) readEverything(genuine.subarray(0, length));
  });
});
