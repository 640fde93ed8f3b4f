import { describe, expect, test } from 'vitest';
import { header, headers } from '../../wire/sip/headers.ts';
import { reasonPhrase } from './reason-phrase.ts';
import { cancelOf, newRequest } from './request.ts';
import { makeResponse } from './response.ts';
import { request } from './test-messages.ts';

const invite = request('INVITE', [
  { name: 'Via', value: 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK0' },
  { name: 'Record-Route', value: '<sip:p1;lr>' },
  { name: 'Route', value: '<sip:e1;lr>' },
  { name: 'Route', value: '<sip:e2;lr>' },
  { name: 'Timestamp', value: '54' },
]);

describe('a response (RFC 3261 8.2.6)', () => {
  test('repeats Vias in order, From, Call-ID and CSeq, and tags To', () => {
    const busy = makeResponse(invite, 486, { toTag: 'callee' });
    expect(busy).toMatchObject({ kind: 'response', status: 486, reason: 'Busy Here' });
    expect(headers(busy, 'via')).toEqual(headers(invite, 'via'));
    for (const name of ['from', 'call-id', 'cseq']) expect(header(busy, name)).toBe(header(invite, name));
    expect(header(busy, 'to')).toBe('<sip:pf@a.mcx.test>;tag=callee');
  });

  test('a To that has a tag keeps it', () => {
    const inDialog = makeResponse(invite, 200, { toTag: 'callee' });
    const bye = { ...invite, headers: [{ name: 't', value: header(inDialog, 'to') ?? '' }] };
    expect(header(makeResponse(bye, 200, { toTag: 'other' }), 'to')).toBe('<sip:pf@a.mcx.test>;tag=callee');
  });

  test.each([
    [100, []],
    [101, ['<sip:p1;lr>']],
    [180, ['<sip:p1;lr>']],
    [200, ['<sip:p1;lr>']],
    [299, ['<sip:p1;lr>']],
    [300, []],
    [302, []],
    [486, []],
  ])('%i copies Record-Route where a dialog comes of it', (status, expected) => {
    expect(headers(makeResponse(invite, status, { toTag: 'x' }), 'record-route')).toEqual(expected);
  });

  test('100: no tag, with Timestamp', () => {
    const trying = makeResponse(invite, 100, { toTag: 'x' });
    expect(header(trying, 'to')).toBe('<sip:pf@a.mcx.test>');
    expect(header(trying, 'timestamp')).toBe('54');
  });

  test('body, type, own headers and reason', () => {
    const body = new TextEncoder().encode('v=0');
    const warning = { name: 'Warning', value: '399 x "104 no"' };
    const parts = { toTag: 'x', body, contentType: 'application/sdp', headers: [warning], reason: 'Fine' };
    const ok = makeResponse(invite, 200, parts);
    expect(ok.reason).toBe('Fine');
    expect(ok.body).toBe(body);
    expect(header(ok, 'content-type')).toBe('application/sdp');
    expect(header(ok, 'warning')).toBe('399 x "104 no"');
  });
});

test.each([
  [481, 'Call/Transaction Does Not Exist'],
  [499, 'Bad Request'],
  [699, 'Busy Everywhere'],
  [199, 'Early Dialog Terminated'],
  [799, ''],
  [99, ''],
])('reason phrase of %i', (status, phrase) => {
  expect(reasonPhrase(status)).toBe(phrase);
});

/** What a peer sends may lack what it must have, or have it twice. */
describe('of a broken request', () => {
  test('the first of a header that stands once is repeated', () => {
    const twice = { ...invite, headers: invite.headers.flatMap((one) => [one, { ...one, value: 'another' }]) };
    for (const made of [makeResponse(twice, 486), cancelOf(twice)])
      for (const name of ['from', 'to', 'call-id']) expect(headers(made, name)).toEqual([header(invite, name)]);
    expect(headers(makeResponse(twice, 486), 'cseq')).toEqual([header(invite, 'cseq')]);
  });

  test('what is not there stays away, To is empty and the number 0', () => {
    const bare = { ...invite, headers: [] };
    expect(makeResponse(bare, 486).headers).toEqual([{ name: 'To', value: '' }]);
    expect(cancelOf(bare).headers).toEqual([
      { name: 'Max-Forwards', value: '70' },
      { name: 'To', value: '' },
      { name: 'CSeq', value: '0 CANCEL' },
    ]);
  });
});

test('a response of its own has no more than it must', () => {
  const bare = makeResponse(invite, 486);
  expect(bare.body).toHaveLength(0);
  expect(bare.headers.map(({ name }) => name)).toEqual(['Via', 'Via', 'From', 'To', 'Call-ID', 'CSeq']);
});

test('a new request has what it must and nothing else (RFC 3261 8.1.1)', () => {
  const parts = { method: 'OPTIONS', uri: 'sip:x', from: '<sip:a@b>;tag=1', to: '<sip:c@d>', callId: 'x', cseq: 7 };
  const plain = newRequest(parts);
  expect(plain.headers).toEqual([
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: '<sip:a@b>;tag=1' },
    { name: 'To', value: '<sip:c@d>' },
    { name: 'Call-ID', value: 'x' },
    { name: 'CSeq', value: '7 OPTIONS' },
  ]);
  expect(plain.body).toHaveLength(0);
  const more = newRequest({ ...parts, headers: [{ name: 'Accept', value: 'x' }], contentType: 'text/plain' });
  expect(more.headers.slice(5)).toEqual([
    { name: 'Accept', value: 'x' },
    { name: 'Content-Type', value: 'text/plain' },
  ]);
});

test('CANCEL repeats Request-URI, one Via, Route, From, To without tag, Call-ID and number (RFC 3261 9.1)', () => {
  const cancel = cancelOf(invite, [{ name: 'Reason', value: 'SIP;cause=200' }]);
  expect(cancel.method).toBe('CANCEL');
  expect(cancel.uri).toBe(invite.uri);
  expect(headers(cancel, 'via')).toEqual(headers(invite, 'via').slice(0, 1));
  expect(headers(cancel, 'route')).toEqual(headers(invite, 'route'));
  for (const name of ['from', 'to', 'call-id']) expect(header(cancel, name)).toBe(header(invite, name));
  expect(header(cancel, 'cseq')).toBe('7 CANCEL');
  expect(header(cancel, 'reason')).toBe('SIP;cause=200');
});
