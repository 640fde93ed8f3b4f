import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dialogAsUac } from '../../../lab/machines/sip/dialog.ts';
import { ackOf2xx } from '../../../lab/machines/sip/dialog-request.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { header, listValues } from '../../../lab/wire/sip/headers.ts';
import type { SipResponse } from '../../../lab/wire/sip/message.ts';
import { silentLog } from '../log.ts';
import type { Peer } from '../udp.ts';
import { answerInvite } from './answer.ts';
import type { SipEndpoint } from './endpoint.ts';
import { type Bench, listen, openBench, quick, someRequest } from './test-bench.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 4000, interval: 2 });

function ackFor(response: SipResponse, endpoint: SipEndpoint, to: Peer) {
  const dialog = dialogAsUac(someRequest('INVITE'), response);
  if (dialog === undefined) throw new Error('no dialog');
  return endpoint.ack(ackOf2xx(dialog, 1).request, to);
}

describe('INVITE', () => {
  test('200 and ACK: the ACK comes without a transaction, and everything ends', async () => {
    const acked = vi.fn();
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        if (transaction === undefined) return answer?.acked();
        answer = answerInvite({
          ...{ transaction, timers: quick, log: silentLog, onAcked: acked },
          response: makeResponse(request, 200, { toTag: 'callee' }),
          onGiveUp: () => {},
        });
      },
    });
    let answer: ReturnType<typeof answerInvite> | undefined;
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('INVITE'), server.sip.local, h));
    await until(() => expect(call.told[0]).toBe(200));
    const [ok] = call.responses;
    if (ok === undefined) throw new Error('no response');
    const ack = ackFor(ok, client.sip, server.sip.local);
    await until(() => expect(acked).toHaveBeenCalledOnce());
    expect(header(ack, 'via')).not.toBe(header(call.transaction.request, 'via'));
    await until(() => expect(call.told.at(-1)).toBe('end'));
    expect(server.incoming.map(({ request }) => request.method)).toEqual(['INVITE', 'ACK']);
    await until(() => expect(server.sip.counters.serverTransactions).toBe(0));
    expect(client.sip.counters.clientTransactions).toBe(0);
  });

  test('the 200 is repeated until the ACK, and each copy reaches the caller (RFC 6026)', async () => {
    const gaveUp = vi.fn();
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        if (transaction === undefined) return;
        const response = makeResponse(request, 200, { toTag: 'callee' });
        answerInvite({ transaction, response, timers: quick, log: silentLog, onGiveUp: gaveUp });
      },
    });
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('INVITE'), server.sip.local, h));
    await until(() => expect(gaveUp).toHaveBeenCalledOnce());
    // At 0, 1, 3, 7 and 15 T1, then every 8 T1 (T2) up to 63 T1.
    expect(call.told.filter((what) => what === 200)).toHaveLength(11);
  });

  test('the ACK of a repeated 200 is the same ACK', async () => {
    const server = await bench.endpoint('b');
    const client = await bench.endpoint('a');
    const ok = makeResponse(someRequest('INVITE'), 200, { toTag: 'callee' });
    const first = ackFor(ok, client.sip, server.sip.local);
    expect(ackFor(ok, client.sip, server.sip.local)).toEqual(first);
    const other = makeResponse(someRequest('INVITE'), 200, { toTag: 'fork' });
    expect(header(ackFor(other, client.sip, server.sip.local), 'via')).not.toBe(header(first, 'via'));
  });

  test('486: acknowledged hop by hop, the user of the server sees no ACK', async () => {
    const ended: string[] = [];
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        transaction?.onEnd((why) => ended.push(why));
        transaction?.respond(makeResponse(request, 486, { toTag: 'callee' }));
      },
    });
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('INVITE'), server.sip.local, h));
    await until(() => expect(ended).toEqual(['done']));
    await until(() => expect(call.told).toEqual([486, 'end']));
    expect(server.incoming).toHaveLength(1);
  });

  test('lost INVITE, lost 486, lost ACK: repeated until everyone knows', async () => {
    const ended: string[] = [];
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        transaction?.onEnd((why) => ended.push(why));
        transaction?.respond(makeResponse(request, 486, { toTag: 'callee' }));
      },
    });
    const relay = await bench.relay(server.sip.local, (line, seen) => {
      if (line.startsWith('> INVITE')) return seen < 2;
      return /^< SIP\/2.0 486|^> ACK/.test(line) && seen < 1;
    });
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('INVITE'), relay.at, h));
    await until(() => expect(ended).toEqual(['done']));
    expect(call.told).toEqual([486]);
    expect(server.incoming).toHaveLength(1);
    expect(relay.dropped.filter((line) => line.startsWith('> INVITE'))).toHaveLength(2);
    expect(relay.dropped.filter((line) => line.startsWith('> ACK'))).toHaveLength(1);
  });

  test('nobody answers: repeated at T1 doubling, then a timeout', async () => {
    const silent = await bench.raw();
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('INVITE'), silent.at, h));
    await until(() => expect(call.told).toEqual(['timeout', 'end']));
    // At 0, 1, 3, 7, 15, 31 and 63 T1.
    expect(silent.received).toHaveLength(7);
    expect(new Set(silent.received).size).toBe(1);
  });

  test('100 is sent when the user is slow, and ends the repetitions', async () => {
    const server = await bench.endpoint('b');
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('INVITE'), server.sip.local, h));
    await until(() => expect(call.told[0]).toBe(100));
    const [trying] = call.responses;
    expect(trying && header(trying, 'to')).toBe('<sip:pf@a.mcx.test>');
    const [incoming] = server.incoming;
    incoming?.transaction?.respond(makeResponse(incoming.request, 200, { toTag: 'callee' }));
    await until(() => expect(call.told.at(-1)).toBe(200));
  });

  test('no ACK for a 486: the user of the server hears of it', async () => {
    const ended: string[] = [];
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        transaction?.onEnd((why) => ended.push(why));
        transaction?.respond(makeResponse(request, 486, { toTag: 'callee' }));
      },
    });
    const relay = await bench.relay(server.sip.local, (line) => line.startsWith('> ACK'));
    const client = await bench.endpoint('a');
    listen((h) => client.sip.request(someRequest('INVITE'), relay.at, h));
    await until(() => expect(ended).toEqual(['timeout']));
    expect(relay.passed.filter((line) => line.startsWith('< SIP/2.0 486'))).toHaveLength(11);
  });
});

