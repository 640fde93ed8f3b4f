import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../../kit/log.ts';
import { until } from '../bench/actor.ts';
import { type MediaEnd, openMediaEnd } from '../bench/media-end.ts';
import { newLatch } from './latch.ts';
import { type Leg, openLeg } from './leg.ts';

const net = `127.${20 + (process.pid % 200)}.252`;
const open: (Leg | MediaEnd)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function leg(mode: 'announced' | 'latch', holds = true) {
  let heard = 0;
  const opened = await openLeg({
    address: `${net}.5`,
    outsidePort: 30_100,
    insidePort: 21_000,
    latch: newLatch(mode, [`${net}.10`], holds),
    now: () => 0,
    onHeard: () => {
      heard += 1;
    },
    log: silentLog,
  });
  const [client, server] = [
    await openMediaEnd({ host: `${net}.10`, port: 0 }),
    await openMediaEnd({ host: `${net}.6`, port: 0 }),
  ];
  open.push(opened, client, server);
  const at = { outside: { host: `${net}.5`, port: 30_100 }, inside: { host: `${net}.5`, port: 21_000 } };
  return { opened, client, server, at, heard: () => heard };
}

test('nothing from inside before SDP told where the server is, and nothing from elsewhere after', async () => {
  const { opened, client, server, at, heard } = await leg('announced');
  opened.outsideAt(client.at);
  server.say('early', at.inside);
  await until('the early one', () => opened.counters().refused === 1);
  const stranger = await openMediaEnd({ host: `${net}.66`, port: 0 });
  open.push(stranger);
  opened.serverAt(server.at);
  stranger.say('forged', at.inside);
  server.say('right', at.inside);
  await client.hears('right');
  expect(client.heard.map(({ text }) => text)).toEqual(['right']);
  await until('the forged one', () => opened.counters().refused === 2);
  expect([opened.counters(), heard()]).toEqual([{ inward: 0, outward: 1, refused: 2 }, 1]);
});

test('SDP that names a host instead of an address sends nothing anywhere', async () => {
  const { opened, client, server, at } = await leg('announced');
  opened.serverAt(server.at);
  opened.outsideAt({ host: 'localhost', port: client.at.port });
  server.say('one', at.inside);
  await until('the first', () => opened.counters().outward === 1);
  opened.outsideAt({ host: client.at.host, port: 0 });
  server.say('two', at.inside);
  await until('the second', () => opened.counters().outward === 2);
  opened.outsideAt(client.at);
  server.say('three', at.inside);
  await client.hears('three');
  expect(client.heard.map(({ text }) => text)).toEqual(['three']);
});

test('a port that is taken: the error is thrown, and the other port is free again', async () => {
  const taken = await openMediaEnd({ host: `${net}.5`, port: 21_000 });
  open.push(taken);
  await expect(leg('latch')).rejects.toThrow('EADDRINUSE');
  const free = await openMediaEnd({ host: `${net}.5`, port: 30_100 });
  open.push(free);
  expect(free.at.port).toBe(30_100);
});

test('a client that describes itself anew may latch from another port', async () => {
  const { opened, client, server, at } = await leg('latch');
  opened.serverAt(server.at);
  opened.outsideAt({ host: '192.168.10.11', port: 40_000 });
  client.say('first', at.outside);
  await server.hears('first');
  const moved = await openMediaEnd({ host: `${net}.10`, port: 0 });
  open.push(moved);
  moved.say('too early', at.outside);
  await until('the early one', () => opened.counters().refused === 1);
  opened.outsideAt({ host: '192.168.10.11', port: 40_000 });
  client.say('still', at.outside);
  await server.hears('still');
  opened.outsideAt({ host: '192.168.10.11', port: 50_000 });
  moved.say('moved', at.outside);
  await server.hears('moved');
  expect(opened.remote()).toEqual(moved.at);
  expect(server.heard.map(({ text }) => text)).toEqual(['first', 'still', 'moved']);
});
