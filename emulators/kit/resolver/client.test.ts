import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeDns, encodeDns } from '../../../lab/wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../../../lab/wire/dns/message.ts';
import { AnswerCache } from './cache.ts';
import { ResolverClient } from './client.ts';

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

type Answering = (query: DnsMessage, count: number) => (Partial<DnsMessage> | Uint8Array)[];

/** A nameserver on loopback that answers as it is told, and remembers the questions. */
async function nameserver(answering: Answering) {
  const socket: Socket = createSocket('udp4');
  const asked: string[] = [];
  const ports = new Set<number>();
  const ids = new Set<number>();
  socket.on('message', (bytes, from) => {
    const query = decodeDns(bytes).value;
    if (query === undefined) throw new Error('the client sent no DNS message');
    asked.push(`${query.questions[0]?.type} ${query.questions[0]?.name}`);
    ports.add(from.port);
    ids.add(query.id);
    for (const part of answering(query, asked.length)) {
      const bytesOut = part instanceof Uint8Array ? part : encodeDns({ ...query, response: true, ...part });
      socket.send(bytesOut, from.port, from.address);
    }
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  ended.push(() => socket.close());
  return { at: `127.0.0.1:${socket.address().port}`, asked, ports, ids };
}

function client(
  nameservers: string[],
  more: { search?: string[]; ndots?: number; timeoutMs?: number; attempts?: number } = {},
) {
  const made = new ResolverClient({ nameservers, search: [], ndots: 1, timeoutMs: 300, attempts: 1, ...more });
  ended.push(() => made.close());
  return made;
}

const a = (name: string, address: string, ttl = 5): DnsRecord => ({ name, ttl, type: 'A', address });
const cname = (name: string, target: string): DnsRecord => ({ name, ttl: 5, type: 'CNAME', target });

describe('a stub resolver over UDP', () => {
  test('an answer is found, its name compared without case', async () => {
    const server = await nameserver(() => [{ answers: [a('NODE-b.mcx.test', '172.18.0.3')] }]);
    const found = await client([server.at]).lookup('node-b.mcx.test', 'A');
    expect(found).toMatchObject({ status: 'answer', records: [{ address: '172.18.0.3' }] });
    expect(server.asked).toEqual(['A node-b.mcx.test']);
  });

  test('a wrong id, a wrong question, a query and rubbish are no answer; the right one behind them is', async () => {
    const wrong = { answers: [a('x.test', '6.6.6.6')] };
    const server = await nameserver((query) => [
      new Uint8Array([1, 2, 3]),
      { ...wrong, id: query.id ^ 1 },
      { ...wrong, questions: [{ name: 'y.test', type: 'A' }] },
      { ...wrong, questions: [{ name: 'x.test', type: 'SRV' }] },
      { ...wrong, response: false },
      { answers: [a('x.test', '10.0.0.1')] },
    ]);
    const found = await client([server.at]).lookup('x.test', 'A');
    expect(found.records).toMatchObject([{ address: '10.0.0.1' }]);
  });

  test('silence ends in unreachable after all attempts', async () => {
    const server = await nameserver(() => []);
    const began = performance.now();
    const found = await client([server.at], { timeoutMs: 40, attempts: 3 }).lookup('x.test', 'A');
    expect(found.status).toBe('unreachable');
    expect(server.asked).toHaveLength(3);
    expect(performance.now() - began).toBeGreaterThanOrEqual(110);
  });

  test('the next nameserver takes over from one that is dead, silent or refuses', async () => {
    const silent = await nameserver(() => []);
    const refuses = await nameserver(() => [{ rcode: 5 }]);
    const good = await nameserver(() => [{ answers: [a('x.test', '10.0.0.1')] }]);
    const found = await client(['127.0.0.1:9', silent.at, refuses.at, good.at], { timeoutMs: 60 }).lookup(
      'x.test',
      'A',
    );
    expect(found.status).toBe('answer');
    expect([silent.asked.length, refuses.asked.length, good.asked.length]).toEqual([1, 1, 1]);
  });

  test('SERVFAIL everywhere is told as such, NXDOMAIN ends the matter', async () => {
    const failing = await nameserver(() => [{ rcode: 2 }]);
    const denying = await nameserver(() => [{ rcode: 3 }]);
    expect((await client([failing.at], { attempts: 2 }).lookup('x.test', 'A')).status).toBe('servfail');
    expect(failing.asked).toHaveLength(2);
    expect((await client([denying.at, failing.at]).lookup('x.test', 'A')).status).toBe('nxdomain');
    expect(failing.asked).toHaveLength(2);
  });

  test('aliases are followed, in the answer and beyond it; a loop of them ends', async () => {
    const within = await nameserver(() => [{ answers: [cname('x.test', 'y.test'), a('y.test', '10.0.0.1')] }]);
    expect((await client([within.at]).lookup('x.test', 'A')).records).toMatchObject([{ address: '10.0.0.1' }]);
    const beyond = await nameserver((query) => {
      const name = query.questions[0]?.name ?? '';
      return [{ answers: name === 'x.test' ? [cname('x.test', 'y.test')] : [a(name, '10.0.0.2')] }];
    });
    expect((await client([beyond.at]).lookup('x.test', 'A')).records).toMatchObject([{ address: '10.0.0.2' }]);
    expect(beyond.asked).toEqual(['A x.test', 'A y.test']);
    const loop = await nameserver((query) => {
      const name = query.questions[0]?.name ?? '';
      return [{ answers: [cname(name, name === 'x.test' ? 'y.test' : 'x.test')] }];
    });
    expect((await client([loop.at]).lookup('x.test', 'A')).status).toBe('servfail');
    expect(loop.asked.length).toBeLessThan(12);
  });

  test('an answer is kept for its TTL and no longer; a denial is not kept', async () => {
    const server = await nameserver((_query, count) => [{ answers: [a('x.test', `10.0.0.${count}`, 1)] }]);
    const made = client([server.at]);
    await made.lookup('x.test', 'A');
    expect((await made.lookup('X.test', 'A')).records).toMatchObject([{ address: '10.0.0.1' }]);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect((await made.lookup('x.test', 'A')).records).toMatchObject([{ address: '10.0.0.2' }]);
    const denying = await nameserver(() => [{ rcode: 3 }]);
    const again = client([denying.at]);
    await again.lookup('x.test', 'A');
    await again.lookup('x.test', 'A');
    expect(denying.asked).toHaveLength(2);
  });

  test('ids and source ports differ from question to question', async () => {
    const server = await nameserver(() => [{ rcode: 3 }]);
    const made = client([server.at]);
    for (let i = 0; i < 12; i += 1) await made.lookup(`n${i}.test`, 'A');
    expect(server.ids.size).toBeGreaterThan(9);
    expect(server.ports.size).toBeGreaterThan(9);
  });

  test('a truncated answer is used as far as it goes', async () => {
    const server = await nameserver(() => [{ truncated: true, answers: [a('x.test', '10.0.0.1')] }]);
    expect((await client([server.at]).lookup('x.test', 'A')).status).toBe('answer');
  });

  test('a name that no message can hold is denied without a packet', async () => {
    const server = await nameserver(() => []);
    const made = client([server.at], { search: ['svc.cluster.local'] });
    expect((await made.resolveUri('sip:a..b:5060')).targets).toEqual([]);
    expect((await made.resolveUri(`sip:${'x'.repeat(64)}.test`)).error).toContain('nxdomain');
    expect(server.asked).toEqual([]);
  });

  test('close ends what is under way', async () => {
    const server = await nameserver(() => []);
    const made = client([server.at], { timeoutMs: 10_000, attempts: 5 });
    const pending = made.resolveUri('sip:x.test:5060');
    await new Promise((resolve) => setTimeout(resolve, 30));
    made.close();
    expect((await pending).targets).toEqual([]);
  });
});

test('a name that was found through the search list is not searched for again while its TTL lasts', async () => {
  const server = await nameserver((query) => {
    const name = query.questions[0]?.name ?? '';
    return [name === 'edge.mcx' ? { answers: [a(name, '10.0.0.1')] } : { rcode: 3 }];
  });
  const made = client([server.at], { search: ['svc.cluster.local', 'cluster.local'], ndots: 5 });
  for (let i = 0; i < 3; i += 1) expect((await made.lookup('edge.mcx', 'A')).name).toBe('edge.mcx');
  expect(server.asked).toEqual(['A edge.mcx.svc.cluster.local', 'A edge.mcx.cluster.local', 'A edge.mcx']);
});

test('the cache holds so many answers and lets the oldest go', () => {
  const cache = new AnswerCache(2);
  const result = { status: 'answer', name: 'x', records: [] } as const;
  for (const name of ['a', 'b', 'c']) cache.put(name, 'A', result, 100);
  expect(cache.size).toBe(2);
  expect(cache.get('a', 'A', 0)).toBeUndefined();
  expect(cache.get('C.', 'A', 0)).toBe(result);
  expect(cache.get('c', 'A', 100)).toBeUndefined();
});
