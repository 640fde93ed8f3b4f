import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MediaPorts } from './ports.ts';

describe('MediaPorts', () => {
  test('pairs are even and next to each other, singles spare them', () => {
    const ports = new MediaPorts([30_101, 30_107]);
    expect(ports.takePair()).toBe(30_102);
    // 30101 can be no pair: its even neighbour is outside.
    expect(ports.takeSingle()).toBe(30_101);
    expect([ports.takePair(), ports.takePair(), ports.takePair()]).toEqual([30_104, 30_106, undefined]);
    expect([ports.takeSingle(), ports.free]).toEqual([undefined, 0]);
  });

  test('ten calls of three ports fit into thirty-two', () => {
    const ports = new MediaPorts([30_100, 30_131]);
    for (let call = 0; call < 10; call += 1) {
      expect(ports.takePair()).toBeDefined();
      expect(ports.takeSingle()).toBeDefined();
    }
    expect(ports.free).toBe(2);
  });

  test('what was given back last is taken last', () => {
    const ports = new MediaPorts([20_000, 20_005]);
    const first = ports.takePair() ?? 0;
    ports.release(first, first + 1);
    expect([ports.takePair(), ports.takePair(), ports.takePair()]).toEqual([20_002, 20_004, 20_000]);
  });

  test('nothing is given twice, nothing outside the range, and everything comes back', () => {
    const act = fc.constantFrom('pair', 'single', 'release', 'release again');
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (acts, size) => {
        const ports = new MediaPorts([100, 99 + size]);
        const out: number[][] = [];
        let returned: number[] = [];
        for (const one of acts) {
          if (one === 'release') {
            returned = out.shift() ?? [];
            ports.release(...returned);
          } else if (one === 'release again') ports.release(...returned.filter((port) => !out.flat().includes(port)));
          else {
            const port = one === 'pair' ? ports.takePair() : ports.takeSingle();
            if (port !== undefined) out.push(one === 'pair' ? [port, port + 1] : [port]);
          }
          const taken = out.flat();
          expect(new Set(taken).size).toBe(taken.length);
          expect(taken.every((port) => port >= 100 && port <= 99 + size)).toBe(true);
          expect(ports.free).toBe(size - taken.length);
        }
      }),
    );
  });
});
