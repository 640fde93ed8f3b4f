import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { decodeSip } from './decode.ts';
import { header, headers } from './headers.ts';
import { toBytes, utf8Text } from './text.ts';

const bytes = (...lines: string[]) => toBytes(lines.join('\r\n'));
const codes = (input: Uint8Array) => decodeSip(input).faults.map((fault) => fault.code);

const invite = [
  'INVITE sip:pf@a.mcx.test SIP/2.0',
  'v: SIP/2.0/UDP 192.168.10.11:5060;branch=z9hG4bK1;rport',
  'From: <sip:a-ue-1@a.mcx.test>;tag=1',
  't: <sip:pf@a.mcx.test>',
  'i: abc',
  'CSeq: 1 INVITE',
];

describe('a request', () => {
  test('has its method, URI, headers in order and body', () => {
    const { value, faults } = decodeSip(bytes(...invite, 'l: 5', '', 'hello'));
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ kind: 'request', method: 'INVITE', uri: 'sip:pf@a.mcx.test' });
    expect(value?.headers.map((h) => h.name)).toEqual(['v', 'From', 't', 'i', 'CSeq', 'l']);
    expect(Buffer.from(value?.body ?? []).toString()).toBe('hello');
  });

  test('outlives the buffer it came in', () => {
    const input = bytes(...invite, 'l: 5', '', 'hello');
    const { value } = decodeSip(input);
    input.fill(0);
    expect(Buffer.from(value?.body ?? []).toString()).toBe('hello');
  });

  test('may follow empty lines (RFC 3261 7.5)', () => {
    expect(decodeSip(bytes('', '', ...invite, '', '')).value).toMatchObject({ method: 'INVITE' });
  });

  test('keeps methods that nobody knows, and their case', () => {
    const { value } = decodeSip(bytes("!nt3re$t.ng*'~ sip:x SIP/2.0", 'i: 1', '', ''));
    expect(value).toBeUndefined();
    const { value: legal } = decodeSip(bytes("!nt3re.t-ng*'~ sip:x SIP/2.0", 'i: 1', '', ''));
    expect(legal).toMatchObject({ method: "!nt3re.t-ng*'~" });
  });

  test('keeps a URI with spaces and says so', () => {
    const { value, faults } = decodeSip(bytes('INVITE sip:user; x=1 SIP/2.0', 'i: 1', '', ''));
    expect(value).toMatchObject({ uri: 'sip:user; x=1' });
    expect(faults[0]).toMatchObject({ code: 'sip/request-uri', offset: 7 });
  });

  test('without a URI says so', () => {
    const { value, faults } = decodeSip(bytes('', 'INVITE  SIP/2.0', 'i: 1', '', ''));
    expect(value).toMatchObject({ method: 'INVITE', uri: '' });
    expect(faults).toMatchObject([{ code: 'sip/request-uri', offset: 9 }]);
  });

  test('in capitals or small letters is of this version', () => {
    expect(codes(bytes('OPTIONS sip:x sip/2.0', 'i: 1', '', ''))).toEqual([]);
  });

  test('of another version has a value, for the 505, and a fault', () => {
    const { value, faults } = decodeSip(bytes('OPTIONS sip:x SIP/7.0', 'i: 1', '', ''));
    expect(value).toMatchObject({ method: 'OPTIONS' });
    expect(faults).toMatchObject([{ code: 'sip/version', offset: 14 }]);
    const later = decodeSip(bytes('', 'OPTIONS sip:x SIP/7.0', 'i: 1', '', ''));
    expect(later.faults).toMatchObject([{ code: 'sip/version', offset: 16 }]);
  });

  test('of a line alone has no end', () => {
    const { value, faults } = decodeSip(toBytes('OPTIONS sip:x SIP/2.0'));
    expect(value).toMatchObject({ kind: 'request', uri: 'sip:x', headers: [] });
    expect(value?.body).toHaveLength(0);
    expect(faults).toMatchObject([{ code: 'sip/no-blank-line', offset: 21 }]);
  });
});

