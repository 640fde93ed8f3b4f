import { describe, expect, test } from 'vitest';
import { decodeDns } from '../../../lab/wire/dns/codec.ts';
import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import { queryOf } from '../coredns/ask.ts';
import { ReplyCache } from './cache.ts';
import { answerOpt, fitted, optOf, sizeLimit } from './edns.ts';
import { forward, forwards } from './forward.ts';
import { shuffled } from './loadbalance.ts';
import { bareReply, fullReply, rcodes, toMessage } from './reply.ts';

const a = (address: string, ttl = 300): DnsRecord => ({ name: 'x.test', ttl, type: 'A', address });
const soa: DnsRecord = {
  name: 'test',
  ttl: 900,
  type: 'SOA',
  mname: 'ns.test',
  rname: 'h.test',
  serial: 1,
  refresh: 1,
  retry: 1,
  expire: 1,
  minimum: 12,
};

describe('cache', () => {
  const config = { ttl: 30, denialTtl: 30, zones: ['.'], noSuccess: ['cluster.local'], noDenial: [] };
  const put = (cache: ReplyCache, reply: Parameters<ReplyCache['put']>[3], name = 'x.test') => {
    return cache.put(name, name, 'A', reply, 0);
  };

  test('an answer goes out with the capped TTL and counts down', () => {
    const cache = new ReplyCache(config);
    expect(put(cache, fullReply({ answers: [a('10.0.0.1')] })).answers).toEqual([a('10.0.0.1', 30)]);
    expect(cache.get('x.test', 10_900)).toMatchObject({ authoritative: true, answers: [{ ttl: 20 }] });
    expect(cache.get('x.test', 30_000)).toBeUndefined();
  });

  test('a denial lives as long as its SOA says', () => {
    const cache = new ReplyCache(config);
    put(cache, fullReply({ rcode: rcodes.nameError, authorities: [soa] }));
    expect(cache.get('x.test', 11_999)).toMatchObject({ rcode: rcodes.nameError });
    expect(cache.get('x.test', 12_000)).toBeUndefined();
  });

  test('nothing for less than 5 s, an upstream’s SERVFAIL for just so long', () => {
    const cache = new ReplyCache(config);
    put(cache, fullReply({ answers: [a('10.0.0.1', 1)] }));
    expect(cache.get('x.test', 4999)).toBeDefined();
    put(cache, fullReply({ rcode: rcodes.serverFailure }), 'y.test');
    expect(cache.get('y.test', 4999)).toBeDefined();
    expect(cache.get('y.test', 5000)).toBeUndefined();
  });

  test.each([
    ['a refusal', fullReply({ rcode: rcodes.refused }), 'x.test'],
    ['a denial without SOA', fullReply({ rcode: rcodes.nameError }), 'x.test'],
    ['a truncated answer', fullReply({ truncated: true, answers: [a('10.0.0.1')] }), 'x.test'],
    ['a failure of one’s own', bareReply(rcodes.serverFailure), 'x.test'],
    ['an answer of a zone that is left out', fullReply({ answers: [a('10.0.0.1')] }), 'x.cluster.local'],
  ])('%s is not kept', (_what, reply, name) => {
    const cache = new ReplyCache(config);
    put(cache, reply, name);
    expect(cache.get(name, 1)).toBeUndefined();
  });

  test('only the zones that it names', () => {
    expect(new ReplyCache({ ...config, zones: ['a.test'] }).covers('x.b.test')).toBe(false);
    expect(new ReplyCache({ ...config, zones: ['a.test'] }).covers('x.a.test')).toBe(true);
  });
});

describe('what fits', () => {
  const many = Array.from({ length: 60 }, (_, i) => a(`10.0.0.${i}`));
  const query = queryOf({ name: 'x.test', type: 'A', edns: 'plain' }, 7);

  test('512 bytes without OPT, what the OPT says with one, never less', () => {
    expect(sizeLimit(queryOf({ name: 'x.test', type: 'A' }, 7), false)).toBe(512);
    expect(sizeLimit(query, false)).toBe(1232);
    expect(sizeLimit(query, true)).toBe(65_535);
  });

  test('too many answers: TC, whole records, the OPT stays', () => {
    const opt = optOf(query);
    const message = toMessage(
      fullReply({ answers: many, additionals: opt === undefined ? [] : [answerOpt(opt)] }),
      query,
    );
    const bytes = fitted(message, 512);
    expect(bytes.length).toBeLessThanOrEqual(512);
    const read = decodeDns(bytes);
    expect(read.faults).toEqual([]);
    expect(read.value).toMatchObject({ truncated: true, additionals: [{ number: 41 }] });
    expect(read.value?.answers.length).toBeGreaterThan(10);
  });

  test('additional records alone are left out without TC', () => {
    const message = toMessage(fullReply({ answers: [a('10.0.0.1')], additionals: many }), query);
    expect(decodeDns(fitted(message, 512)).value).toMatchObject({ truncated: false, additionals: [] });
  });

  test('options that a server may echo come back, others do not; the upper bits of the flags are cleared', () => {
    const data = new Uint8Array([0, 10, 0, 2, 1, 2, 0, 8, 0, 1, 9, 0, 3, 0, 0, 0, 10, 0, 9, 1]);
    const opt = { name: 'x', ttl: 0x1200_8001, type: 'other', number: 41, class: 1232, data } as const;
    expect(answerOpt(opt)).toEqual({
      ...opt,
      name: '.',
      ttl: 0x8000,
      data: new Uint8Array([0, 10, 0, 2, 1, 2, 0, 3, 0, 0]),
    });
  });
});

describe('forward', () => {
  const config = { from: '.', to: ['/etc/resolv.conf'], except: ['a.test'] };
  const query = queryOf({ name: 'x.test', type: 'A' }, 7);

  test('without an upstream it fails at once', async () => {
    const began = performance.now();
    const reply = await forward(config, [], query, new AbortController().signal);
    expect(reply).toEqual(bareReply(rcodes.serverFailure));
    expect(performance.now() - began).toBeLessThan(100);
  });

  test('with dead ones too', async () => {
    const reply = await forward(config, ['127.0.0.1:9', '127.0.0.1:9'], query, new AbortController().signal);
    expect(reply.rcode).toBe(rcodes.serverFailure);
  });

  test('excepted names are not for it', () => {
    expect(forwards(config, 'x.test')).toBe(true);
    expect(forwards(config, 'x.a.test')).toBe(false);
    expect(forwards({ ...config, from: 'b.test' }, 'x.test')).toBe(false);
  });
});

test('loadbalance puts aliases first, keeps all, and does change the order of addresses', () => {
  const alias: DnsRecord = { name: 'y.test', ttl: 5, type: 'CNAME', target: 'x.test' };
  const answers = [a('10.0.0.1'), a('10.0.0.2'), a('10.0.0.3'), alias];
  const orders = new Set<string>();
  for (let i = 0; i < 200; i += 1) {
    const out = shuffled(fullReply({ answers })).answers;
    expect(out[0]).toBe(alias);
    expect(new Set(out)).toEqual(new Set(answers));
    orders.add(JSON.stringify(out));
  }
  expect(orders.size).toBe(6);
});
