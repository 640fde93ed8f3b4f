import { expect, test } from 'vitest';
import { request } from './bench/messages.ts';
import { maxMessageBytes, screened } from './screening.ts';

const uri = 'sip:cf@ic.a.mcx.test';
const plain = request({ method: 'INVITE', uri, from: 'sip:x@a.mcx.test' });
const withLine = (name: string, value: string) => ({
  ...plain,
  headers: [...plain.headers.filter((h) => h.name !== name), { name, value }],
});

test.each([
  ['a sound request', plain, undefined],
  ['the last hop but one', withLine('Max-Forwards', '1'), undefined],
  ['no hops left', withLine('Max-Forwards', '0'), 483],
  ['hops in words', withLine('Max-Forwards', '1e3'), 400],
  ['too many digits', withLine('Max-Forwards', '9999'), 400],
  ['an extension', withLine('Proxy-Require', 'a, b'), 420],
  ['From that is none', withLine('From', '<'), 400],
  ['To that is none', withLine('To', 'nobody'), 400],
  ['sips', { ...plain, uri: 'sips:cf@a' }, undefined],
  ['tel', { ...plain, uri: 'tel:+49' }, undefined],
  ['a scheme that nobody routes', { ...plain, uri: 'urn:service:sos' }, 416],
  ['a body as large as allowed', { ...plain, body: new Uint8Array(maxMessageBytes - 1000) }, undefined],
  ['a body that is too large', { ...plain, body: new Uint8Array(maxMessageBytes) }, 513],
])('%s', (_, message, status) => {
  const decision = screened(message);
  expect(decision?.act === 'refuse' ? decision.status : decision).toBe(status);
});

test('420 names what is not supported', () => {
  expect(screened(withLine('Proxy-Require', 'a, b'))).toMatchObject({ unsupported: 'a, b' });
});

test('an ACK is never answered', () => {
  expect(screened({ ...withLine('Max-Forwards', '0'), method: 'ACK' })).toMatchObject({ act: 'drop' });
  expect(screened({ ...withLine('Proxy-Require', 'x'), method: 'ACK' })).toMatchObject({ act: 'drop' });
});