describe('a response', () => {
  test.each([
    ['SIP/2.0 200 OK', 200, 'OK'],
    ['SIP/2.0 100 ', 100, ''],
    ['SIP/2.0 100', 100, ''],
    ['sip/2.0 486 Busy  Here', 486, 'Busy  Here'],
    ['SIP/2.0 999 = 2**3 * 2', 999, '= 2**3 * 2'],
  ])('%s', (line, status, reason) => {
    const { value, faults } = decodeSip(bytes(line, 'i: 1', '', ''));
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ kind: 'response', status, reason });
  });

  test('keeps a reason in UTF-8 byte by byte', () => {
    const reason = '\u043e\u043a';
    const { value } = decodeSip(Buffer.from(`SIP/2.0 200 ${reason}\r\ni: 1\r\n\r\n`));
    expect(value?.kind === 'response' && utf8Text(value.reason)).toBe(reason);
  });

  test('of another version has a value and a fault', () => {
    const { value, faults } = decodeSip(bytes('', 'SIP/3.0 200 OK', 'i: 1', '', ''));
    expect(value).toMatchObject({ status: 200 });
    expect(faults).toMatchObject([{ code: 'sip/version', offset: 2 }]);
  });

  test('may have a carriage return in its reason', () => {
    expect(decodeSip(bytes('SIP/2.0 200 a\rb', 'i: 1', '', '')).value).toMatchObject({ reason: 'a\rb' });
  });

  test.each(['SIP/2.0 20 OK', 'SIP/2.0 2000 OK', 'SIP/2.0', 'SIP/2.0 abc OK'])('%s is none', (line) => {
    expect(decodeSip(bytes(line, 'i: 1', '', '')).value).toBeUndefined();
  });
});

describe('headers', () => {
  test('are unfolded when asked for, and kept folded', () => {
    const { value } = decodeSip(bytes('OPTIONS sip:x SIP/2.0', 'Subject: one', '  two', '\tthree ', 'i: 1', '', ''));
    expect(value && header(value, 'subject')).toBe('one two three');
    expect(value?.headers[0]).toEqual({ name: 'Subject', value: 'one\r\n  two\r\n\tthree' });
  });

  test('may begin on the line after their name', () => {
    const { value } = decodeSip(bytes('OPTIONS sip:x SIP/2.0', 'Max-Forwards:', '  68', 'i: 1', '', ''));
    expect(value && header(value, 'Max-Forwards')).toBe('68');
  });

  test('may have white space before the colon, and no value', () => {
    const { value, faults } = decodeSip(bytes('OPTIONS sip:x SIP/2.0', 'TO   :  <sip:y>', 'NewFangled:', '', ''));
    expect(faults).toEqual([]);
    expect(value?.headers).toEqual([
      { name: 'TO', value: '<sip:y>' },
      { name: 'NewFangled', value: '' },
    ]);
  });

  test('are found under compact and long names alike', () => {
    const { value } = decodeSip(bytes(...invite, 'Via: SIP/2.0/UDP second', '', ''));
    expect(value && headers(value, 'VIA')).toEqual([
      'SIP/2.0/UDP 192.168.10.11:5060;branch=z9hG4bK1;rport',
      'SIP/2.0/UDP second',
    ]);
    expect(value && header(value, 'call-id')).toBe('abc');
  });

  test('without a colon are left out with a fault at their place', () => {
    const input = bytes('OPTIONS sip:x SIP/2.0', 'no header', 'i: 1', '', '');
    const { value, faults } = decodeSip(input);
    expect(value?.headers).toEqual([{ name: 'i', value: '1' }]);
    expect(faults).toMatchObject([{ code: 'sip/header-line', offset: 23 }]);
  });

  test('end at a lone LF too', () => {
    const { value } = decodeSip(toBytes('OPTIONS sip:x SIP/2.0\ni: 1\nl: 2\n\nab'));
    expect(value && header(value, 'Call-ID')).toBe('1');
    expect(value?.body.length).toBe(2);
  });

  test('that never end are a fault', () => {
    expect(codes(bytes('OPTIONS sip:x SIP/2.0', 'i: 1'))).toEqual(['sip/no-blank-line']);
    expect(decodeSip(bytes('OPTIONS sip:x SIP/2.0', 'i: 1', '\r'))).toMatchObject({
      value: { body: new Uint8Array() },
      faults: [{ code: 'sip/no-blank-line', offset: 30 }],
    });
  });
});

