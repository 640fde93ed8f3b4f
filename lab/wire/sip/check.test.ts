import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCaptures } from '../../capture/files.ts';
import { checkSip, refusalOf } from './check.ts';
import { addressFault } from './check-address.ts';
import { decodeSip } from './decode.ts';
import { toBytes } from './text.ts';

const golden = join(import.meta.dirname, '..', '..', 'verdict', 'golden', 'captures');

test('in a healthy call there is nothing to refuse', { timeout: 30_000 }, async () => {
  const id = readdirSync(golden).find((name) => name.startsWith('ladder-r5-')) ?? '';
  const paths = readdirSync(join(golden, id)).map((name) => join(golden, id, name));
  const { sightings } = await readCaptures(paths);
  const messages = sightings.flatMap(({ content }) => (content.protocol === 'sip' ? [content.message] : []));
  expect(messages.length).toBeGreaterThan(100);
  expect(messages.flatMap(checkSip)).toEqual([]);
});

describe('an address', () => {
  test.each([
    'sip:a@b',
    '<sip:a@b>',
    'Alice <sip:a@b;lr>;tag=1',
    '"A, B" <sip:a@b?Route=x>;q=0.1;isfocus',
    '"A \\" B"<sip:a@b>',
    'tel:+4711;tag=x',
    '<urn:service:sos>',
    '<sip:a@[::1]:5060>;+sip.instance="<urn:x;y>"',
  ])('%s is one', (value) => {
    expect(addressFault('from', value)).toBeUndefined();
  });

  test.each([
    '',
    'a@b',
    '"A <sip:a@b>',
    '"A" sip:a@b',
    '"A"',
    'A, B <sip:a@b>',
    '<sip:a@b',
    '< sip:a@b>',
    '<sip:a@b >',
    '<sip:>',
    'sip:a@b?x=y',
    '<sip:a@b>x',
    '<sip:a@b>;',
    '<sip:a@b>;=1',
    '<sip:a@b:99999>',
  ])('%s is none', (value) => {
    expect(addressFault('from', value)?.clause).toBe('RFC 3261 25.1');
  });
});

describe('what a receiver can see (RFC 3261)', () => {
  const good = {
    To: '<sip:a@b>',
    From: '<sip:c@d>;tag=1',
    CSeq: '1 INVITE',
    'Call-ID': 'x',
    Via: 'SIP/2.0/UDP h;branch=z9hG4bK1',
  };
  const codesOf = (start: string, more: Record<string, string>, without?: string) => {
    const lines = Object.entries({ ...good, ...more }).filter(([name]) => name !== without);
    const text = `${start}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    const { value } = decodeSip(toBytes(text));
    return value === undefined ? undefined : checkSip(value).map(({ code }) => code);
  };
  const invite = 'INVITE sip:a@b SIP/2.0';

  test.each(Object.keys(good))('%s is missing', (name) => {
    expect(codesOf(invite, {}, name)).toEqual(['sip/missing-header']);
  });

  test.each([
    ['t', '<sip:a@b>'],
    ['f', '<sip:c@d>'],
    ['cseq', '1 INVITE'],
    ['i', 'x'],
  ])('%s stands there twice', (name, value) => {
    expect(codesOf(invite, { [name]: value })).toEqual(['sip/repeated-header']);
  });

  test.each<[string, string, string[]]>([
    ['a URN', 'INVITE urn:service:sos SIP/2.0', []],
    ['a name alone', 'INVITE alice SIP/2.0', ['sip/request-uri']],
    ['a scheme alone', 'INVITE tel: SIP/2.0', ['sip/request-uri']],
    ['a scheme behind something', 'INVITE 1tel:x SIP/2.0', ['sip/request-uri']],
    ['a SIP URI without a host', 'INVITE SIP: SIP/2.0', ['sip/request-uri']],
    ['headers in the URI', 'INVITE sip:a@b?x=y SIP/2.0', ['sip/request-uri-headers']],
    ['status 99', 'SIP/2.0 099 x', ['sip/status']],
    ['status 100', 'SIP/2.0 100 x', []],
    ['status 699', 'SIP/2.0 699 x', []],
    ['status 700', 'SIP/2.0 700 x', ['sip/status']],
  ])('%s', (_what, start, codes) => {
    expect(codesOf(start, {})).toEqual(codes);
  });

  test.each<[string, string, string[]]>([
    ['Max-Forwards', '0', []],
    ['Max-Forwards', '255', []],
    ['Max-Forwards', '256', ['sip/max-forwards']],
    ['Max-Forwards', '7x', ['sip/max-forwards']],
    ['Max-Forwards', 'x7', ['sip/max-forwards']],
    ['CSeq', '1 ACK', ['sip/cseq-method']],
    ['CSeq', '2147483648 INVITE', ['sip/cseq']],
    ['Via', 'SIP/2.0/UDP h, ', ['sip/empty-element']],
    ['Via', 'SIP/7.0/UDP h', []],
    ['Via', 'xSIP/2.0/UDP h', ['sip/via']],
    ['Via', 'SIP/2.0/UDP h;', ['sip/empty-parameter']],
    ['Via', 'SIP/2.0/UDP h; ;b', ['sip/empty-parameter']],
    ['Contact', '*', []],
    ['Contact', '*, <sip:a@b>', ['sip/address']],
    ['Route', '*', ['sip/address']],
    ['Route', '<sip:a@b>,', ['sip/empty-element']],
    ['Record-Route', 'a', ['sip/address']],
    ['Path', 'a', ['sip/address']],
    ['Reply-To', 'a', ['sip/address']],
    ['P-Asserted-Identity', 'a', ['sip/address']],
    ['To', 'a', ['sip/address']],
    ['From', 'A, B <sip:a@b>', ['sip/address']],
    ['Date', 'Sat, 13 Nov 2010 23:29:00 GMT', []],
    ['Date', 'Sat, 13 Nov 2010 23:29:00 GMTx', ['sip/date']],
    ['Date', 'x Sat, 13 Nov 2010 23:29:00 GMT', ['sip/date']],
    ['Date', 'Sat, 13 Nov 2010 23:29:00 EST', ['sip/date']],
  ])('%s: %s', (name, value, codes) => {
    expect(codesOf(invite, { [name]: value })).toEqual(codes);
  });

  test('a response may answer any method', () => {
    expect(codesOf('SIP/2.0 200 OK', { CSeq: '1 BYE' })).toEqual([]);
  });

  test('is refused as what it is', () => {
    const fault = (code: string) => ({ code, offset: 0, message: '' });
    expect(refusalOf([])).toBeUndefined();
    expect(refusalOf([fault('sip/surplus')])).toBeUndefined();
    expect(refusalOf([fault('sip/surplus'), fault('sip/via')])).toBe(400);
    expect(refusalOf([fault('sip/via'), fault('sip/version')])).toBe(505);
  });
});

test('whatever is read can be checked', () => {
  const piece = fc.constantFrom(
    'Via: SIP/2.0/UDP h',
    'Contact: ',
    'To: ',
    '\r\n',
    '"',
    '<',
    '>',
    ';',
    ',',
    '=',
    'sip:a@b',
    ' ',
    '\\',
    '*',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
      const { value } = decodeSip(toBytes(`INVITE sip:x SIP/2.0\r\n${pieces.join('')}\r\n\r\n`));
      if (value !== undefined) expect(refusalOf(checkSip(value))).not.toBe(505);
    }),
  );
});
