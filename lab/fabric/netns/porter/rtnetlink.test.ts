import { describe, expect, test } from 'vitest';
import { inside, isolation } from '../trial/inside.ts';
import { ip, sweeps } from './rtnetlink.ts';
import { itemsOf } from './steps.ts';

const indexOf = (device: string): number => ['', 'lo', 'eth0', 'br0'].indexOf(device);

function bytesOf(line: string): string {
  const [, , name, message] = itemsOf(ip([line], indexOf));
  expect(name).toBe(line);
  return Buffer.from(message as Uint8Array).toString('hex');
}

describe('lines for ip, as messages', () => {
  test('are what strace(1) shows of ip', () => {
    expect(bytesOf('link set eth0 up')).toBe(
      ['20000000', '10000500', '00000000', '00000000', '00000000', '02000000', '01000000', '01000000'].join(''),
    );
    expect(bytesOf('address add 10.244.0.5/24 dev eth0 noprefixroute')).toBe(
      ['30000000', '14000506', '00000000', '00000000', '02180000', '02000000']
        .concat(['08000200', '0af40005', '08000100', '0af40005', '08000800', '00020000'])
        .join(''),
    );
    expect(bytesOf('route add default via 172.18.0.1')).toBe(
      ['24000000', '18000506', '00000000', '00000000', '02000000', 'fe030001', '00000000', '08000500', 'ac120001'].join(
        '',
      ),
    );
  });

  test.each([
    '',
    'link add x',
    'link set eth0 down',
    'link set eth0 up now',
    'address del 10.0.0.1/8 dev eth0',
    'address add 10.0.0.1/8 dev eth0 scope link',
    'address add 10.0.0/8 dev eth0',
    'route del default via 10.0.0.1',
    'route add default via',
    'route add default via 10.0.0.256',
    'route add default dev eth0 scope site',
    'rule add from all',
  ])('%j is refused before anything is asked', (line) => {
    expect(() => ip([line], indexOf)).toThrow(RangeError);
  });

  test('have a length that is theirs, and fill up to four bytes', () => {
    for (const line of ['link set br0 type bridge fdb_flush', 'link set eth0 address 02:42:ac:12:00:02']) {
      const bytes = Buffer.from(bytesOf(line), 'hex');
      expect(bytes.readUInt32LE(0)).toBe(bytes.length);
      expect(bytes.length % 4).toBe(0);
    }
  });

  test('a sweep is a dump of IPv4, and what deletes', () => {
    expect(sweeps.map((step) => itemsOf(step).slice(3))).toEqual([
      [21, 19, 254, 0],
      [25, 20, 254, 1],
      [29, 24, 64, 0],
    ]);
  });
});

interface Wired {
  readonly own: Record<string, string>;
  readonly theirs: Record<string, string>;
  readonly refused: { readonly code: number; readonly stderr: string };
  readonly garbled: { readonly code: number; readonly stderr: string };
}

test.skipIf(isolation.how === 'no')(
  'after the same lines ip sees the same',
  async () => {
    const { own, theirs, refused, garbled } = await inside<Wired>('wires', '.');
    expect(Object.keys(own).length).toBeGreaterThan(10);
    expect(own).toEqual(theirs);
    expect(own['a-node']).toContain('"gateway":"172.18.0.1"');
    expect(own['a-node']).toContain('"address":"0a:58:01:02:03:04"');
    expect(own.bridge).toContain('"master":"br0"');
    expect(refused).toMatchObject({ code: 1, stderr: 'route add 10.0.0.0/8 via 10.9.9.9: Network is unreachable' });
    // What the kernel does not even take for a request is waited for by nobody.
    expect(garbled).toMatchObject({ code: 1, stderr: expect.stringContaining('the kernel gave no answer') });
  },
  60_000,
);
