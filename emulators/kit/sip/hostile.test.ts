import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { encodeSip } from '../../../lab/wire/sip/encode.ts';
import { seededIds } from '../ids.ts';
import { type Bench, listen, openBench, quick, someRequest } from './test-bench.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 2 });

async function openServer() {
  return bench.endpoint('b', {
    onRequest: ({ request, transaction }) => transaction?.respond(makeResponse(request, 200, { toTag: 'x' })),
  });
}

/** In portions, so that the socket buffer of the loopback holds them all. */
async function pour(count: number, sendOne: (i: number) => void): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    sendOne(i);
    if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('hostile datagrams', () => {
  test('garbage by the thousand leaves nothing behind and harms no call', async () => {
    const server = await openServer();
    const stranger = await bench.raw();
    const ids = seededIds(99);
    const noise = () => Uint8Array.from({ length: ids.below(600) }, () => ids.below(256));
    const bytes = encodeSip(someRequest('INVITE'));
    const bent = () => {
      const copy = bytes.slice(0, 1 + ids.below(bytes.length));
      copy[ids.below(copy.length)] = ids.below(256);
      return copy;
    };
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    await pour(5000, (i) => stranger.send(i % 2 === 0 ? noise() : bent(), server.sip.local));
    const client = await bench.endpoint('a');
    const options = listen((h) => client.sip.request(someRequest('OPTIONS'), server.sip.local, h));
    await until(() => expect(options.told).toContain(200));
    expect(server.faults()).toBe(0);
    expect(server.sip.counters.unreadable).toBeGreaterThan(4000);
    await until(() => expect(server.sip.counters.serverTransactions).toBe(0));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40e6);
  });

  test('a flood of new requests ends at the limit; what is in being goes on, and it passes', async () => {
    const server = await bench.endpoint('b', { maxTransactions: 100 });
    const stranger = await bench.raw();
    const invite = (i: number) => withVia(`z9hG4bKflood${i}`, stranger.at.port);
    await pour(400, (i) => stranger.send(invite(i), server.sip.local));
    await until(() => expect(server.sip.counters.overload).toBe(300));
    expect(server.sip.counters.serverTransactions).toBe(100);
    expect(server.incoming).toHaveLength(100);
    for (const { request, transaction } of server.incoming) {
      transaction?.respond(makeResponse(request, 200, { toTag: 'x' }));
    }
    await until(() => expect(server.sip.counters.serverTransactions).toBe(0));
    stranger.send(invite(1), server.sip.local);
    await until(() => expect(server.incoming).toHaveLength(101));
  });

  test.each([
    ['no From', 'INVITE', (text: string) => text.replace(/From: .*\r\n/, ''), 400],
    ['no tag in From', 'INVITE', (text: string) => text.replace(';tag=caller', ''), 400],
    ['no Call-ID', 'INVITE', (text: string) => text.replace(/Call-ID: .*\r\n/, ''), 400],
    ['CSeq of another method', 'INVITE', (text: string) => text.replace('1 INVITE', '1 BYE'), 400],
    ['CSeq too large', 'INVITE', (text: string) => text.replace('CSeq: 1', 'CSeq: 99999999999'), 400],
    ['a body that ends early', 'INVITE', (text: string) => text.replace('Length: 0', 'Length: 9'), 400],
    ['SIP/3.0', 'INVITE', (text: string) => text.replace('SIP/2.0\r', 'SIP/3.0\r'), 505],
  ])('%s: refused without a transaction', async (_, method, spoil, status) => {
    const server = await openServer();
    const stranger = await bench.raw();
    const good = new TextDecoder().decode(withVia('z9hG4bKbad', stranger.at.port, method));
    stranger.send(spoil(good), server.sip.local);
    await until(() => expect(stranger.received).toHaveLength(1));
    expect(stranger.received[0]).toMatch(new RegExp(`^SIP/2.0 ${status} `));
    expect(server.incoming).toEqual([]);
    expect(server.sip.counters.serverTransactions).toBe(0);
  });

  test('what cannot be answered is not: no Via, or a bad ACK', async () => {
    const server = await openServer();
    const stranger = await bench.raw();
    const good = new TextDecoder().decode(withVia('z9hG4bKbad', stranger.at.port, 'ACK'));
    stranger.send(good.replace(/Via: .*\r\n/, ''), server.sip.local);
    stranger.send(good.replace('1 ACK', '1 BYE'), server.sip.local);
    stranger.send(withVia('z9hG4bKgood', stranger.at.port, 'OPTIONS'), server.sip.local);
    await until(() => expect(stranger.received).toHaveLength(1));
    expect(stranger.received[0]).toMatch(/^SIP\/2.0 200 /);
    expect(server.sip.counters.unreadable).toBe(2);
  });

  test('keep-alives are told apart and not answered', async () => {
    const seen = vi.fn();
    const server = await bench.endpoint('b', { onKeepAlive: seen });
    const client = await bench.endpoint('a');
    client.sip.keepAlive(server.sip.local);
    await until(() => expect(seen).toHaveBeenCalledWith(client.sip.local));
    expect(server.sip.counters.unreadable).toBe(0);
  });

  test('a transaction that nobody answers does not stay for ever', async () => {
    const server = await bench.endpoint('b', { timers: { ...quick, t1Ms: 2 } });
    const stranger = await bench.raw();
    stranger.send(withVia('z9hG4bKq', stranger.at.port, 'OPTIONS'), server.sip.local);
    await until(() => expect(server.incoming).toHaveLength(1));
    await until(() => expect(server.sip.counters.serverTransactions).toBe(0));
  });
});

function withVia(branch: string, port: number, method = 'INVITE'): Uint8Array {
  const request = someRequest(method);
  const via = { name: 'Via', value: `SIP/2.0/UDP 127.0.0.1:${port};rport;branch=${branch}` };
  return encodeSip({ ...request, headers: [via, ...request.headers] });
}
