import { describe, expect, test } from 'vitest';
import { newRequest } from '../../../lab/machines/sip/request.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import type { SipHeader } from '../../../lab/wire/sip/message.ts';
import { silentLog } from '../log.ts';
import { simulatedClock } from '../simulated-clock.ts';
import { answerLimit, limitAsUac, limitOf, watchSession } from './session-watch.ts';

function invite(lines: Record<string, string>) {
  const headers: SipHeader[] = Object.entries(lines).map(([name, value]) => ({ name, value }));
  return newRequest({
    ...{ method: 'INVITE', uri: 'sip:a@b', from: '<sip:x@y>;tag=1', to: '<sip:a@b>', callId: 'c', cseq: 1 },
    headers,
  });
}

const timer = { Supported: 'timer' };

describe('the limit of a session, by who asks and who answers', () => {
  test.each<[string, Record<string, string>, 'uac' | 'uas', object]>([
    [
      'left open, we wish the caller',
      { ...timer, 'Session-Expires': '600' },
      'uac',
      { intervalS: 600, weRefresh: false },
    ],
    [
      'left open, we wish ourselves',
      { ...timer, 'Session-Expires': '600' },
      'uas',
      { intervalS: 600, weRefresh: true },
    ],
    ['a caller without the extension never refreshes', {}, 'uac', { intervalS: 1800, weRefresh: true }],
    ['no timer for centuries', { ...timer, 'Min-SE': '4000000000' }, 'uas', { intervalS: 604_800, weRefresh: true }],
  ])('%s', (_, lines, wish, limit) => {
    const answer = answerLimit(invite(lines), 1800, wish);
    expect(answer.kind === 'agreed' ? limitOf(answer) : answer).toEqual(limit);
  });

  test('the least is 90 s, or what is configured where that is less', () => {
    const short = invite({ ...timer, 'Session-Expires': '80' });
    expect(answerLimit(short, 1800, 'uas').kind).toBe('too-small');
    expect(answerLimit(short, 30, 'uas').kind).toBe('agreed');
  });

  test.each([
    ['900;refresher=uac', { intervalS: 900, weRefresh: true }],
    ['900;refresher=uas', { intervalS: 900, weRefresh: false }],
    ['soon', undefined],
  ])('what the 2xx settles for the one who asked: %s', (value, limit) => {
    const response = makeResponse(invite({}), 200, { headers: [{ name: 'Session-Expires', value }] });
    expect(limitAsUac(response)).toEqual(limit);
  });
});

describe('the watch', () => {
  function watched(weRefresh: boolean) {
    const clock = simulatedClock();
    const acts: string[] = [];
    const watch = watchSession(
      { clock, log: silentLog },
      { refresh: () => acts.push('refresh'), expire: () => acts.push('expire') },
    );
    watch.dispatch({ kind: 'agreed', terms: { intervalS: 90, weRefresh } });
    return { clock, acts, watch };
  }

  test('refreshes at half the interval, and hangs up shortly before its end when nothing comes of it', () => {
    const { clock, acts } = watched(true);
    clock.advance(44_999);
    expect(acts).toEqual([]);
    clock.advance(1);
    expect(acts).toEqual(['refresh']);
    clock.advance(15_000);
    expect(acts).toEqual(['refresh', 'expire']);
  });

  test('of the other side hangs up shortly before the end, and not when it was refreshed', () => {
    const { clock, acts, watch } = watched(false);
    clock.advance(50_000);
    watch.dispatch({ kind: 'agreed', terms: { intervalS: 90, weRefresh: false } });
    clock.advance(59_999);
    expect(acts).toEqual([]);
    clock.advance(1);
    expect(acts).toEqual(['expire']);
  });
});
