import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeSdp } from '../sdp/codec.ts';
import { endpoints } from '../sdp/view.ts';
import { addrParam, parseNameAddr } from './address.ts';
import { checkSip, refusalOf } from './check.ts';
import { decodeSip } from './decode.ts';
import { encodeSip } from './encode.ts';
import { header, headers, listValues } from './headers.ts';
import type { SipMessage } from './message.ts';
import { bodyParts, partOfType } from './multipart.ts';
import { utf8Text } from './text.ts';
import { type Expected, rfc4475, rfc5118 } from './torture.test-data.ts';
import { parseSipUri, sameUri } from './uri.ts';
import { parseVia, viaParam } from './via.ts';

const folder = join(import.meta.dirname, 'torture');
const bytesOf = (rfc: string, name: string) => new Uint8Array(readFileSync(join(folder, rfc, `${name}.dat`)));

function faultsOf(bytes: Uint8Array) {
  const { value, faults } = decodeSip(bytes);
  return { value, faults: [...faults, ...(value === undefined ? [] : checkSip(value))] };
}

function message(rfc: string, name: string): SipMessage {
  const { value } = decodeSip(bytesOf(rfc, name));
  if (value === undefined) throw new Error(`${name} is no message`);
  return value;
}

test('the octets are those that were compared with the archives of the RFCs', () => {
  const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n');
  expect(sums.length).toBe(rfc4475.length + rfc5118.length);
  for (const line of sums) {
    const [digest, file = ''] = line.split('  ');
    expect(
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
      file,
    ).toBe(digest);
  }
});

describe.each([
  ['rfc4475', 49, rfc4475],
  ['rfc5118', 12, rfc5118],
] as const)('%s', (rfc, count, table) => {
  test('every message is there, and none that is not expected', () => {
    const names = readdirSync(join(folder, rfc)).map((file) => file.replace(/\.dat$/, ''));
    expect(names.sort()).toEqual(table.map(({ name }) => name).sort());
    expect(names.length).toBe(count);
  });

  test.each(table.map((one) => [one.section, one.name, one.verdict, one.what, one] as const))(
    '%s %s: %s (%s)',
    (_section, name, _verdict, _what, expected: Expected) => {
      const bytes = bytesOf(rfc, name);
      const { value, faults } = faultsOf(bytes);
      const status = refusalOf(faults);
      if (expected.verdict === 'valid') {
        expect(value).toBeDefined();
        expect(faults.filter(({ code }) => code !== 'sip/surplus')).toEqual([]);
        expect(status).toBeUndefined();
      } else {
        expect(faults.map(({ code }) => code)).toContain(expected.fault);
        expect(status).toBe(expected.status ?? 400);
        // A response has nobody to refuse it to: it is dropped.
        if (expected.status === undefined) expect(value?.kind ?? 'response').toBe('response');
      }
    },
  );

  test('what is read is written again as it was, but for Content-Length and the white space around names', () => {
    for (const { name } of table) {
      const { value } = decodeSip(bytesOf(rfc, name));
      if (value === undefined) continue;
      const again = decodeSip(encodeSip(value)).value;
      const withoutLength = ({ headers: all }: SipMessage) =>
        all.filter(({ name: n }) => !/^(?:l|content-length)$/i.test(n));
      expect(again && withoutLength(again), name).toEqual(withoutLength(value));
      expect(again?.body, name).toEqual(value.body);
    }
  });
});

