import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { header } from './headers.ts';
import type { SipRequest } from './message.ts';
import {
  type BodyPart,
  bodyParts,
  decodeMultipart,
  encodeMultipart,
  freeBoundary,
  mediaType,
  partOfType,
  withPart,
} from './multipart.ts';
import { toBytes } from './text.ts';

const text = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
const lines = (...all: string[]) => toBytes(all.join('\r\n'));
const request = (contentType: string | undefined, body: Uint8Array): SipRequest => ({
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:x',
  headers: contentType === undefined ? [] : [{ name: 'c', value: contentType }],
  body,
});

const two = lines(
  'a preamble that nobody reads',
  '--mcx',
  'Content-Type: application/sdp',
  'Content-Disposition: session;',
  ' handling=required',
  '',
  'v=0',
  's=-',
  '',
  '--mcx  ',
  'content-type : application/vnd.3gpp.mcptt-info+xml;charset=utf-8',
  '',
  '<mcpttinfo/>',
  '--mcx--',
  'an epilogue',
);

describe('decodeMultipart', () => {
  test('headers and bodies of the parts; the line break before a boundary is not the part’s', () => {
    const { value, faults } = decodeMultipart(two, 'multipart/mixed;boundary=mcx');
    expect(faults).toEqual([]);
    expect(value?.map((part) => text(part.body))).toEqual(['v=0\r\ns=-\r\n', '<mcpttinfo/>']);
    expect(value?.[0]?.headers).toEqual([
      { name: 'Content-Type', value: 'application/sdp' },
      { name: 'Content-Disposition', value: 'session;\r\n handling=required' },
    ]);
  });

  test('a part without headers, and one without a body', () => {
    const { value } = decodeMultipart(
      lines('--b', '', 'plain', '--b', 'X: y', '--b--'),
      'multipart/mixed;boundary="b"',
    );
    expect(value?.map((part) => [part.headers.length, text(part.body)])).toEqual([
      [0, 'plain'],
      [1, ''],
    ]);
  });

  test('a closing boundary that is missing is a fault, and the part is kept', () => {
    const { value, faults } = decodeMultipart(lines('--b', '', 'cut off'), 'multipart/mixed;boundary=b');
    expect(value?.map((part) => text(part.body))).toEqual(['cut off']);
    expect(faults.map((f) => [f.code, f.offset])).toEqual([['multipart/no-end', 14]]);
  });

  test('line feeds alone do', () => {
    const { value, faults } = decodeMultipart(
      toBytes('--b\nX: y\n z\n\nplain\n--b\n\n\n--b\n--b--'),
      'multipart/mixed;boundary=b',
    );
    expect(faults).toEqual([]);
    expect(value?.map((part) => [part.headers.length, text(part.body)])).toEqual([
      [1, 'plain'],
      [0, ''],
      [0, ''],
    ]);
  });

  test('a body may begin with white space, a header may be none', () => {
    const { value } = decodeMultipart(
      lines('--b', 'garbage', 'bad name: x', ': y', 'Good: z', '\tfolded', '', ' x', '--b--'),
      'multipart/mixed;boundary=b',
    );
    expect(value).toMatchObject([{ headers: [{ name: 'Good', value: 'z\r\n\tfolded' }] }]);
    expect(text(value?.[0]?.body)).toBe(' x');
  });

  test('a part whose headers are cut off has those that are there', () => {
    const { value } = decodeMultipart(lines('--b', 'X: y', 'Z: a'), 'multipart/mixed;boundary=b');
    expect(value).toMatchObject([{ headers: [{ value: 'y' }, { value: 'a' }], body: new Uint8Array() }]);
  });

  test('a boundary inside a line, or with more behind it, is none', () => {
    const { value } = decodeMultipart(lines('--b', '', 'x --b', '--bb', '--b--'), 'multipart/mixed;boundary=b');
    expect(value?.map((part) => text(part.body))).toEqual(['x --b\r\n--bb']);
  });

  test.each([
    'multipart/mixed',
    'application/sdp;boundary=mcx',
    'multipart/mixed;boundary=""',
    'multipart/mixed;boundary=zz',
  ])('%s gives no parts but a fault', (type) => {
    const { value, faults } = decodeMultipart(two, type);
    expect(value).toBeUndefined();
    const code = type.endsWith('zz') ? 'multipart/no-part' : 'multipart/no-boundary';
    expect(faults).toMatchObject([{ code, offset: 0 }]);
  });

  test('decode after encode gives the same parts', () => {
    const part: fc.Arbitrary<BodyPart> = fc.record({
      headers: fc.constant([{ name: 'Content-Type', value: 'application/octet-stream' }]),
      body: fc
        .array(
          fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom('\r\n', '--mcx', '\n--mcx--', '-').map(toBytes)),
        )
        .map((pieces) => new Uint8Array(Buffer.concat(pieces))),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const boundary = freeBoundary(parts);
        const { value, faults } = decodeMultipart(
          encodeMultipart(parts, boundary),
          `multipart/mixed;boundary=${boundary}`,
        );
        expect(faults).toEqual([]);
        expect(value).toEqual(parts);
      }),
    );
  });
});

