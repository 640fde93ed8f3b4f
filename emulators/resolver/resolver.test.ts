import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeDns, encodeDns } from '../../lab/wire/dns/codec.ts';
import { systemClock } from '../kit/clock.ts';
import { seededIds } from '../kit/ids.ts';
import { openLog } from '../kit/log.ts';
import { ResolverClient } from '../kit/resolver/client.ts';
import type { Emulator } from '../kit/start/start.ts';
import { queryOf } from './coredns/ask.ts';
import { buildResolver } from './resolver.ts';

const folder = mkdtempSync(join(tmpdir(), 'resolver-'));
const log = openLog('a-dns', () => {});
let port = 0;
let resolver: Emulator;

beforeAll(async () => {
  port = await freePort();
  const zone = `$TTL 5
@ SOA ns hostmaster 1 60 30 600 5
ic.b NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.ic.b
_sip._udp.ic.b SRV 10 50 31070 node-b
node-b A 172.18.0.3
`;
  writeFileSync(join(folder, 'db.mcx.test'), zone);
  writeFileSync(join(folder, 'Corefile'), `.:${port} {\n file db.mcx.test mcx.test\n kubernetes cluster.local\n}\n`);
  resolver = await buildResolver(
    {
      role: 'resolver',
      process: { name: 'a-dns', control: '', seed: 1 },
      address: '127.0.0.1',
      corefile: join(folder, 'Corefile'),
      services: [{ name: 'edge.mcx.svc.cluster.local', address: '10.96.0.20' }],
      resolvConfNameservers: [],
    },
    { log, ids: seededIds(1), clock: systemClock },
  );
});
afterAll(async () => {
  await resolver.close();
  rmSync(folder, { recursive: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createSocket('udp4');
    probe.bind(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}

describe('on the wire', () => {
  const client = () =>
    new ResolverClient({
      nameservers: [`127.0.0.1:${port}`],
      search: ['mcx.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 2,
      timeoutMs: 2000,
      attempts: 1,
    });

  test('a partner is found by NAPTR, SRV and address', async () => {
    expect((await client().resolveUri('sip:cf@ic.b.mcx.test')).targets).toEqual([{ host: '172.18.0.3', port: 31070 }]);
  });

  test('a short name is found through the search list', async () => {
    expect((await client().resolveUri('sip:edge:5060')).targets).toEqual([{ host: '10.96.0.20', port: 5060 }]);
  });

  test('an unknown partner is an error that says what was asked', async () => {
    const { targets, error } = await client().resolveUri('sip:cf@ic.z.mcx.test');
    expect(targets).toEqual([]);
    expect(error).toContain('nxdomain');
  });

  test('rubbish and answers get no answer, and harm nobody', async () => {
    const socket = createSocket('udp4');
    let heard = 0;
    socket.on('message', () => {
      heard += 1;
    });
    const query = queryOf({ name: 'node-b.mcx.test', type: 'A' }, 3);
    for (let length = 0; length < 64; length += 1)
      socket.send(new Uint8Array(length).fill(length * 7), port, '127.0.0.1');
    socket.send(encodeDns({ ...query, response: true }), port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = heard;
    socket.send(encodeDns(query), port, '127.0.0.1');
    for (let i = 0; i < 100 && heard === before; i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    socket.close();
    expect(heard).toBe(before + 1);
    expect(log.faults).toBe(0);
  });

  test('by TCP, two questions in pieces of one byte', async () => {
    const message = encodeDns(queryOf({ name: 'node-b.mcx.test', type: 'A' }, 9));
    const framed = Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    for (const byte of Buffer.concat([framed, framed])) socket.write(Buffer.from([byte]));
    while (received.length < 2 || received.length < 2 * (2 + received.readUInt16BE(0))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    socket.destroy();
    const answer = decodeDns(received.subarray(2, 2 + received.readUInt16BE(0))).value;
    expect(answer).toMatchObject({ id: 9, authoritative: true, answers: [{ address: '172.18.0.3' }] });
  });
});