describe('CANCEL', () => {
  test('waits for a provisional response, reaches the INVITE, and ends in 487', async () => {
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        transaction?.onCancel(() => transaction.respond(makeResponse(request, 487, { toTag: 'callee' })));
      },
    });
    const relay = await bench.relay(server.sip.local, () => false);
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('INVITE'), relay.at, h));
    call.transaction.cancel([{ name: 'Reason', value: 'SIP;cause=200' }]);
    call.transaction.cancel();
    await until(() => expect([...new Set(call.told)]).toEqual([100, 487, 'end']));
    expect(relay.passed.filter((line) => line.startsWith('> CANCEL'))).toHaveLength(1);
    expect(relay.passed.indexOf('> CANCEL sip:pf@a.mcx.test SIP/2.0')).toBeGreaterThan(
      relay.passed.indexOf('< SIP/2.0 100 Trying'),
    );
    expect(server.incoming).toHaveLength(1);
  });

  test('of a call that is already answered changes nothing', async () => {
    const cancelled = vi.fn();
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        transaction?.onCancel(cancelled);
        transaction?.respond(makeResponse(request, 200, { toTag: 'callee' }));
      },
    });
    const client = await bench.endpoint('a');
    const stranger = await bench.raw();
    const call = listen((h) => client.sip.request(someRequest('INVITE'), server.sip.local, h));
    await until(() => expect(call.told).toEqual([200]));
    const via = header(call.transaction.request, 'via');
    stranger.send(plain('CANCEL', [`Via: ${via}`]), server.sip.local);
    await until(() => expect(stranger.received).toHaveLength(1));
    expect(stranger.received[0]).toMatch(/^SIP\/2.0 200 OK\r\n/);
    expect(stranger.received[0]).toContain('To: <sip:pf@a.mcx.test>;tag=callee\r\n');
    expect(cancelled).not.toHaveBeenCalled();
  });

  test('of an unknown INVITE is answered 481', async () => {
    const server = await bench.endpoint('b');
    const stranger = await bench.raw();
    stranger.send(plain('CANCEL', [`Via: SIP/2.0/UDP x:1;rport;branch=z9hG4bKnone`]), server.sip.local);
    await until(() => expect(stranger.received[0]).toMatch(/^SIP\/2.0 481 /));
    expect(server.incoming).toEqual([]);
  });
});

