import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { headers, listValues } from '../../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../../lab/wire/sip/message.ts';
import { someRequest } from './test-bench.ts';
import { isUniqueBranch, placeRequest, sentByOf, topVia, withOwnVia, withViasOf } from './via.ts';

const source = { host: '172.18.0.10', port: 40_001 };
const through = (...vias: string[]): SipRequest => {
  const request = someRequest('INVITE');
  return { ...request, headers: [...vias.map((value) => ({ name: 'v', value })), ...request.headers] };
};

describe('where responses go (RFC 3261 18.2, RFC 3581 4)', () => {
  test.each([
    ['rport asked', '192.168.10.11:5060;rport;branch=z9hG4bK1', 40_001, ';rport=40001;', ';received=172.18.0.10'],
    ['rport forged', '192.168.10.11:5060;rport=9;branch=z9hG4bK1', 40_001, ';rport=40001;', ';received=172.18.0.10'],
    ['no rport', '192.168.10.11:5070;branch=z9hG4bK1', 5070, ';branch', ';received=172.18.0.10'],
    ['no port', '192.168.10.11;branch=z9hG4bK1', 5060, ';branch', ';received=172.18.0.10'],
    ['received forged', '172.18.0.10:5070;received=9.9.9.9;branch=z9hG4bK1', 5070, ':5070;branch', 'z9hG4bK1'],
    ['maddr ignored', '192.168.10.11:5070;maddr=9.9.9.9;branch=z9hG4bK1', 5070, ';maddr', ';received=172.18.0.10'],
  ])('%s', (_, rest, port, part, end) => {
    const placed = placeRequest(through(`SIP/2.0/UDP ${rest}`), source);
    expect(placed?.back).toEqual({ host: source.host, port });
    const top = placed === undefined ? '' : listValues(placed.request, 'via')[0];
    expect(top).toContain(part);
    expect(top?.endsWith(end)).toBe(true);
  });

  test('lower Vias stay as they are, on one line or several', () => {
    const lower = ['SIP/2.0/UDP b;received=1.1.1.1;branch=z9hG4bK2', 'SIP/2.0/TCP c:99;branch=z9hG4bK3'];
    const placed = placeRequest(through(`SIP/2.0/UDP a;rport;branch=z9hG4bK1, ${lower[0]}`, lower[1] ?? ''), source);
    expect(placed && listValues(placed.request, 'via').slice(1)).toEqual(lower);
  });

  test.each([[[]], [['nonsense']], [['']]])('%j cannot be placed', (vias) => {
    expect(placeRequest(through(...vias), source)).toBeUndefined();
  });
});

test('a response gets the Vias of its request, whatever it had', () => {
  const request = withOwnVia(through('SIP/2.0/UDP a;branch=z9hG4bK1'), '10.244.0.5:5060', 'z9hG4bKown');
  const foreign = makeResponse(through('SIP/2.0/UDP x;branch=z9hG4bK9', 'SIP/2.0/UDP y'), 200, { toTag: 't' });
  const restored = withViasOf(foreign, request);
  expect(listValues(restored, 'via')).toEqual(listValues(request, 'via'));
  expect(listValues(request, 'via')[0]).toBe('SIP/2.0/UDP 10.244.0.5:5060;rport;branch=z9hG4bKown');
  expect(headers(restored, 'to')).toEqual(headers(foreign, 'to'));
});

test('sent-by is compared without case and with the default port', () => {
  const via = (text: string) => {
    const top = topVia(through(`SIP/2.0/UDP ${text}`));
    return top && sentByOf(top);
  };
  expect(via('Edge.MCX.test')).toBe(via('edge.mcx.test:5060'));
  expect(via('edge.mcx.test:5061')).not.toBe(via('edge.mcx.test'));
});

test('only a branch with the cookie and something after it is unique', () => {
  expect(isUniqueBranch('z9hG4bK')).toBe(false);
  expect(isUniqueBranch(undefined)).toBe(false);
  expect(isUniqueBranch('Z9HG4BKx')).toBe(true);
  fc.assert(fc.property(fc.string(), (text) => isUniqueBranch(`z9hG4bK${text}`) === text.length > 0));
});
