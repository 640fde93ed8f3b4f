import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { header } from '../../wire/sip/headers.ts';
import type { SipHeader } from '../../wire/sip/message.ts';
import { makeResponse } from './response.ts';
import {
  answerSession,
  intervalAfter422,
  sessionExpires,
  sessionRequestHeaders,
  settledSession,
} from './session-terms.ts';
import { request } from './test-messages.ts';

const lines = (text: string): SipHeader[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ name: line.slice(0, line.indexOf(':')), value: line.slice(line.indexOf(':') + 2) }));
const invite = (text: string) => request('INVITE', lines(text));
const wish = { intervalS: 1800, minS: 90, refresher: 'uas' } as const;

describe('Session-Expires (RFC 4028 4)', () => {
  test.each([
    ['1800', 1800, undefined],
    ['1800;refresher=uac', 1800, 'uac'],
    ['90 ; Refresher = UAS', 90, 'uas'],
    ['90;x=1;refresher=uas', 90, 'uas'],
    ['90;refresher=proxy', 90, undefined],
  ])('%s', (value, intervalS, refresher) => {
    expect(sessionExpires(invite(`Session-Expires: ${value}`))).toEqual({ intervalS, refresher });
    expect(sessionExpires(invite(`x: ${value}`))).toEqual({ intervalS, refresher });
  });

  test.each(['', '0', '-5', 'soon', '1.5', '99999999999', '90x', 'x90', '9 0'])('%j is none', (value) => {
    expect(sessionExpires(request('INVITE', [{ name: 'Session-Expires', value }]))).toBeUndefined();
  });

  test('what we ask is what we read', () => {
    const asked = request('INVITE', sessionRequestHeaders(1800, 'uas'));
    expect(sessionExpires(asked)).toEqual({ intervalS: 1800, refresher: 'uas' });
    expect(header(asked, 'supported')).toBe('timer');
    expect(header(request('INVITE', sessionRequestHeaders(90)), 'session-expires')).toBe('90');
  });
});

/** RFC 4028 9, table 2: caller supports timer, refresher asked for, what the answer says. */
describe('the answer of the called side (RFC 4028 9)', () => {
  test.each([
    ['no extension, nothing asked', '', '1800;refresher=uas', undefined],
    ['no extension, a proxy asked', 'Session-Expires: 600', '600;refresher=uas', undefined],
    ['extension, nothing asked', 'Supported: timer', '1800;refresher=uas', 'timer'],
    ['left open', 'Supported: 100rel, Timer\nSession-Expires: 600', '600;refresher=uas', 'timer'],
    ['extension that is required', 'Require: timer', '1800;refresher=uas', 'timer'],
    ['nothing asked, Min-SE above ours', 'Supported: timer\nMin-SE: 3000;x', '3000;refresher=uas', 'timer'],
    [
      'Min-SE above what is asked',
      'Supported: timer\nMin-SE: 3000\nSession-Expires: 2000',
      '2000;refresher=uas',
      'timer',
    ],
    ['exactly our least', 'Supported: timer\nSession-Expires: 90', '90;refresher=uas', 'timer'],
    ['another extension', 'Supported: 100rel\nSession-Expires: 60', '60;refresher=uas', undefined],
    ['uac', 'k: timer\nx: 600;refresher=uac', '600;refresher=uac', 'timer'],
    ['uas', 'Supported: timer\nSession-Expires: 600;refresher=uas', '600;refresher=uas', 'timer'],
    ['longer than we want', 'Supported: timer\nSession-Expires: 7200', '1800;refresher=uas', 'timer'],
    ['Min-SE above ours', 'Supported: timer\nMin-SE: 3000\nSession-Expires: 7200', '3000;refresher=uas', 'timer'],
    ['short, without extension', 'Session-Expires: 60', '60;refresher=uas', undefined],
  ])('%s', (_, text, value, required) => {
    const answer = answerSession(invite(text), wish);
    if (answer.kind !== 'agreed') throw new Error('refused');
    const headers = Object.fromEntries(answer.headers.map((h) => [h.name, h.value]));
    expect(headers).toEqual({ 'Session-Expires': value, ...(required === undefined ? {} : { Require: required }) });
    expect(value).toBe(`${answer.terms.intervalS};refresher=${answer.terms.refresher}`);
  });

  test('the wish decides where the caller leaves it open', () => {
    const answer = answerSession(invite('Supported: timer\nSession-Expires: 600'), { ...wish, refresher: 'uac' });
    expect(answer).toMatchObject({ terms: { refresher: 'uac' } });
  });

  test('too short for us: 422 with Min-SE', () => {
    const answer = answerSession(invite('Supported: timer\nSession-Expires: 89'), wish);
    expect(answer).toEqual({ kind: 'too-small', headers: [{ name: 'Min-SE', value: '90' }] });
  });
});

describe('the calling side (RFC 4028 7)', () => {
  const ok = (text: string) => makeResponse(request('INVITE'), 200, { toTag: 'x', headers: lines(text) });

  test('takes what the 2xx says; without the header there is no limit', () => {
    expect(settledSession(ok('Session-Expires: 600;refresher=uas'))).toEqual({ intervalS: 600, refresher: 'uas' });
    expect(settledSession(ok('Session-Expires: 600'))).toEqual({ intervalS: 600, refresher: 'uac' });
    expect(settledSession(ok(''))).toBeUndefined();
  });

  test.each([
    [422, 'Min-SE: 120', 90, 120],
    [422, 'Min-SE: 120;x=y', 90, 120],
    [422, 'Min-SE: 60', 90, undefined],
    [422, 'Min-SE: 90', 90, undefined],
    [422, 'Min-SE: 91', 90, 91],
    [422, '', 90, undefined],
    [486, 'Min-SE: 120', 90, undefined],
  ])('%i with %j after asking for %i: %s', (status, text, askedS, expected) => {
    const refusal = makeResponse(request('INVITE'), status, { toTag: 'x', headers: lines(text) });
    expect(intervalAfter422(refusal, askedS)).toBe(expected);
  });
});

test('both sides settle on the same terms, never longer than asked', () => {
  const refresher = fc.constantFrom(undefined, 'uac' as const, 'uas' as const);
  fc.assert(
    fc.property(
      fc.integer({ min: 90, max: 9999 }),
      refresher,
      fc.integer({ min: 90, max: 9999 }),
      (askedS, who, ourS) => {
        const asked = request('INVITE', sessionRequestHeaders(askedS, who));
        const answer = answerSession(asked, { ...wish, intervalS: ourS });
        if (answer.kind !== 'agreed') throw new Error('refused');
        const response = makeResponse(asked, 200, { toTag: 'x', headers: answer.headers });
        expect(settledSession(response)).toEqual(answer.terms);
        expect(answer.terms.intervalS).toBe(Math.min(askedS, ourS));
        if (who !== undefined) expect(answer.terms.refresher).toBe(who);
      },
    ),
  );
});
