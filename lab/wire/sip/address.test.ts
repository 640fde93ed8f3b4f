import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addrParam, formatNameAddr, parseNameAddr } from './address.ts';
import { parseCSeq } from './cseq.ts';
import { formatParams, paramOf, parseParams, quote, unquote, withoutParam, withParam } from './params.ts';
import { byteString, fromBytes, isToken, toBytes, trimLws, unfold, utf8Text } from './text.ts';
import { formatVia, parseVia, viaParam } from './via.ts';

describe('parseNameAddr', () => {
  test('has nothing that is not there', () => {
    expect(parseNameAddr('<sip:x>')).toStrictEqual({ uri: 'sip:x', params: [] });
    expect(parseNameAddr('sip:u@x')).toStrictEqual({ uri: 'sip:u@x', params: [] });
    expect(parseNameAddr('"x" sip:u@x')).toBeUndefined();
  });

  test.each([
    ['<sip:x>', { uri: 'sip:x', params: [] }],
    ['sip:u@x;tag=1', { uri: 'sip:u@x', params: [['tag', '1']] }],
    ['Root, A <sip:x;lr>;tag=1', { display: 'Root, A', uri: 'sip:x;lr', params: [['tag', '1']] }],
    ['"J Rosenberg \\\\\\"" <sip:j@x> ; tag = 98', { display: 'J Rosenberg \\"', params: [['tag', '98']] }],
    ['"<sip:no@x>" <sip:yes@x>', { display: '<sip:no@x>', uri: 'sip:yes@x' }],
    ['""<sip:x>', { display: '', uri: 'sip:x' }],
    ['tel:+49;phone-context=x', { uri: 'tel:+49' }],
  ])('%s', (text, parts) => expect(parseNameAddr(text)).toMatchObject(parts));

  test.each(['', '*', '<>', '<sip:x', 'sip:x>', '<sip:x> junk', 'no uri', '"open <sip:x>', ':x', 'sip:a b'])(
    '%j is none',
    (text) => expect(parseNameAddr(text)).toBeUndefined(),
  );

  test('feature tags: with a quoted value, and without any (RFC 3840)', () => {
    const contact = parseNameAddr(
      '<sip:cf@172.18.0.2:30070>;+g.3gpp.mcptt;isfocus;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt,b"',
    );
    const read = (name: string) => contact && addrParam(contact, name);
    expect(read('isfocus')).toBe('');
    expect(read('+G.3gpp.mcptt')).toBe('');
    expect(read('+g.3gpp.icsi-ref')).toBe('urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt,b');
    expect(read('g.3gpp.mcptt')).toBeUndefined();
  });

  test('parse after format is the same address', () => {
    const display = fc.string({ unit: fc.constantFrom(...'ab "\\<>,;'), maxLength: 10 }).map(trimLws);
    const address = fc.record({
      display,
      uri: fc.constant('sip:u@x;lr'),
      params: fc.constant([['tag', 'a']] as const),
    });
    fc.assert(
      fc.property(address, (a) => {
        expect(parseNameAddr(formatNameAddr(a))).toEqual(a);
      }),
    );
  });
});

describe('Via', () => {
  test('of a request and of its response', () => {
    const via = parseVia('SIP/2.0/UDP 10.244.0.6:5060;rport=5064;received=172.18.0.2;branch=z9hG4bK1');
    expect(via).toMatchObject({ transport: 'UDP', host: '10.244.0.6', port: 5060 });
    expect(via && viaParam(via, 'rport')).toBe('5064');
    expect(via && formatVia(via)).toBe('SIP/2.0/UDP 10.244.0.6:5060;rport=5064;received=172.18.0.2;branch=z9hG4bK1');
    const request = parseVia('SIP/2.0/UDP h;rport');
    expect(request && [viaParam(request, 'rport'), viaParam(request, 'received'), request.port]).toEqual([
      '',
      undefined,
      undefined,
    ]);
  });

  test('white space around slashes, colon and semicolons', () => {
    expect(parseVia('SIP  / 2.0  / tls     first.test: 4000;ttl=16 ;maddr=192.0.2.1 ; branch = z9')).toMatchObject({
      transport: 'TLS',
      host: 'first.test',
      port: 4000,
      params: [
        ['ttl', '16'],
        ['maddr', '192.0.2.1'],
        ['branch', 'z9'],
      ],
    });
  });

  test.each(['', 'SIP/2.0/UDP', 'SIP/3.0/UDP h', 'SIP/2.0 h', 'SIP/2.0/UDP h h', 'SIP/2.0/UDP :5060'])(
    '%j is none',
    (text) => expect(parseVia(text)).toBeUndefined(),
  );
});

