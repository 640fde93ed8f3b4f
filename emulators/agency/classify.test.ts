import { describe, expect, test } from 'vitest';
import { newRequest } from '../../lab/machines/sip/request.ts';
import { classifyInvite, isFocus, terminatingPsi } from './classify.ts';
import { contactFeatures } from './service.ts';

const psi = {
  participating: 'sip:pf@b.mcx.test',
  controlling: 'sip:cf@ic.b.mcx.test',
  nonControlling: 'sip:ncf@ic.b.mcx.test',
};

function invite(uri: string, contact: string) {
  return newRequest({
    ...{ method: 'INVITE', uri, from: '<sip:x@y>;tag=1', to: `<${uri}>`, callId: 'c', cseq: 1 },
    headers: [{ name: 'Contact', value: contact }],
  });
}

const plain = `<sip:u@1.2.3.4>;${contactFeatures}`;
const focus = `${plain};isfocus`;

describe('TS 24.379 6.3.1.1', () => {
  test.each([
    ['sip:pf@b.mcx.test', plain, 'originating-participating'],
    ['sip:pf@B.MCX.TEST;transport=udp', plain, 'originating-participating'],
    ['sip:pf@ic.b.mcx.test', focus, 'terminating-participating'],
    ['sip:cf@ic.b.mcx.test', plain, 'controlling'],
    ['sip:ncf@ic.b.mcx.test', plain, 'controlling'],
    ['sip:ncf@ic.b.mcx.test', focus, 'non-controlling'],
    ['sip:cf@ic.b.mcx.test', focus, 'non-controlling'],
  ])('%s with %s is for the %s function', (uri, contact, as) => {
    expect(classifyInvite(invite(uri, contact), psi)).toEqual({ as });
  });

  test.each([
    ['sip:pf@ic.b.mcx.test', plain, { status: 403, warning: 104 }],
    ['sip:pf@c.mcx.test', plain, { status: 404 }],
    ['sip:b-ue-1@b.mcx.test', focus, { status: 404 }],
    ['tel:112', plain, { status: 404 }],
  ])('%s with %s is for nobody', (uri, contact, refusal) => {
    expect(classifyInvite(invite(uri, contact), psi)).toEqual({ as: 'nobody', refusal });
  });

  test('the PSI that partners see has the host of the functions that partners see', () => {
    expect(terminatingPsi(psi)).toBe('sip:pf@ic.b.mcx.test');
    expect(terminatingPsi({ ...psi, participating: 'sip:b.mcx.test' })).toBe('sip:ic.b.mcx.test');
  });
});

describe('isfocus', () => {
  test.each([
    ['a parameter of the header', '<sip:u@h>;isfocus', true],
    ['in any case', '<sip:u@h>;IsFocus', true],
    ['of the second Contact', '<sip:u@h>, <sip:v@h>;isfocus', true],
    ['a parameter of the URI is none', '<sip:u@h;isfocus>', false],
    ['a value of another is none', '<sip:u@h>;x="isfocus"', false],
    ['absent', '<sip:u@h>', false],
    ['not to be read', '<<', false],
  ])('%s', (_, contact, expected) => {
    expect(isFocus(invite('sip:a@b', contact))).toBe(expected);
  });
});