describe('what the messages say', () => {
  test('wsinv: folded and spaced headers have their values', () => {
    const m = message('rfc4475', 'wsinv');
    expect(header(m, 'CSeq')).toBe('0009 INVITE');
    expect(listValues(m, 'Via').map((value) => parseVia(value)?.host)).toEqual([
      '192.0.2.2',
      'spindle.example.com',
      '192.168.255.111',
    ]);
    expect(
      listValues(m, 'Via').map((value) =>
        viaParam(parseVia(value) as NonNullable<ReturnType<typeof parseVia>>, 'branch'),
      ),
    ).toEqual(['390skdjuw', 'z9hG4bK9ikj8', 'z9hG4bK30239']);
    const to = parseNameAddr(header(m, 'To') ?? '');
    expect(to && addrParam(to, 'tag')).toBe('1918181833n');
    expect(parseNameAddr(header(m, 'From') ?? '')?.display).toBe('J Rosenberg \\"');
    expect(m.body.length).toBe(150);
  });

  test('esc01: escapes are compared as what they stand for, and the user part is one', () => {
    const m = message('rfc4475', 'esc01');
    expect(m.kind === 'request' && parseSipUri(m.uri)).toMatchObject({
      user: 'sips%3Auser%40example.com',
      host: 'example.net',
    });
    expect(sameUri(parseNameAddr(header(m, 'To') ?? '')?.uri ?? '', 'sip:user@example.com')).toBe(true);
  });

  test('escnull: one null is not two', () => {
    const [one = '', two = ''] = listValues(message('rfc4475', 'escnull'), 'Contact').map(
      (value) => parseNameAddr(value)?.uri,
    );
    expect(sameUri(one, two)).toBe(false);
  });

  test('esc02: an escaped name is another name', () => {
    const m = message('rfc4475', 'esc02');
    expect(m.kind === 'request' && m.method).toBe('RE%47IST%45R');
    expect(headers(m, 'Contact').length).toBe(2);
  });

  test('dblreq: the second message belongs to nobody', () => {
    const { value, faults } = faultsOf(bytesOf('rfc4475', 'dblreq'));
    expect(value?.body.length).toBe(0);
    expect(faults.map(({ code }) => code)).toEqual(['sip/surplus']);
  });

  test('semiuri: what stands before the @ is the user', () => {
    const m = message('rfc4475', 'semiuri');
    expect(m.kind === 'request' && parseSipUri(m.uri)).toMatchObject({
      user: 'user;par=u%40example.net',
      host: 'example.com',
      params: [],
    });
  });

  test('mpart01: two parts, the binary one with its null bytes', () => {
    const parts = bodyParts(message('rfc4475', 'mpart01'));
    expect(parts.length).toBe(2);
    expect(parts[1]?.body.length).toBe(342);
  });

  test('unreason, noreason: a phrase in UTF-8, and none', () => {
    const phrase = message('rfc4475', 'unreason');
    expect(phrase.kind === 'response' && utf8Text(phrase.reason)).toMatch(/^= 2\*\*3 \* 5\*\*2 но сто/);
    expect(message('rfc4475', 'noreason')).toMatchObject({ status: 100, reason: '' });
  });

  test('port-ambiguous and unambiguous: a port stands behind the bracket', () => {
    const uriOf = (m: SipMessage) => (m.kind === 'request' ? parseSipUri(m.uri) : undefined);
    expect(uriOf(message('rfc5118', 'port-ambiguous'))).toMatchObject({ host: '[2001:db8::10:5070]' });
    expect(uriOf(message('rfc5118', 'port-ambiguous'))?.port).toBeUndefined();
    expect(uriOf(message('rfc5118', 'port-unambiguous'))).toMatchObject({ host: '[2001:db8::10]', port: 5070 });
  });

  test('received with and without brackets', () => {
    const received = (name: string) => {
      const via = parseVia(listValues(message('rfc5118', name), 'Via')[0] ?? '');
      return via && viaParam(via, 'received');
    };
    expect(received('via-received-param-with-delim')).toBe('[2001:db8::9:255]');
    expect(received('via-received-param-no-delim')).toBe('2001:db8::9:255');
  });

  test('mult-ip-in-sdp: each media has its own address', () => {
    const bytes = partOfType(message('rfc5118', 'mult-ip-in-sdp'), 'application/sdp');
    const sdp = bytes && decodeSdp(bytes).value;
    expect(sdp && endpoints(sdp).map(({ address }) => address)).toEqual(['192.0.2.1', '2001:db8::1']);
  });
});
