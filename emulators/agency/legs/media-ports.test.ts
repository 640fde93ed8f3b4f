import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../kit/clock.ts';
import { seededIds } from '../../kit/ids.ts';
import { silentLog } from '../../kit/log.ts';
import { newPlaces } from '../bench/config.ts';
import { MediaPorts, type OpenedPorts } from './media-ports.ts';

const nobody = { onRtp: () => {}, onFloor: () => {} };
const opened: [MediaPorts, OpenedPorts][] = [];
afterEach(async () => {
  for (const [ports, leg] of opened.splice(0)) await ports.close(leg);
});

function pool(address: string, range: [number, number]) {
  const ports = new MediaPorts(address, range, { clock: systemClock, ids: seededIds(1), log: silentLog });
  const open = async (): Promise<OpenedPorts | undefined> => {
    const leg = await ports.open(nobody);
    if (leg !== undefined) opened.push([ports, leg]);
    return leg;
  };
  return { ports, open };
}

describe('ports of legs', () => {
  test('come from the range until it is exhausted, and come back when their sockets are closed', async () => {
    const { ports, open } = pool(newPlaces().server, [21_000, 21_007]);
    const first = await open();
    const second = await open();
    expect([first?.ports, second?.ports]).toEqual([
      { rtpPort: 21_000, floorPort: 21_002 },
      { rtpPort: 21_004, floorPort: 21_006 },
    ]);
    expect(await open()).toBeUndefined();
    if (first === undefined) throw new Error('no leg');
    await ports.close(first);
    expect((await open())?.ports.rtpPort).toBe(21_000);
  });

  test('a port that something else has is stepped over, and tried again another time', async () => {
    const { server } = newPlaces();
    const squatter = createSocket('udp4');
    squatter.bind(21_101, server);
    await once(squatter, 'listening');
    const { ports, open } = pool(server, [21_100, 21_107]);
    expect((await open())?.ports.rtpPort).toBe(21_104);
    expect(ports.free).toBe(1);
    await new Promise<void>((resolve) => void squatter.close(() => resolve()));
    expect((await open())?.ports.rtpPort).toBe(21_100);
  });
});