describe('Content-Length', () => {
  test('counts bytes, not characters', () => {
    const { value, faults } = decodeSip(Buffer.from('MESSAGE sip:x SIP/2.0\r\nl: 5\r\n\r\n\u00e9\u00e9x'));
    expect(faults).toEqual([]);
    expect(Buffer.from(value?.body ?? []).toString()).toBe('\u00e9\u00e9x');
  });

  test('is not needed by UDP: the body reaches to the end of the datagram (RFC 3261 18.3)', () => {
    expect(decodeSip(bytes('MESSAGE sip:x SIP/2.0', 'i: 1', '', 'all of it')).value?.body.length).toBe(9);
  });

  test('below the datagram cuts the body', () => {
    const { value, faults } = decodeSip(bytes('MESSAGE sip:x SIP/2.0', 'l: 3', '', 'abcdef'));
    expect(Buffer.from(value?.body ?? []).toString()).toBe('abc');
    expect(faults.map((f) => [f.code, f.offset])).toEqual([['sip/surplus', 34]]);
  });

  test('above the datagram is a fault, and what is there is kept', () => {
    const { value, faults } = decodeSip(bytes('MESSAGE sip:x SIP/2.0', 'l: 9999', '', 'abcdef'));
    expect(value?.body.length).toBe(6);
    expect(faults).toMatchObject([{ code: 'sip/body-short', offset: 40, clause: 'RFC 3261 18.3' }]);
  });

  test.each(['-999', '5 5', 'x', '', '99999999999', '3x', 'x3'])('%s is none', (text) => {
    const { value, faults } = decodeSip(bytes('MESSAGE sip:x SIP/2.0', `l: ${text}`, '', 'abc'));
    expect(value?.body).toHaveLength(3);
    expect(faults).toMatchObject([{ code: 'sip/content-length', offset: 30 + text.length }]);
  });

  test('that is no number is told in part, however long it is', () => {
    const { faults } = decodeSip(bytes('MESSAGE sip:x SIP/2.0', `l: ${'x'.repeat(1000)}`, '', ''));
    expect(faults[0]?.message).toContain('x'.repeat(40));
    expect(faults[0]?.message.length).toBeLessThan(100);
  });

  test.each(['L', 'CONTENT-LENGTH', 'content-length'])('is %s too', (name) => {
    const { value } = decodeSip(
      bytes('MESSAGE sip:x SIP/2.0', 'Xontent-Length: 1', 'm: 2', `${name}: 3`, '', 'abcdef'),
    );
    expect(value?.body).toHaveLength(3);
  });

  test('twice and the same is none', () => {
    expect(codes(bytes('MESSAGE sip:x SIP/2.0', 'l: 3', 'Content-Length: 3', '', 'abc'))).toEqual([]);
  });

  test('twice and different is a fault', () => {
    expect(codes(bytes('MESSAGE sip:x SIP/2.0', 'l: 3', 'Content-Length: 2', '', 'abc'))).toEqual([
      'sip/content-length',
    ]);
  });
});

test('bodies do not overwrite one another, many or large as they are', () => {
  const bodies = Array.from({ length: 200 }, (_, i) => new Uint8Array(i % 50 === 0 ? 70_000 : 1000 + i).fill(i + 1));
  const read = bodies.map((body) => {
    const head = toBytes(`MESSAGE sip:x SIP/2.0\r\nl: ${body.length}\r\n\r\n`);
    return decodeSip(Buffer.concat([head, body])).value?.body;
  });
  for (const [i, body] of bodies.entries()) expect(Buffer.compare(read[i] ?? new Uint8Array(), body)).toBe(0);
});

describe('what is no SIP message', () => {
  test('a keep-alive', () => {
    expect(decodeSip(bytes('', '', ''))).toMatchObject({ value: undefined, faults: [{ code: 'sip/keep-alive' }] });
    expect(codes(new Uint8Array(0))).toEqual(['sip/keep-alive']);
    expect(Object.keys(decodeSip(new Uint8Array(0)).faults[0] ?? {})).not.toContain('clause');
  });

  test.each([
    'INVITE SIP/2.0',
    'INVITE sip:x xSIP/2.0',
    'INVITE sip:x SIP/2.0x',
    'INVITE sip:x SIP/2000.0',
    'SIP/2.0x 200 OK',
    'INVITE sip:x SIP/2.',
  ])('%j, which is near to one', (line) => {
    expect(decodeSip(bytes('', line, 'i: 1', '', ''))).toMatchObject({
      value: undefined,
      faults: [{ code: 'sip/start-line', offset: 2 }],
    });
  });

  test('a line that ends in half of a line end', () => {
    expect(codes(toBytes('INVITE sip:x SIP/2.0\r'))).toEqual(['sip/start-line']);
  });

  test.each(['GET / HTTP/1.1', 'INVITE sip:x', 'INVITE', ' INVITE sip:x SIP/2.0', '\u0080\u0060\u0000\u0001'])(
    '%j',
    (line) => {
      expect(decodeSip(bytes(line, 'i: 1', '', ''))).toMatchObject({
        value: undefined,
        faults: [{ code: 'sip/start-line' }],
      });
    },
  );
});
