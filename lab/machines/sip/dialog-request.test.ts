import { describe, expect, test } from 'vitest';
import { header, headers } from '../../wire/sip/headers.ts';
import { type Dialog, dialogAsUac, dialogAsUas } from './dialog.ts';
import { ackOf2xx, nextHopOf, requestInDialog } from './dialog-request.ts';
import { makeResponse } from './response.ts';
import { request } from './test-messages.ts';

const invite = request('INVITE');
const target = 'sip:s@10.244.0.6:5060';
const contact = { name: 'Contact', value: `<${target}>` };
const plain = dialogAsUac(invite, makeResponse(invite, 200, { toTag: 'callee', headers: [contact] })) as Dialog;

describe('a request in the dialog (RFC 3261 12.2.1.1)', () => {
  test('carries identities, Call-ID and the next CSeq number', () => {
    const first = requestInDialog(plain, 'BYE', { headers: [{ name: 'Reason', value: 'SIP;cause=200' }] });
    expect(first.request.method).toBe('BYE');
    expect(header(first.request, 'from')).toBe('<sip:a-ue-1@a.mcx.test>;tag=caller');
    expect(header(first.request, 'to')).toBe('<sip:pf@a.mcx.test>;tag=callee');
    expect(header(first.request, 'call-id')).toBe('call-1');
    expect(header(first.request, 'cseq')).toBe('8 BYE');
    expect(header(first.request, 'max-forwards')).toBe('70');
    expect(header(first.request, 'reason')).toBe('SIP;cause=200');
    expect(header(requestInDialog(first.dialog, 'INFO').request, 'cseq')).toBe('9 INFO');
  });

  test('the called side begins its own numbers', () => {
    const callee = dialogAsUas(invite, 'callee');
    const { request: bye, dialog } = requestInDialog(callee, 'BYE');
    expect(header(bye, 'cseq')).toBe('1 BYE');
    expect(header(bye, 'from')).toBe('<sip:pf@a.mcx.test>;tag=callee');
    expect(dialog).toEqual({ ...callee, localSeq: 1 });
  });

  test('a body comes with its type', () => {
    const body = new TextEncoder().encode('v=0');
    const { request: update } = requestInDialog(plain, 'UPDATE', { body, contentType: 'application/sdp' });
    expect(update.body).toBe(body);
    expect(header(update, 'content-type')).toBe('application/sdp');
  });
});

describe('the way of a request', () => {
  const through = (...routeSet: string[]) => requestInDialog({ ...plain, routeSet }, 'BYE');

  test.each([
    ['no route set', [], target, [], target],
    ['loose routers', ['<sip:p0;lr>', '<sip:p1;lr>'], target, ['<sip:p0;lr>', '<sip:p1;lr>'], 'sip:p0;lr'],
    ['lr=on, as some write', ['<sip:p0;lr=on>'], target, ['<sip:p0;lr=on>'], 'sip:p0;lr=on'],
    ['a strict router first', ['<sip:p0>', '<sip:p1;lr>'], 'sip:p0', ['<sip:p1;lr>', `<${target}>`], 'sip:p0'],
    ['a router that has no SIP URI', ['<tel:+1;lr>'], 'tel:+1;lr', [`<${target}>`], 'tel:+1;lr'],
    ['a route that cannot be read', ['"p0'], target, [], target],
    ['a parameter that only looks like lr', ['<sip:p0;lrx>'], 'sip:p0;lrx', [`<${target}>`], 'sip:p0;lrx'],
    ['a user that only looks like lr', ['<sip:u;lr@p0>'], 'sip:u;lr@p0', [`<${target}>`], 'sip:u;lr@p0'],
  ])('%s', (_, routeSet, uri, route, nextHop) => {
    const built = through(...routeSet);
    expect(built.request.uri).toBe(uri);
    expect(headers(built.request, 'route')).toEqual(route);
    expect(built.nextHop).toBe(nextHop);
  });

  test('outside a dialog: the topmost Route, else the Request-URI', () => {
    expect(nextHopOf(invite)).toBe('sip:pf@a.mcx.test');
    const routed = request('INVITE', [{ name: 'Route', value: '<sip:edge:5060;lr>, <sip:172.18.0.3:31070;lr>' }]);
    expect(nextHopOf(routed)).toBe('sip:edge:5060;lr');
    expect(nextHopOf(request('INVITE', [{ name: 'Route', value: '"edge' }]))).toBe('sip:pf@a.mcx.test');
  });
});

describe('the ACK of a 2xx (RFC 3261 13.2.2.4)', () => {
  const dialog = { ...plain, routeSet: ['<sip:p0;lr>'], localSeq: 12 };
  const { request: ack, nextHop } = ackOf2xx(dialog, 7);

  test('has the number of its INVITE, the target of the 2xx and the route set', () => {
    expect(ack.method).toBe('ACK');
    expect(ack.uri).toBe(target);
    expect(header(ack, 'cseq')).toBe('7 ACK');
    expect(headers(ack, 'route')).toEqual(['<sip:p0;lr>']);
    expect(header(ack, 'to')).toBe('<sip:pf@a.mcx.test>;tag=callee');
    expect(nextHop).toBe('sip:p0;lr');
  });

  test('has no Via yet: it is a transaction of its own', () => {
    expect(header(ack, 'via')).toBeUndefined();
  });
});