describe('requests other than INVITE', () => {
  test('a lost answer: the request is repeated, the user sees it once', async () => {
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => transaction?.respond(makeResponse(request, 200, { toTag: 'x' })),
    });
    const relay = await bench.relay(server.sip.local, (line, seen) => line.startsWith('<') && seen < 3);
    const client = await bench.endpoint('a');
    const register = listen((h) => client.sip.request(someRequest('REGISTER'), relay.at, h));
    await until(() => expect(register.told).toEqual([200, 'end']));
    expect(server.incoming).toHaveLength(1);
    expect(relay.passed.filter((line) => line.startsWith('> REGISTER'))).toHaveLength(4);
    await until(() => expect(server.sip.counters.serverTransactions).toBe(0));
  });

  test('a handler that throws: 500, one fault, and the endpoint goes on', async () => {
    let calls = 0;
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => {
        calls += 1;
        if (calls === 1) throw new Error('bug');
        transaction?.respond(makeResponse(request, 200, { toTag: 'x' }));
      },
    });
    const client = await bench.endpoint('a');
    const first = listen((h) => client.sip.request(someRequest('BYE'), server.sip.local, h));
    await until(() => expect(first.told).toContain(500));
    const second = listen((h) => client.sip.request(someRequest('BYE', { cseq: 2 }), server.sip.local, h));
    await until(() => expect(second.told).toContain(200));
    expect(server.faults()).toBe(1);
  });

  test('what cannot be sent is a transport error', async () => {
    const client = await bench.endpoint('a');
    const big = { ...someRequest('MESSAGE'), body: new Uint8Array(70_000) };
    const tooBig = listen((h) => client.sip.request(big, { host: '127.0.0.1', port: 9 }, h));
    const nowhere = listen((h) => client.sip.request(someRequest('BYE'), { host: '127.0.0.1', port: 0 }, h));
    await until(() => expect(tooBig.told).toEqual(['error', 'end']));
    await until(() => expect(nowhere.told).toEqual(['error', 'end']));
  });

  test('a body of 60 kB goes through in one datagram', async () => {
    const server = await bench.endpoint('b');
    const client = await bench.endpoint('a');
    const body = new Uint8Array(60_000).fill(65);
    listen((h) => client.sip.request({ ...someRequest('MESSAGE'), body }, server.sip.local, h));
    await until(() => expect(server.incoming[0]?.request.body.length).toBe(60_000));
  });
});

describe('a proxy between two endpoints', () => {
  test('hides the Vias, gives them back, and passes every repeated 200 and its ACK', async () => {
    const callee = await bench.endpoint('callee', {
      onRequest: ({ request, transaction }) => {
        if (transaction === undefined) return;
        const response = makeResponse(request, 200, { toTag: 'callee' });
        answerInvite({ transaction, response, timers: quick, log: silentLog, onGiveUp: () => {} });
      },
    });
    const outside = await bench.endpoint('outside', { sentBy: '172.18.0.2:5064' });
    const inside = await bench.endpoint('inside', {
      onRequest: ({ request, transaction }) => {
        const hidden = { ...request, headers: request.headers.filter((h) => h.name !== 'Via') };
        if (transaction === undefined) return void outside.sip.ack(hidden, callee.sip.local);
        outside.sip.request(hidden, callee.sip.local, {
          onResponse: (response) => transaction.respond(response),
          onTimeout: () => transaction.respond(makeResponse(request, 408, { toTag: 'proxy' })),
          onTransportError: () => transaction.respond(makeResponse(request, 503, { toTag: 'proxy' })),
        });
      },
    });
    const caller = await bench.endpoint('caller');
    const call = listen((h) => caller.sip.request(someRequest('INVITE'), inside.sip.local, h));
    // A slow machine lets the INVITE server transaction send its 100 after 200 ms (RFC 3261 17.2.1), ahead of them.
    const finals = () => call.responses.filter(({ status }) => status >= 200);
    await until(() =>
      expect(
        finals()
          .slice(0, 3)
          .map(({ status }) => status),
      ).toEqual([200, 200, 200]),
    );
    const [received] = callee.incoming;
    expect(received && listValues(received.request, 'via')).toEqual([
      expect.stringMatching(/^SIP\/2.0\/UDP 172.18.0.2:5064;rport=\d+;branch=z9hG4bK\w+;received=127.0.0.1$/),
    ]);
    const [ok] = finals();
    if (ok === undefined) throw new Error('no response');
    expect(listValues(ok, 'via')).toHaveLength(1);
    ackFor(ok, caller.sip, inside.sip.local);
    await until(() => expect(callee.incoming.map(({ request }) => request.method)).toEqual(['INVITE', 'ACK']));
  });
});

