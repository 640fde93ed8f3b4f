import { describe, expect, test } from 'vitest';
import { newRequest } from '../../../lab/machines/sip/request.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import type { SipHeader } from '../../../lab/wire/sip/message.ts';
import { answerTimer, dueMs, minimumS, sessionExpires, settledTimer } from './session-timer.ts';

function invite(...lines: [string, string][]) {
  const headers: SipHeader[] = lines.map(([name, value]) => ({ name, value }));
  return newRequest({
    ...{ method: 'INVITE', uri: 'sip:a@b', from: '<sip:x@y>;tag=1', to: '<sip:a@b>', callId: 'c', cseq: 1 },
    headers,
  });
}

const timer: [string, string] = ['Supported', 'timer'];

describe('RFC 4028: what a 2xx answers', () => {
  test.each<[string, [string, string][], 'uac' | 'uas', string, 'us' | 'them']>([
    [
      'the wish where the request leaves it open',
      [timer, ['Session-Expires', '600']],
      'uac',
      '600;refresher=uac',
      'them',
    ],
    ['the wish to refresh ourselves', [timer, ['Session-Expires', '600']], 'uas', '600;refresher=uas', 'us'],
    ['what the request demands', [timer, ['Session-Expires', '600;refresher=uas']], 'uac', '600;refresher=uas', 'us'],
    ['a client without the extension never refreshes', [['Session-Expires', '600']], 'uac', '600;refresher=uas', 'us'],
    ['not longer than configured', [timer, ['Session-Expires', '7200']], 'uac', '1800;refresher=uac', 'them'],
    ['as configured where nothing is asked', [timer], 'uac', '1800;refresher=uac', 'them'],
    [
      'not below the Min-SE of the request',
      [timer, ['Min-SE', '3000'], ['x', '4000']],
      'uac',
      '3000;refresher=uac',
      'them',
    ],
    [
      'the compact form',
      [
        ['k', 'timer'],
        ['x', '500;refresher=uac'],
      ],
      'uas',
      '500;refresher=uac',
      'them',
    ],
  ])('%s', (_, lines, wish, value, refresher) => {
    const answered = answerTimer(invite(...lines), wish, 1800);
    expect(answered).toMatchObject({ ok: true, timer: { refresher } });
    const headers = answered.ok ? answered.headers : [];
    expect(headers[0]).toEqual({ name: 'Session-Expires', value });
    expect(headers.some(({ name }) => name === 'Require')).toBe(refresher === 'them');
  });

  test('422 below the minimum, which is 90 s or what is configured', () => {
    const refused = answerTimer(invite(timer, ['Session-Expires', '89']), 'uac', 1800);
    expect(refused).toEqual({ ok: false, refusal: { status: 422, headers: [{ name: 'Min-SE', value: '90' }] } });
    expect([minimumS(1800), minimumS(10)]).toEqual([90, 10]);
  });
});

describe('RFC 4028: what a 2xx settles for us', () => {
  const settled = (value?: string) => {
    const headers = value === undefined ? [] : [{ name: 'Session-Expires', value }];
    return settledTimer(makeResponse(invite(), 200, { headers }));
  };

  test('who refreshes', () => {
    expect(settled('900;refresher=uac')).toEqual({ intervalS: 900, refresher: 'us' });
    expect(settled('900;refresher=uas')).toEqual({ intervalS: 900, refresher: 'them' });
    expect(settled('900')).toEqual({ intervalS: 900, refresher: 'them' });
    expect(settled()).toBeUndefined();
    expect(settled('soon')).toBeUndefined();
  });

  test('a refresher acts at half the time, the other hangs up a little before its end', () => {
    expect(dueMs({ intervalS: 1800, refresher: 'us' })).toBe(900_000);
    expect(dueMs({ intervalS: 1800, refresher: 'them' })).toBe(1_768_000);
    expect(dueMs({ intervalS: 30, refresher: 'them' })).toBe(20_000);
  });

  test('rubbish is no Session-Expires', () => {
    for (const value of ['', '-1', '12x', '99999999999', ';refresher=uac']) {
      expect(sessionExpires(invite(['Session-Expires', value]))).toBeUndefined();
    }
  });
});
