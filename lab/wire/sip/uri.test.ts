import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOfRecord, formatSipUri, parseHostPort, parseSipUri, sameUri, uriParam } from './uri.ts';

describe('parseSipUri', () => {
  test('all parts', () => {
    const uri = parseSipUri('sip:edge;x=1@10.244.0.5:5060;lr;transport=UDP;flow=ab?Subject=x');
    expect(uri).toEqual({
      scheme: 'sip',
      user: 'edge;x=1',
      host: '10.244.0.5',
      port: 5060,
      params: [
        ['lr', undefined],
        ['transport', 'UDP'],
        ['flow', 'ab'],
      ],
      headers: 'Subject=x',
    });
    expect(uri && [uriParam(uri, 'LR'), uriParam(uri, 'flow'), uriParam(uri, 'gr')]).toEqual(['', 'ab', undefined]);
  });

  test.each([
    ['sip:a.mcx.test', { host: 'a.mcx.test' }],
    ['SIPS:u@[2001:db8::1]:5061', { scheme: 'sips', host: '[2001:db8::1]', port: 5061 }],
    ['sip:%61lice:pw@x', { user: '%61lice:pw', host: 'x' }],
    ['sip:user@corp@x', { user: 'user@corp', host: 'x' }],
    ['  sip:x ', { host: 'x' }],
  ])('%s', (text, parts) => expect(parseSipUri(text)).toMatchObject(parts));

  test.each([
    '',
    'sip:',
    'sip:@x',
    'tel:+49',
    'sip:u@',
    'sip:x:99999',
    'sip:x:0x10',
    'sip:a b@x',
    '<sip:x>',
    'sip:u@h_!',
  ])('%j is none', (text) => expect(parseSipUri(text)).toBeUndefined());

  test('format after parse is the same text', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abz019-_.'), minLength: 1, maxLength: 8 });
    const text = fc
      .tuple(word, word, fc.option(fc.nat(65535)), fc.array(fc.tuple(word, fc.option(word)), { maxLength: 4 }))
      .map(([user, host, port, params]) => {
        const tail = params.map(([k, v]) => (v === null ? `;${k}` : `;${k}=${v}`)).join('');
        return `sip:${user}@${host}${port === null ? '' : `:${port}`}${tail}`;
      });
    fc.assert(
      fc.property(text, (uri) => {
        const parsed = parseSipUri(uri);
        expect(parsed && formatSipUri(parsed)).toBe(uri);
      }),
    );
  });
});

test.each([
  ['172.18.0.3:31070', { host: '172.18.0.3', port: 31070 }],
  ['node-b.mcx.test', { host: 'node-b.mcx.test' }],
  ['[::1]:5', { host: '[::1]', port: 5 }],
  ['h:65535', { host: 'h', port: 65535 }],
  ['h:65536', undefined],
  ['h:000001', undefined],
  ['h:1x', undefined],
  [' h : 5 ', { host: 'h', port: 5 }],
  ['a:', undefined],
  ['::1', undefined],
  ['a b', undefined],
])('host and port of %s', (text, parts) => expect(parseHostPort(text)).toEqual(parts));

describe('sameUri (RFC 3261 19.1.4)', () => {
  test.each([
    ['sip:%61lice@atlanta.test;transport=TCP', 'sip:alice@AtLanTa.test;Transport=tcp'],
    ['sip:carol@chicago.test', 'sip:carol@chicago.test;newparam=5'],
    ['sip:carol@chicago.test;newparam=5', 'sip:carol@chicago.test;security=on'],
    ['sip:b.test?a=1&b=2', 'sip:b.test?b=2&a=1'],
    ['sip:b.test', 'SIP:b.test'],
    ['sip:bob@x;a=%41', 'sip:bob@x;A=a'],
    ['sip:%zz@x', 'sip:%zz@x'],
    ['tel:+1-201-555-0123', 'TEL:+1.201.(555)0123'],
    ['urn:uuid:1', ' urn:uuid:1'],
  ])('%s equals %s', (a, b) => {
    expect(sameUri(a, b)).toBe(true);
    expect(sameUri(b, a)).toBe(true);
  });

  test.each([
    ['sip:ALICE@x', 'sip:alice@x'],
    ['sip:bob@x', 'sip:bob@x:5060'],
    ['sip:bob@x', 'sip:bob@x;transport=udp'],
    ['sip:bob@x', 'sips:bob@x'],
    ['sip:bob@x;a=1', 'sip:bob@x;a=2'],
    ['sip:bob@x;a', 'sip:bob@x;a=2'],
    ['sip:bob@x;user=phone', 'sip:bob@x'],
    ['sip:bob@x;ttl=1', 'sip:bob@x'],
    ['sip:bob@x;method=INFO', 'sip:bob@x'],
    ['sip:bob@x;maddr=h', 'sip:bob@x'],
    ['sip:bob@x', 'sip:bob@y'],
    ['sip:b.test?a=1&b=2', 'sip:b.test?a=1b=2'],
    ['urn:uuid:a', 'urn:uuid:A'],
    ['sip:bob@x', 'sip:bob@x?Subject=y'],
    ['tel:+1', 'tel:+2'],
    ['sip:x', 'tel:x'],
  ])('%s differs from %s', (a, b) => {
    expect(sameUri(a, b)).toBe(false);
    expect(sameUri(b, a)).toBe(false);
  });
});

test.each([
  ['sip:a-ue-1@A.mcx.test:5060;transport=udp', 'sip:a-ue-1@a.mcx.test'],
  ['sip:a.mcx.test', 'sip:a.mcx.test'],
  ['sip:%61@x', 'sip:a@x'],
  ['tel:+1-2', 'tel:+12'],
])('the address of record of %s', (text, aor) => expect(addressOfRecord(text)).toBe(aor));