describe('Via (RFC 3581, RFC 3261 18)', () => {
  test('responses go to the source when rport is asked for, else to the port of the Via', async () => {
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => transaction?.respond(makeResponse(request, 200, { toTag: 'x' })),
    });
    const sender = await bench.raw();
    const listener = await bench.raw();
    sender.send(plain('OPTIONS', [`Via: SIP/2.0/UDP 10.9.8.7:${listener.at.port};branch=z9hG4bKa`]), server.sip.local);
    await until(() => expect(listener.received).toHaveLength(1));
    expect(listener.received[0]).toContain(`;received=127.0.0.1`);
    const forged = 'received=9.9.9.9;rport=4;branch=z9hG4bKb';
    sender.send(plain('OPTIONS', [`Via: SIP/2.0/UDP 10.9.8.7:${listener.at.port};${forged}`]), server.sip.local);
    await until(() => expect(sender.received).toHaveLength(1));
    expect(sender.received[0]).toContain(`;rport=${sender.at.port};`);
    expect(sender.received[0]).not.toContain('9.9.9.9');
  });

  test('a response whose Via is not ours is thrown away', async () => {
    const silent = await bench.raw();
    const client = await bench.endpoint('a');
    const call = listen((h) => client.sip.request(someRequest('BYE'), silent.at, h));
    await until(() => expect(silent.received.length).toBeGreaterThan(0));
    const branch = call.transaction.branch;
    silent.send(answer(200, `SIP/2.0/UDP 10.0.0.1:5060;branch=${branch}`), client.sip.local);
    silent.send(answer(200, `SIP/2.0/UDP ${client.sip.sentBy};branch=z9hG4bKother`), client.sip.local);
    await until(() => expect(client.sip.counters.strayResponses).toBe(2));
    silent.send(answer(202, `SIP/2.0/UDP ${client.sip.sentBy};branch=${branch}`), client.sip.local);
    await until(() => expect(call.told).toEqual([202]));
  });

  test('a branch of RFC 2543: repetitions and the ACK are still known', async () => {
    const server = await bench.endpoint('b', {
      onRequest: ({ request, transaction }) => transaction?.respond(makeResponse(request, 486, { toTag: 'x' })),
    });
    const old = await bench.raw();
    const via = [`Via: SIP/2.0/UDP 127.0.0.1:${old.at.port};rport`];
    old.send(plain('INVITE', via), server.sip.local);
    await until(() => expect(old.received.length).toBeGreaterThan(1));
    old.send(plain('INVITE', via), server.sip.local);
    old.send(plain('ACK', via), server.sip.local);
    await until(() => expect(server.sip.counters.serverTransactions).toBe(0));
    expect(server.incoming).toHaveLength(1);
  });
});

describe('close', () => {
  test('calls nobody afterwards', async () => {
    const silent = await bench.raw();
    const client = await bench.endpoint('a', { timers: { t1Ms: 1, t2Ms: 8, t4Ms: 5 } });
    const call = listen((h) => client.sip.request(someRequest('BYE'), silent.at, h));
    await client.sip.close();
    // Beyond timer F, 64 ms here.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(call.told).toEqual([]);
  });
});

function plain(method: string, headers: string[]): string {
  const common = ['From: <sip:s@x>;tag=s', 'To: <sip:pf@a.mcx.test>', 'Call-ID: call-1', `CSeq: 1 ${method}`];
  return [`${method} sip:pf@a.mcx.test SIP/2.0`, ...headers, ...common, 'Content-Length: 0', '', ''].join('\r\n');
}

function answer(status: number, via: string): string {
  const common = ['From: <sip:s@x>;tag=s', 'To: <sip:pf@a.mcx.test>;tag=t', 'Call-ID: call-1', 'CSeq: 1 BYE'];
  return [`SIP/2.0 ${status} OK`, `Via: ${via}`, ...common, 'Content-Length: 0', '', ''].join('\r\n');
}
