import { describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { header, listValues, withoutHeader } from '../../lab/wire/sip/headers.ts';
import type { SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { request } from './bench/messages.ts';
import { Dialogs } from './dialogs.ts';
import type { Party } from './party.ts';

const b: Party = { kind: 'peer', peer: { domain: 'b.mcx.test', nodes: [] } };
const c: Party = { kind: 'peer', peer: { domain: 'c.mcx.test', nodes: [] } };
type Headers = readonly (readonly [string, string])[];

const invite = (more: Headers = [], method = 'INVITE') =>
  request({
    method,
    uri: 'sip:ncf@ic.b.mcx.test',
    from: 'sip:cf@ic.a.mcx.test',
    headers: [['Contact', '<sip:cf@10.244.0.6:5060>'], ...more],
  });
const answer = (to: SipRequest, status = 200, more: Headers = [['Contact', '<sip:ncf@172.18.0.3:31070>']]) =>
  makeResponse(to, status, { toTag: 'far', headers: more.map(([name, value]) => ({ name, value })) });

/** A request in the dialog, from the caller or back from the callee. */
function inside(method: string, first: SipRequest, response: SipResponse, more: Headers = []): SipRequest {
  const plain = request({ method, uri: 'sip:edge', from: 'sip:x@y' });
  const lines: Headers = [
    ['From', header(response, 'from') ?? ''],
    ['To', header(response, 'to') ?? ''],
    ['Call-ID', header(first, 'call-id') ?? ''],
    ...more,
  ];
  return { ...plain, headers: lines.map(([name, value]) => ({ name, value })) };
}
function back(method: string, first: SipRequest, response: SipResponse, more: Headers = []): SipRequest {
  const there = inside(method, first, response, more);
  const swap: Record<string, string> = { From: 'To', To: 'From' };
  return { ...there, headers: there.headers.map((h) => ({ ...h, name: swap[h.name] ?? h.name })) };
}

function begun(more: Headers = [], answered?: Headers) {
  let now = 0;
  const dialogs = new Dialogs(2, () => now);
  const first = invite(more);
  // The far end has seen nothing of the near route.
  const seen = withoutHeader(first, 'Record-Route');
  const ok = answered === undefined ? answer(seen) : answer(seen, 200, answered);
  dialogs.onResponse(b, first, ok, 'inside');
  const sleep = (ms: number) => {
    now += ms;
  };
  return { dialogs, first, ok, sleep };
}

describe('a dialog of the server with a partner', () => {
  test('is found from both sides, each sent to the other’s Contact', () => {
    const { dialogs, first, ok } = begun();
    const out = dialogs.findByServer(inside('ACK', first, ok));
    expect(out).toMatchObject({ party: b, next: 'sip:ncf@172.18.0.3:31070' });
    expect(out?.restore(inside('ACK', first, ok)).uri).toBe('sip:ncf@172.18.0.3:31070');
    const inward = dialogs.findByPartner('peer b.mcx.test', back('BYE', first, ok));
    expect(inward?.next).toBe('sip:cf@10.244.0.6:5060');
  });

  test('belongs to that partner alone', () => {
    const { dialogs, first, ok } = begun();
    expect(dialogs.findByPartner('peer c.mcx.test', back('BYE', first, ok))).toBeUndefined();
    dialogs.onResponse(c, back('BYE', first, ok), answer(back('BYE', first, ok)), 'outside');
    expect(dialogs.size).toBe(1);
  });

  test('needs Call-ID and both tags, each on its side', () => {
    const { dialogs, first, ok } = begun();
    expect(dialogs.findByServer(back('BYE', first, ok))).toBeUndefined();
    expect(dialogs.findByServer(inside('BYE', invite(), ok))).toBeUndefined();
    expect(dialogs.findByServer(first)).toBeUndefined();
  });

  test('begins with a provisional response that has a tag, and ends with the refusal', () => {
    const dialogs = new Dialogs(2, () => 0);
    const first = invite();
    dialogs.onResponse(b, first, makeResponse(first, 100), 'inside');
    expect(dialogs.size).toBe(0);
    dialogs.onResponse(b, first, answer(first, 183), 'inside');
    expect(dialogs.findByServer(inside('PRACK', first, answer(first, 183)))).toBeDefined();
    dialogs.onResponse(b, first, answer(first, 486, []), 'inside');
    expect(dialogs.size).toBe(0);
  });

  test.each([
    ['BYE', 200, 0],
    ['BYE', 481, 0],
    ['BYE', 500, 0],
    ['BYE', 401, 1],
    ['BYE', 100, 1],
    ['INVITE', 491, 1],
    ['INVITE', 481, 0],
    ['INFO', 481, 0],
    ['INFO', 500, 1],
  ])('%s answered %i leaves %i', (method, status, left) => {
    for (const from of ['inside', 'outside'] as const) {
      const { dialogs, first, ok } = begun();
      const next = (from === 'inside' ? inside : back)(method, first, ok);
      dialogs.onResponse(b, next, makeResponse(next, status), from);
      expect(dialogs.size).toBe(left);
    }
  });

  test('BYE without an answer ends it, another request does not', () => {
    const { dialogs, first, ok } = begun();
    dialogs.onNoResponse(inside('INFO', first, ok), 'inside');
    expect(dialogs.size).toBe(1);
    dialogs.onNoResponse(back('BYE', first, ok), 'outside');
    expect(dialogs.size).toBe(0);
  });

  test('requests that make none', () => {
    const dialogs = new Dialogs(2, () => 0);
    for (const method of ['OPTIONS', 'MESSAGE', 'BYE', 'INFO']) {
      const one = invite([], method);
      dialogs.onResponse(b, one, answer(one), 'inside');
    }
    const noContact = invite();
    dialogs.onResponse(b, noContact, answer(noContact, 200, []), 'inside');
    expect(dialogs.size).toBe(0);
  });
});

describe('what changes while it lasts', () => {
  const moved: Headers = [['Contact', '<sip:ncf@172.18.0.3:31070;gr=2>']];

  test('re-INVITE and UPDATE move the remote targets of both ends', () => {
    for (const method of ['INVITE', 'UPDATE']) {
      const { dialogs, first, ok } = begun();
      const again = back(method, first, ok, moved);
      const yes = makeResponse(again, 200, { headers: [{ name: 'Contact', value: '<sip:cf@10.244.0.7>' }] });
      dialogs.onResponse(b, again, yes, 'outside');
      expect(dialogs.findByServer(inside('BYE', first, ok))?.next).toBe('sip:ncf@172.18.0.3:31070;gr=2');
      expect(dialogs.findByPartner('peer b.mcx.test', back('BYE', first, ok))?.next).toBe('sip:cf@10.244.0.7');
    }
  });

  test('a refused re-INVITE and an INFO move nothing', () => {
    const { dialogs, first, ok } = begun();
    const again = back('INVITE', first, ok, moved);
    dialogs.onResponse(b, again, makeResponse(again, 488), 'outside');
    const info = back('INFO', first, ok, moved);
    dialogs.onResponse(b, info, makeResponse(info, 200), 'outside');
    expect(dialogs.findByServer(inside('BYE', first, ok))?.next).toBe('sip:ncf@172.18.0.3:31070');
  });
});

describe('routes of either side', () => {
  test('the caller’s in their order, the callee’s reversed (RFC 3261 12.1)', () => {
    const far: Headers = [
      ['Contact', '<sip:ncf@192.0.2.1>'],
      ['Record-Route', '<sip:far1;lr>, <sip:far2;lr>'],
    ];
    const { dialogs, first, ok } = begun([['Record-Route', '<sip:near1;lr>, <sip:near2;lr>']], far);
    const out = dialogs.findByServer(inside('BYE', first, ok));
    expect(out?.next).toBe('sip:far2;lr');
    const sent = out?.restore(inside('BYE', first, ok));
    expect(sent && [sent.uri, ...listValues(sent, 'route')]).toEqual([
      'sip:ncf@192.0.2.1',
      '<sip:far2;lr>',
      '<sip:far1;lr>',
    ]);
    const inward = dialogs.findByPartner('peer b.mcx.test', back('BYE', first, ok));
    expect(inward?.next).toBe('sip:near1;lr');
  });
});

describe('memory', () => {
  test('is bounded, and what nobody refreshed makes room', () => {
    const { dialogs, sleep } = begun(
      [],
      [
        ['Contact', '<sip:ncf@172.18.0.3>'],
        ['Session-Expires', '10;refresher=uas'],
      ],
    );
    const second = invite();
    dialogs.onResponse(b, second, answer(second), 'inside');
    expect(dialogs.hasRoom()).toBe(false);
    const third = invite();
    dialogs.onResponse(b, third, answer(third), 'inside');
    expect(dialogs.size).toBe(2);
    sleep(15_001);
    expect(dialogs.hasRoom()).toBe(true);
    expect(dialogs.size).toBe(1);
  });
});
