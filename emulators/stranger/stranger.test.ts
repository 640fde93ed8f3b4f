import { Buffer } from 'node:buffer';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../kit/clock.ts';
import { seededIds } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import type { Emulator } from '../kit/start/start.ts';
import { openUdp, type Peer, type UdpSocket } from '../kit/udp.ts';
import { strangerConfigSchema } from './config.ts';
import { openStranger } from './stranger.ts';

const log: Log = { info: () => {}, warn: () => {}, fault: () => {}, faults: 0 };
const config = {
  role: 'stranger' as const,
  process: { name: 's', control: '/nowhere', seed: 1 },
  address: '127.0.0.1',
};
const heard: { text: string; source: Peer }[] = [];
const open: { close(): unknown }[] = [];

async function listener(): Promise<UdpSocket> {
  const onDatagram = (bytes: Uint8Array, source: Peer) => heard.push({ text: Buffer.from(bytes).toString(), source });
  const socket = await openUdp({ address: '127.0.0.1', port: 0, log, onDatagram });
  open.push(socket);
  return socket;
}

function stranger(): Emulator {
  const emulator = openStranger(config, { log, clock: systemClock, ids: seededIds(1) });
  open.push(emulator);
  return emulator;
}

async function freePort(address = '127.0.0.1'): Promise<number> {
  const socket = await openUdp({ address, port: 0, log, onDatagram: () => {} });
  await socket.close();
  return socket.local.port;
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition() && waited < 200; waited++) await new Promise((resolve) => setTimeout(resolve, 5));
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  heard.length = 0;
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('stranger', () => {
  test('sends the very bytes from the port and the address of the act', async () => {
    const { local } = await listener();
    const { control } = stranger();
    const [first, second] = [await freePort(), await freePort('127.0.0.9')];
    await control.send?.({ do: 'send', fromPort: first, to: local, payload: base64('one') });
    await control.send?.({
      do: 'send',
      fromAddress: '127.0.0.9',
      fromPort: second,
      to: local,
      payload: base64('two'),
    });
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      { text: 'one', source: { host: '127.0.0.1', port: first } },
      { text: 'two', source: { host: '127.0.0.9', port: second } },
    ]);
  });

  test('sends as often as it is told, act after act', async () => {
    const { local } = await listener();
    const { control } = stranger();
    const fromPort = await freePort();
    const act = (text: string, times: number) =>
      control.send?.({ do: 'send', fromPort, to: local, payload: base64(text), times });
    await Promise.all([act('a', 40), act('b', 2)]);
    await until(() => heard.length === 42);
    expect(heard.map(({ text }) => text).join('')).toBe(`${'a'.repeat(40)}bb`);
    expect(await control.describe?.({ do: 'describe' })).toMatchObject({ sent: 42 });
  });

  test('an address that the host does not have is an error of that act alone', async () => {
    const { local } = await listener();
    const { control } = stranger();
    const fromPort = await freePort();
    const forged = { do: 'send', fromAddress: '192.0.2.1', fromPort, to: local, payload: base64('x') } as const;
    await expect(control.send?.(forged)).rejects.toThrow('EADDRNOTAVAIL');
    await control.send?.({ do: 'send', fromPort, to: local, payload: base64('own') });
    await until(() => heard.length > 0);
    expect(heard.map(({ text }) => text)).toEqual(['own']);
  });

  test('what comes back is counted and answered by nothing', async () => {
    const far = await listener();
    const { control } = stranger();
    const fromPort = await freePort();
    await control.send?.({ do: 'send', fromPort, to: far.local, payload: base64('x') });
    await until(() => heard.length === 1);
    far.send(Buffer.from('OPTIONS sip:you SIP/2.0\r\n\r\n'), { host: '127.0.0.1', port: fromPort });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await control.describe?.({ do: 'describe' })).toMatchObject({ sent: 1, received: 1 });
    expect(heard).toHaveLength(1);
  });

  test('its configuration knows no other key', () => {
    expect(strangerConfigSchema.safeParse(config).success).toBe(true);
    expect(strangerConfigSchema.safeParse({ ...config, role: 'client' }).success).toBe(false);
    expect(strangerConfigSchema.safeParse({ ...config, pretends: true }).success).toBe(false);
  });
});
