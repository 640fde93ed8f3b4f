import { describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { ownContact, registerOf, ue1 } from './bench/clients.ts';
import { request } from './bench/messages.ts';
import { grantedMs, registrantOf } from './registering.ts';

type Headers = readonly (readonly [string, string])[];

const register = (headers: Headers) =>
  request({ method: 'REGISTER', uri: 'sip:a.mcx.test', from: ue1, to: 'sip:a-ue-1@A.mcx.test', headers });
const ok = (headers: Headers) =>
  makeResponse(register([]), 200, { toTag: 't', headers: headers.map(([name, value]) => ({ name, value })) });

describe('registrantOf', () => {
  test('the user is To, in one spelling; the instance is +sip.instance', () => {
    expect(registrantOf(registerOf(ue1))).toEqual({ aor: ue1, instance: `<urn:uuid:${ue1}>` });
    expect(registrantOf(register([]))?.aor).toBe(ue1);
  });

  test('without an instance the Contact counts', () => {
    expect(registrantOf(register([['Contact', `<${ownContact}>`]]))?.instance).toBe(ownContact);
  });
});

describe('grantedMs: how long the flow lives', () => {
  const own: Headers = [['Contact', `<${ownContact}>`]];
  test.each<[string, Headers, Headers, number | undefined]>([
    ['expires of its own Contact', own, [['Contact', `<${ownContact}>;expires=60`]], 60_000],
    ['among the bindings of others', own, [['Contact', `<sip:x@h>;expires=9, <${ownContact}>;expires=60`]], 60_000],
    ['a Contact without expires: the header', own, [...own, ['Expires', '90']], 90_000],
    ['nothing but the header', own, [['Expires', '90']], 90_000],
    ['nothing at all: what was asked', [...own, ['Expires', '120']], [], 120_000],
    ['asked in the Contact', [['Contact', `<${ownContact}>;expires=30`]], [], 30_000],
    ['nobody says anything', own, [], 3_600_000],
    ['other bindings alone: it has gone', own, [['Contact', '<sip:x@h>;expires=9']], 0],
    ['taken back', own, [['Expires', '0']], 0],
    ['all taken back', [['Contact', '*']], [], 0],
    ['nonsense is nothing', own, [['Expires', '-5 apples']], 3_600_000],
    ['a question only', [], [['Contact', '<sip:x@h>;expires=9']], undefined],
  ])('%s', (_, asked, answered, granted) => {
    expect(grantedMs(register(asked), ok(answered))).toBe(granted);
  });
});
