import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPortPool, type LegPorts } from './port-pool.ts';

describe('ports of the legs of a server', () => {
  test('even RTP, RTCP on the next, floor control after it, and every leg apart', () => {
    const pool = createPortPool([20001, 20013]);
    expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([
      { rtpPort: 20002, floorPort: 20004 },
      { rtpPort: 20006, floorPort: 20008 },
      { rtpPort: 20010, floorPort: 20012 },
      undefined,
    ]);
  });

  test('what was given back last is taken last', () => {
    const pool = createPortPool([20000, 20011]);
    const first = pool.take() as LegPorts;
    pool.release(first);
    expect([pool.take()?.rtpPort, pool.take()?.rtpPort, pool.take()?.rtpPort]).toEqual([20004, 20008, 20000]);
  });

  test('given back twice, or never taken, changes nothing', () => {
    const pool = createPortPool([20000, 20003]);
    const ports = pool.take() as LegPorts;
    pool.release(ports);
    pool.release(ports);
    pool.release({ rtpPort: 40000, floorPort: 40002 });
    expect(pool.free).toBe(1);
  });

  test('no port is ever out twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 60_000 }), fc.nat(60), fc.array(fc.nat(20)), (from, span, acts) => {
        const pool = createPortPool([from, from + span]);
        const out: LegPorts[] = [];
        for (const act of acts) {
          const back = act % 3 === 0 ? out.splice(act % Math.max(1, out.length), 1)[0] : undefined;
          if (back !== undefined) pool.release(back);
          const ports = act % 3 === 0 ? undefined : pool.take();
          if (ports !== undefined) out.push(ports);
          const sockets = out.flatMap(({ rtpPort, floorPort }) => [rtpPort, rtpPort + 1, floorPort]);
          expect(new Set(sockets).size).toBe(sockets.length);
          expect(sockets.every((port) => port >= from && port <= from + span)).toBe(true);
          expect(out.every(({ rtpPort }) => rtpPort % 2 === 0)).toBe(true);
        }
      }),
    );
  });
});