describe('the body of a message', () => {
  test('is its own only part when it is no multipart, and none when empty', () => {
    expect(bodyParts(request('application/sdp', toBytes('v=0')))).toMatchObject([
      { headers: [{ value: 'application/sdp' }] },
    ]);
    expect(bodyParts(request(undefined, new Uint8Array(0)))).toEqual([]);
    expect(bodyParts(request(undefined, toBytes('x')))).toHaveLength(1);
  });

  test('is searched by type, whatever its case and parameters', () => {
    const m = request('Multipart/Mixed; boundary=mcx', two);
    expect(text(partOfType(m, 'APPLICATION/sdp'))).toBe('v=0\r\ns=-\r\n');
    expect(text(partOfType(m, 'application/vnd.3gpp.mcptt-info+xml'))).toBe('<mcpttinfo/>');
    expect(partOfType(m, 'application/resource-lists+xml')).toBeUndefined();
  });

  test('takes what the message says of its content, and no more', () => {
    const m = request('application/sdp', toBytes('v=0'));
    const more = [
      { name: 'Subject', value: 's' },
      { name: 'Content-Disposition', value: 'session' },
    ];
    expect(bodyParts({ ...m, headers: [...m.headers, ...more] })[0]?.headers.map(({ name }) => name)).toEqual([
      'c',
      'Content-Disposition',
    ]);
  });

  test('is opened four multiparts deep', () => {
    const nested = (depth: number): Uint8Array =>
      depth === 0
        ? toBytes('end')
        : lines(
            `--b${depth}`,
            `Content-Type: multipart/mixed;boundary=b${depth - 1}`,
            '',
            text(nested(depth - 1)) ?? '',
            `--b${depth}--`,
          );
    const inner = (depth: number) =>
      text(bodyParts(request(`multipart/mixed;boundary=b${depth}`, nested(depth)))[0]?.body);
    expect(inner(3)).toBe('end');
    expect(inner(4)).toBe('end');
    expect(inner(5)).toContain('--b1');
  });

  test('a multipart that cannot be opened is a part', () => {
    expect(bodyParts(request('multipart/mixed', toBytes('x')))).toMatchObject([{ body: toBytes('x') }]);
  });

  test('is searched in multiparts within', () => {
    const inner = lines('--i', 'Content-Type: application/sdp', '', 'v=0', '--i--');
    const outer = lines('--o', 'Content-Type: multipart/related;boundary=i', '', text(inner) ?? '', '--o--');
    expect(text(partOfType(request('multipart/mixed;boundary=o', outer), 'application/sdp'))).toBe('v=0');
  });
});

describe('withPart', () => {
  test('replaces one part and leaves the other and its headers', () => {
    const changed = withPart(request('multipart/mixed;boundary=mcx', two), 'application/sdp', toBytes('v=1\r\n'));
    expect(text(partOfType(changed, 'application/sdp'))).toBe('v=1\r\n');
    expect(text(partOfType(changed, 'application/vnd.3gpp.mcptt-info+xml'))).toBe('<mcpttinfo/>');
    expect(bodyParts(changed)[0]?.headers).toHaveLength(2);
    expect(header(changed, 'Content-Type')).toBe('multipart/mixed;boundary=mcx');
  });

  test('keeps the boundary that the message had', () => {
    const body = toBytes(Buffer.from(two).toString('latin1').replaceAll('--mcx', '--outer'));
    const changed = withPart(request('multipart/mixed;boundary=outer', body), 'application/sdp', toBytes('v=1'));
    expect(header(changed, 'Content-Type')).toBe('multipart/mixed;boundary=outer');
  });

  test('takes another boundary when the new bytes hold the old one', () => {
    const changed = withPart(
      request('multipart/mixed;boundary=mcx', two),
      'application/sdp',
      toBytes('\r\n--mcx--\r\n'),
    );
    expect(text(partOfType(changed, 'application/sdp'))).toBe('\r\n--mcx--\r\n');
    expect(bodyParts(changed)).toHaveLength(2);
  });

  test('adds a part that was not there', () => {
    const changed = withPart(request('multipart/mixed;boundary=mcx', two), 'text/plain', toBytes('x'));
    expect(bodyParts(changed)).toHaveLength(3);
    expect(bodyParts(changed)[2]).toEqual({
      headers: [{ name: 'Content-Type', value: 'text/plain' }],
      body: toBytes('x'),
    });
  });

  test('replaces a single body whole', () => {
    const changed = withPart(request('application/sdp;x=1', toBytes('v=0')), 'application/sdp', toBytes('v=1'));
    expect([text(changed.body), header(changed, 'c')]).toEqual(['v=1', 'application/sdp;x=1']);
    expect(header(withPart(request(undefined, new Uint8Array(0)), 'text/plain', toBytes('x')), 'c')).toBe('text/plain');
  });
});

test.each([
  ['Multipart/Mixed ; boundary=x', 'multipart/mixed'],
  [undefined, ''],
])('media type of %s', (value, type) => expect(mediaType(value)).toBe(type));
