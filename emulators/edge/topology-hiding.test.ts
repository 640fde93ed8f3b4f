import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { formatSipUri } from '../../lab/wire/sip/uri.ts';
import { contactUri, request } from './bench/messages.ts';
import {
  flowUri,
  hideClient,
  hideInside,
  hidePartner,
  readFlowUri,
  withHopTaken,
  withRecordRouteOf,
} from './topology-hiding.ts';

const inside = { host: '10.244.0.5', port: 5060 };
const advertised = { host: '172.18.0.2', port: 30070 };

const invite = request({
  method: 'INVITE',
  uri: 'sip:ncf@ic.b.mcx.test',
  from: 'sip:cf@ic.a.mcx.test',
  headers: [
    ['Via', 'SIP/2.0/UDP 10.244.0.6:5060;branch=z9hG4bK1'],
    ['Route', '<sip:10.244.0.5;lr>'],
    ['Record-Route', '<sip:10.244.0.9;lr>'],
    ['Path', '<sip:t@10.244.0.5;lr>'],
    ['Contact', '"CF" <sip:cf@10.244.0.6:5060;gr=1>;+g.3gpp.mcptt;isfocus'],
  ],
});

describe('hideInside', () => {
  const hidden = hideInside(invite, advertised);

  test('no word of the inside is left', () => {
    expect(JSON.stringify(hidden.headers)).not.toContain('10.244.');
    for (const name of ['via', 'route', 'record-route', 'path']) expect(header(hidden, name)).toBeUndefined();
  });

  test('Contact: place replaced, display, user and parameters kept', () => {
    expect(header(hidden, 'contact')).toBe('CF <sip:cf@172.18.0.2:30070;gr=1>;+g.3gpp.mcptt;isfocus');
  });

  test('a response keeps its Vias: the transaction replaces them', () => {
    const response = makeResponse(invite, 200, { toTag: 't' });
    expect(listValues(hideInside(response, advertised), 'via')).toHaveLength(1);
  });

  test.each(['*', ''])('Contact %j stays as it is', (value) => {
    const odd = request({ method: 'REGISTER', uri: 'sip:a', from: 'sip:x@a', headers: [['Contact', value]] });
    expect(header(hideInside(odd, advertised), 'contact')).toBe(value);
  });
});

describe('hidePartner', () => {
  test('Contact leads back through the edge, the Vias stay for the responses', () => {
    const hidden = hidePartner(invite, inside);
    expect(contactUri(hidden)).toBe('sip:cf@10.244.0.5:5060;gr=1');
    expect(listValues(hidden, 'via')).toHaveLength(1);
    expect(header(hidden, 'record-route')).toBeUndefined();
  });
});

describe('Contact of a client', () => {
  test('names the flow, and holds what the client wrote', () => {
    const hidden = hideClient(invite, inside, 'f00d');
    const uri = contactUri(hidden);
    expect(uri).toMatch(/^sip:cf@10\.244\.0\.5:5060;flow=f00d;own=/);
    expect(readFlowUri(uri)).toEqual({ token: 'f00d', own: 'sip:cf@10.244.0.6:5060;gr=1' });
  });

  test('any URI comes back as it was', () => {
    const part = fc.stringMatching(/^[a-z0-9.%-]{1,20}$/);
    fc.assert(
      fc.property(part, fc.stringMatching(/^[a-z0-9.]{1,20}$/), fc.nat(65_535), part, (user, host, port, value) => {
        const own = formatSipUri({ scheme: 'sip', user, host, port, params: [['gr', value]] });
        expect(readFlowUri(flowUri(own, inside, 'abc'))).toEqual({ token: 'abc', own });
      }),
    );
  });

  test.each([
    'sip:cf@10.244.0.5:5060',
    'sip:cf@10.244.0.5:5060;flow=theirs',
    'sip:cf@10.244.0.5:5060;flow;own=x',
    'tel:+1',
    '',
  ])('%j names no flow of this edge', (uri) => {
    expect(readFlowUri(uri)).toBeUndefined();
  });

  test('a spoilt original gives the flow alone', () => {
    expect(readFlowUri('sip:x@10.244.0.5;flow=abc;own=%%%')).toEqual({ token: 'abc', own: undefined });
  });
});

describe('Record-Route in responses', () => {
  const response = makeResponse(request({ method: 'INVITE', uri: 'sip:x@b', from: 'sip:y@a' }), 200, {
    toTag: 't',
    headers: [{ name: 'Record-Route', value: '<sip:far.test;lr>' }],
  });

  test('what the request had comes back, what is further down does not', () => {
    expect(listValues(withRecordRouteOf(invite, response), 'record-route')).toEqual(['<sip:10.244.0.9;lr>']);
  });

  test('nowhere but in what makes a dialog', () => {
    expect(header(withRecordRouteOf(invite, { ...response, status: 486 }), 'record-route')).toBeUndefined();
  });
});

test.each([
  [undefined, '70'],
  ['70', '69'],
  ['1', '0'],
  ['0', '0'],
])('Max-Forwards %s becomes %s', (before, after) => {
  const headers = before === undefined ? [] : [['Max-Forwards', before] as const];
  const plain = request({ method: 'OPTIONS', uri: 'sip:x@a', from: 'sip:y@a' });
  const message = { ...plain, headers: headers.map(([name, value]) => ({ name, value })) };
  expect(header(withHopTaken(message), 'max-forwards')).toBe(after);
});
