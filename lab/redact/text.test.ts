import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactSdp, redactXml } from './bodies.ts';
import { Identities } from './identities.ts';
import { redactSip } from './sip.ts';

const who = () => new Identities('a key for tests');
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n`;

const invite = lines(
  'INVITE sip:chief@fire.agency.gov;user=phone SIP/2.0',
  'Via: SIP/2.0/UDP edge7.agency.gov:5060;branch=z9hG4bKsecret77;received=192.0.2.77;rport=4321',
  'From: "Alice Liddell" <sip:alice.liddell@fire.agency.gov>;tag=abc4711',
  'To: sip:chief@fire.agency.gov',
  'Call-ID: 8af3-alice@10.1.2.3',
  'CSeq: 17 INVITE',
  'Max-Forwards: 70',
  'Contact: <sip:alice@[2001:db8:17::5]:5062;transport=udp>;+g.3gpp.mcptt;expires=600;+sip.instance="<urn:gsma:imei:90420156-025763-0>"',
  'Authorization: Digest username="alice@fire.agency.gov", realm="fire.agency.gov", nonce="c2VjcmV0bm9uY2U", response="6629fae49393a05397450978507c4ef1"',
  'P-Access-Network-Info: 3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=2620123456789',
  'X-Unheard-Of: alice sits in room 4711',
  'P-Asserted-Identity: <tel:+49301234567>',
  'Warning: 399 edge7.agency.gov "source 192.0.2.77 not registered"',
  'Content-Type: application/sdp',
  'Content-Length: 5',
  '',
);

describe('a SIP message', () => {
  const made = redactSip(invite, who());

  test('keeps its length, line by line', () => {
    expect(made.split('\r\n').map((line) => line.length)).toEqual(invite.split('\r\n').map((line) => line.length));
  });

  test.each([
    'alice',
    'Liddell',
    'chief',
    'agency',
    'fire',
    'edge7',
    'secret77',
    '192.0.2.77',
    '10.1.2.3',
    '2001:db8:17',
    'abc4711',
    '8af3',
    '90420156',
    '025763',
    'c2VjcmV0',
    '6629fae4',
    '2620123456789',
    'room',
    '4711',
    '301234567',
  ])('says nothing of %s', (secret) => {
    expect(made.toLowerCase()).not.toContain(secret.toLowerCase());
  });

  test.each([
    'INVITE sip:',
    'user=phone SIP/2.0',
    'branch=z9hG4bK',
    'rport=4321',
    'CSeq: 17 INVITE',
    'Max-Forwards: 70',
    'transport=udp',
    '+g.3gpp.mcptt',
    'expires=600',
    'Digest username=',
    'not registered',
    'Content-Type: application/sdp',
    'Content-Length: 5',
    ':5062',
  ])('still says %s', (kept) => {
    expect(made).toContain(kept);
  });

  test('the same identity is the same everywhere, whatever its case', () => {
    const [, host] = /sip:[^@]+@([\w.]+)/.exec(made) ?? [];
    expect(made.split(host ?? 'nothing').length - 1).toBe(invite.split('fire.agency.gov').length - 1);
  });
});

describe('an identity in other clothes', () => {
  const identity = Buffer.from('alice.liddell@fire.agency');
  const forms = [identity.toString('base64'), identity.toString('base64url'), identity.toString('hex')];

  test.each([
    ['a header that nobody knows', (form: string) => `X-Token: ${form}`],
    ['its parameter', (form: string) => `X-Token: a;b=${form};c`],
    ['a parameter of an address', (form: string) => `Contact: <sip:x@10.1.2.3;t=${form}>;u=${form}`],
    ['an address beside it', (form: string) => `Contact: <sip:x@10.1.2.3;t=${form} 10.1.2.3>`],
    ['a display name', (form: string) => `From: "${form}" <sip:x@10.1.2.3>`],
    ['credentials', (form: string) => `Authorization: Bearer ${form}`],
    ['a body of a type that nobody knows', (form: string) => `Content-Type: application/x\r\n\r\n${form}`],
    ['a key of SDP', (form: string) => `Content-Type: application/sdp\r\n\r\na=key-mgmt:mikey ${form}`],
    ['a text of XML', (form: string) => `Content-Type: application/x+xml\r\n\r\n<a>${form} sip:x@10.1.2.3</a>`],
  ])('is gone from %s', (_, lineOf) => {
    for (const form of forms) {
      const line = lineOf(form);
      expect(redactSip(lines('MESSAGE sip:x@10.1.2.3 SIP/2.0', line, '', ''), who())).not.toContain(
        form.replace(/=+$/, ''),
      );
    }
  });
});

test('a truncated message is redacted up to its end', () => {
  for (let length = 0; length <= invite.length; length += 7) {
    const cut = redactSip(invite.slice(0, length), who());
    expect(cut.length).toBe(length);
    expect(cut).not.toContain('alice.liddell');
  }
});

test('whatever stands in a message, its length stays', () => {
  const piece = fc.constantFrom(
    'sip:',
    '@',
    '<',
    '>',
    '"',
    ';',
    ',',
    '=',
    '\r\n',
    ' ',
    'a',
    '1',
    '.',
    ':',
    '[',
    ']',
    'From: ',
    'Via: SIP/2.0/UDP ',
    '10.1.2.3',
    '::1',
    '%',
    '?',
    '\\',
    'v=0',
    'a=crypto:1 X inline:',
    '\u00e9',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      expect(redactSip(text, who()).length).toBe(text.length);
      expect(redactSdp(text, who()).length).toBe(text.length);
      expect(redactXml(text, who()).length).toBe(text.length);
      expect(who().text(text).length).toBe(text.length);
    }),
    { numRuns: 500 },
  );
});

test('a session description: who, where and keys go, what and how stay', () => {
  const sdp = lines(
    'v=0',
    'o=alice 2890844526 1 IN IP4 192.0.2.10',
    's=operation thunder',
    'i=speech',
    'e=alice@agency.gov',
    'c=IN IP6 2001:db8::a:1',
    't=0 0',
    'k=base64:c2VjcmV0a2V5',
    'a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGBAABAwAA',
    'm=audio 49170 RTP/SAVP 96',
    'a=rtpmap:96 AMR-WB/16000',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4',
    'a=candidate:1 1 UDP 2130706431 192.0.2.10 49170 typ host',
    'a=ice-pwd:asd88fgpdd777uzjYhagZg',
    'a=fmtp:MCPTT mc_queueing;mc_priority=5',
    'a=sendrecv',
  );
  const made = redactSdp(sdp, who());
  expect(made.length).toBe(sdp.length);
  for (const secret of [
    'alice',
    '192.0.2.10',
    'thunder',
    '2001:db8::a:1',
    'c2Vjcm',
    'AQAFgM0X',
    'WVNfX19',
    'asd88f',
    'agency',
  ]) {
    expect(made).not.toContain(secret);
  }
  for (const kept of [
    'm=audio 49170 RTP/SAVP 96',
    'a=rtpmap:96 AMR-WB/16000',
    'i=speech',
    'a=fmtp:MCPTT mc_queueing;mc_priority=5',
    'a=sendrecv',
    'c=IN IP6 ',
  ]) {
    expect(made).toContain(kept);
  }
});

test('XML: texts and attributes go, elements, flags and call types stay', () => {
  const xml =
    '<?xml version="1.0"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params><session-type>prearranged</session-type>' +
    '<mcptt-request-uri type="Normal"><mcpttURI>sip:alpha@agency.gov</mcpttURI></mcptt-request-uri>' +
    '<emergency-ind><mcpttBoolean>true</mcpttBoolean></emergency-ind><mc-org>Fire &amp; Rescue</mc-org>' +
    '<entry uri="sip:bob@agency.gov" display="Bob B"/><!-- by carol --></mcptt-Params></mcpttinfo>';
  const made = redactXml(xml, who());
  expect(made.length).toBe(xml.length);
  for (const secret of ['alpha', 'agency', 'Fire', 'Rescue', 'bob', 'Bob', 'carol']) expect(made).not.toContain(secret);
  for (const kept of [
    '<session-type>prearranged</session-type>',
    '<mcpttBoolean>true<',
    '&amp;',
    'xmlns="urn:3gpp:ns:mcpttInfo:1.0"',
    'type="Normal"',
  ]) {
    expect(made).toContain(kept);
  }
});

describe('addresses', () => {
  const octets = fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 255 }))).map((parts) => parts.join('.'));
  const made = (address: string, w = who()) => w.address(address) ?? '';

  test('keep their length; only what is special stays', () => {
    fc.assert(
      fc.property(octets, (address) => {
        const [a = 0] = address.split('.').map(Number);
        const changed = made(address);
        expect(changed.length).toBe(address.length);
        if (a === 0 || a === 127 || a >= 224) expect(changed).toBe(address);
      }),
    );
  });

  test('what shared a range still does, and what did not does not', () => {
    fc.assert(
      fc.property(octets, octets, (one, other) => {
        const w = who();
        for (const size of [1, 2, 3, 4]) {
          const start = (address: string) => address.split('.').slice(0, size).join('.');
          expect(start(made(one, w)) === start(made(other, w))).toBe(start(one) === start(other));
        }
      }),
    );
  });

  test.each([
    ['10.244.0.6', /^10\./],
    ['172.18.0.2', /^172\.(?:1[6-9]|2\d|3[01])\./],
    ['192.168.10.11', /^192\.168\./],
    ['169.254.1.1', /^169\.254\./],
    ['fe80::42:aff:fe00:1', /^fe80:/],
    ['fd12:3456::1', /^fd/],
    ['224.0.0.123', /^224\.0\.0\.123$/],
    ['::1', /^::1$/],
  ])('%s stays what it is: private, local, a group', (address, kind) => {
    expect(made(address)).toMatch(kind);
  });

  test('IPv6 keeps its spelling, and text and bytes agree', () => {
    const w = who();
    expect(made('2001:DB8::00A1:5', w)).toMatch(/^[0-9A-F]{4}:[0-9A-F]{3}::00[0-9A-F]{2}:[0-9a-f]$/i);
    expect(made('::ffff:10.1.2.3', w)).toBe(`::ffff:${made('10.1.2.3', w)}`);
  });
});

test('every Via of a list keeps protocol and cookie', () => {
  const line =
    'Via: SIP/2.0/UDP 10.244.7.9:5060;branch=z9hG4bKone, SIP/2.0/UDP edge7.agency.gov:5062;branch=z9hG4bKtwo';
  const made = redactSip(lines('INVITE sip:x@y.test SIP/2.0', line, ''), who());
  expect(made.match(/SIP\/2\.0\/UDP [^\s:]+:\d+;branch=z9hG4bK\w+/g)).toHaveLength(2);
  for (const secret of ['10.244.7.9', 'edge7', 'agency']) expect(made).not.toContain(secret);
});

describe('a message that is damaged on its way', () => {
  test('a part of a body whose boundary is another one now is read line by line', () => {
    const made = redactSdp(
      lines(
        'v=0',
        'c\u001dIN IP4 10.244.7.9',
        'c=IN IP4510.244.7.9',
        'o=- 1 1 IN IP4 fire.agency.gov',
        '--mcx',
        '<a>sip:chief@fire.agency.gov</a>',
        'alice',
      ),
      who(),
    );
    for (const secret of ['10.244.7.9', 'chief', 'agency', 'alice']) expect(made).not.toContain(secret);
    expect(made).toContain('v=0');
  });

  test.each([
    'Via: SIP/2.0:UDP 10.244.7.9:5060;branch=z9hG4bKone',
    'To: <sie:chief@fire.agency.gov>;tag=one',
    'Via/ SIP/2.0/UDP 10.244.7.9:5060;branch=z9hG4bKone',
    '10.244.7.9: 1',
    'Alert-Info: <http://fire.agency.gov/chief>',
  ])('a header whose syntax is broken, or unknown: %s', (line) => {
    const made = redactSip(lines('INVITE sip:x@y.test SIP/2.0', line, ''), who());
    for (const secret of ['10.244.7.9', 'chief', 'agency']) expect(made).not.toContain(secret);
    expect(made.length).toBe(lines('INVITE sip:x@y.test SIP/2.0', line, '').length);
  });

  test.each(['</mcptt sip:chief@fire.agency.gov>', '<?xml 10.244.7.9?>', '<mcptt-Params sip:chief@fire.agency.gov>'])(
    'a tag that has swallowed what stood beside it: %s',
    (tag) => {
      const made = redactXml(`<a xmlns="urn:x">${tag}</a>`, who());
      for (const secret of ['10.244.7.9', 'chief', 'agency']) expect(made).not.toContain(secret);
      expect(made).toContain('<a xmlns="urn:x">');
    },
  );
});
