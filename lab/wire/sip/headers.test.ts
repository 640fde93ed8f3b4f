import { describe, expect, test } from 'vitest';
import {
  appendHeader,
  canonicalName,
  header,
  headers,
  listValues,
  prependHeader,
  withBody,
  withHeader,
  withHeaders,
  withoutHeader,
} from './headers.ts';
import type { SipHeader, SipRequest } from './message.ts';
import { toBytes } from './text.ts';

const request = (...list: [string, string][]): SipRequest => ({
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:x',
  headers: list.map(([name, value]) => ({ name, value })),
  body: new Uint8Array(0),
});
const pairs = (list: readonly SipHeader[]) => list.map((h) => `${h.name}=${h.value}`);

const base = request(['Route', 'r1'], ['v', 'v1'], ['X', 'x'], ['Via', 'v2'], ['route', 'r2']);

describe('names', () => {
  test.each([
    ['V', 'via'],
    ['i', 'call-id'],
    ['m', 'contact'],
    ['f', 'from'],
    ['t', 'to'],
    ['l', 'content-length'],
    ['c', 'content-type'],
    ['k', 'supported'],
    ['x', 'session-expires'],
    ['a', 'accept-contact'],
    ['r', 'refer-to'],
    ['P-Asserted-Identity', 'p-asserted-identity'],
    ['z', 'z'],
  ])('%s is %s', (name, canonical) => expect(canonicalName(name)).toBe(canonical));
});

describe('reading', () => {
  test('the first, all, none', () => {
    expect(header(base, 'VIA')).toBe('v1');
    expect(headers(base, 'route')).toEqual(['r1', 'r2']);
    expect(header(base, 'Path')).toBeUndefined();
    expect(headers(base, 'Path')).toEqual([]);
  });

  test('lists over lines; quotes, escapes and brackets hold their commas', () => {
    const m = request(
      ['m', '"Bell, A. \\"G,\\"" <sip:a,b@c;x=1>;q=0.7, sip:plain@x ,,'],
      ['Contact', '<sip:last@x>\r\n , <sip:more@x>'],
    );
    expect(listValues(m, 'Contact')).toEqual([
      '"Bell, A. \\"G,\\"" <sip:a,b@c;x=1>;q=0.7',
      'sip:plain@x',
      '<sip:last@x>',
      '<sip:more@x>',
    ]);
  });

  test.each([
    ['"never closed, <sip:a>, <sip:b>', 1],
    ['<sip:never closed, sip:b', 1],
    ['a, "b, c', 2],
  ])('%s has %i elements', (value, count) => expect(listValues(request(['Contact', value]), 'm')).toHaveLength(count));
});

describe('changing', () => {
  test('one line in place of all, where the first stood', () => {
    expect(pairs(withHeader(base, 'Via', 'new').headers)).toEqual(['Route=r1', 'Via=new', 'X=x', 'route=r2']);
    expect(pairs(withHeader(base, 'Path', 'p').headers).at(-1)).toBe('Path=p');
  });

  test('several lines in place of all, or none', () => {
    expect(pairs(withHeaders(base, 'Route', ['a', 'b']).headers)).toEqual([
      'Route=a',
      'Route=b',
      'v=v1',
      'X=x',
      'Via=v2',
    ]);
    expect(pairs(withHeaders(base, 'Route', []).headers)).toEqual(pairs(withoutHeader(base, 'ROUTE').headers));
  });

  test('a line above the others of its name, or above everything', () => {
    expect(pairs(prependHeader(base, 'Via', 'top').headers)).toEqual([
      'Route=r1',
      'Via=top',
      'v=v1',
      'X=x',
      'Via=v2',
      'route=r2',
    ]);
    expect(pairs(prependHeader(base, 'Record-Route', 'rr').headers)[0]).toBe('Record-Route=rr');
  });

  test('a line at the end', () => expect(pairs(appendHeader(base, 'v', 'v3').headers).at(-1)).toBe('v=v3'));

  test('the body and its type together', () => {
    const full = withBody(base, toBytes('v=0'), 'application/sdp');
    expect(header(full, 'c')).toBe('application/sdp');
    expect(header(withBody(full, new Uint8Array(0), 'application/sdp'), 'c')).toBeUndefined();
  });

  test('leaves the message itself alone', () => {
    const before = pairs(base.headers);
    withHeader(base, 'Via', 'new');
    prependHeader(base, 'Via', 'new');
    withBody(base, toBytes('x'), 'text/plain');
    expect(pairs(base.headers)).toEqual(before);
    expect(base.body.length).toBe(0);
  });
});