describe('CSeq', () => {
  test.each([
    ['1 INVITE', { number: 1, method: 'INVITE' }],
    ['0009\tINVITE', { number: 9, method: 'INVITE' }],
    ['2147483647 ACK', { number: 2147483647, method: 'ACK' }],
    ['2147483648 ACK', undefined],
    ['36893488147419103232 REGISTER', undefined],
    ['INVITE', undefined],
    ['1', undefined],
    ['-1 INVITE', undefined],
    ['1 IN VITE', undefined],
  ])('%s', (text, cseq) => expect(parseCSeq(text)).toEqual(cseq));
});

describe('parameters', () => {
  test('keep order, case, quotes and doubles', () => {
    const params = parseParams(';A=1; b ;c="x;\\"y" ; a=2;;');
    expect(params).toEqual([
      ['A', '1'],
      ['b', undefined],
      ['c', '"x;\\"y"'],
      ['a', '2'],
    ]);
    expect(formatParams(params)).toBe(';A=1;b;c="x;\\"y";a=2');
    expect(paramOf(params, 'a')).toBe('1');
    expect(paramOf(params, 'C')).toBe('x;"y');
  });

  test('are replaced, added and removed without touching others', () => {
    const params = parseParams('a=1;b;A=3');
    expect(formatParams(withParam(params, 'A', '9'))).toBe(';A=9;b');
    expect(formatParams(withParam(params, 'a', '9'))).toBe(';a=9;b');
    expect(formatParams(withParam(params, 'b', 'x'))).toBe(';a=1;b=x;A=3');
    expect(formatParams(withoutParam(params, 'B'))).toBe(';a=1;A=3');
    expect(['"', '""', '"a', 'a"', '"a\\', 'a', '"\\\n"'].map(unquote)).toEqual([
      '"',
      '',
      '"a',
      'a"',
      '"a\\',
      'a',
      '\n',
    ]);
    expect(formatParams(withParam(params, 'isfocus', undefined))).toBe(';a=1;b;A=3;isfocus');
    expect(formatParams(withoutParam(params, 'a'))).toBe(';b');
  });

  test('quoting undoes itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(unquote(quote(text))).toBe(text);
      }),
    );
  });
});

describe('text', () => {
  test.each(['\u0416', '\u010a\u010d', '\u{1f600}', 'a\u{1f600}b'])(
    'readable text %s becomes the bytes of its UTF-8',
    (text) => {
      expect([...toBytes(text)]).toEqual([...new TextEncoder().encode(text)]);
    },
  );

  test('bytes, byte strings and readable text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect([...toBytes(fromBytes(bytes))]).toEqual([...bytes]);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Text(byteString(text))).toBe(text.toWellFormed());
      }),
    );
  });

  test('a character above U+00FF is written as UTF-8, never cut to a line feed', () => {
    expect([...toBytes('a\u010ab')]).toEqual([0x61, 0xc4, 0x8a, 0x62]);
  });

  test('only LWS is trimmed: U+00A0 is half of a UTF-8 character', () => {
    expect(trimLws(' \t\r\n\u00a0x\u0085 ')).toBe('\u00a0x\u0085');
  });

  test('a fold is one space', () => expect(unfold('a \r\n\t b\n c')).toBe('a b c'));

  test.each([
    ['INVITE', true],
    ['a b', false],
    ['', false],
    ['\u00e4', false],
    ['x\n', false],
  ])('%j a token: %s', (text, is) => expect(isToken(text)).toBe(is));
});
