import { afterEach, expect, test, vi } from 'vitest';
import { openLog, silentLog } from './log.ts';
import { closeEveryUdp, openUdp, type Peer, type UdpSocket } from './udp.ts';

const opened: UdpSocket[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((socket) => socket.close()));
});

async function open(onDatagram: (bytes: Uint8Array, source: Peer) => void = () => {}, log = silentLog) {
  const socket = await openUdp({ address: '127.0.0.1', port: 0, log, onDatagram });
  opened.push(socket);
  return socket;
}

test('carries datagrams of every size up to the largest', async () => {
  const seen: number[] = [];
  const to = await open((bytes, source) => {
    seen.push(bytes.length);
    expect(source).toEqual(from.local);
  });
  const from = await open();
  for (const size of [0, 1, 1500, 65_507]) from.send(new Uint8Array(size), to.local);
  await vi.waitFor(() => expect(seen).toEqual([0, 1, 1500, 65_507]));
});

test('a handler that throws is a fault and harms no later datagram', async () => {
  const log = openLog('x', () => {});
  let count = 0;
  const to = await open(() => {
    count += 1;
    if (count === 1) throw new Error('bug');
  }, log);
  const from = await open();
  from.send(new Uint8Array(1), to.local);
  from.send(new Uint8Array(1), to.local);
  await vi.waitFor(() => expect(count).toBe(2));
  expect(log.faults).toBe(1);
});

test.each([
  ['too large', 70_000, { host: '127.0.0.1', port: 9 }],
  ['port 0', 1, { host: '127.0.0.1', port: 0 }],
  ['port beyond', 1, { host: '127.0.0.1', port: 70_000 }],
  ['no address', 1, { host: '999.1.1.1', port: 9 }],
])('%s: told to the caller, never thrown, never at once', async (_, size, to) => {
  const socket = await open();
  const onError = vi.fn();
  socket.send(new Uint8Array(size), to, onError);
  expect(onError).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce());
});

test('a port that is taken rejects', async () => {
  const socket = await open();
  const again = openUdp({ address: '127.0.0.1', port: socket.local.port, log: silentLog, onDatagram: () => {} });
  await expect(again).rejects.toThrow(/EADDRINUSE/);
});

test('closing twice, and sending afterwards, is harmless', async () => {
  const socket = await open();
  await socket.close();
  await socket.close();
  const onError = vi.fn();
  socket.send(new Uint8Array(1), { host: '127.0.0.1', port: 9 }, onError);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(onError).not.toHaveBeenCalled();
});

test('all sockets of a process close at once, also one that is being opened', async () => {
  const socket = await open();
  const opening = openUdp({ address: '127.0.0.1', port: 0, log: silentLog, onDatagram: () => {} });
  await closeEveryUdp();
  await expect(opening).rejects.toThrow(/closed while/);
  const again = await openUdp({ address: '127.0.0.1', port: socket.local.port, log: silentLog, onDatagram: () => {} });
  expect(again.local).toEqual(socket.local);
  await again.close();
});
