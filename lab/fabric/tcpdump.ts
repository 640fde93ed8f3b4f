import type { TapCounts } from './fabric.ts';

/**
 * Immediate and packet-buffered, so that the file can be read while it grows; `-Z root` or tcpdump looks for a user of
 * its own.
 */
export function tcpdumpCommand(device: string, path: string): string[] {
  return [
    ...['tcpdump', '-i', device, '--immediate-mode', '-U', '-s', snapLength(device), '-B', '4096'],
    ...['--time-stamp-precision=nano', '-n', '-Z', 'root', '-w', path],
  ];
}

/**
 * No packet is cut: links have an MTU of 1500, loopback one of 65536. In immediate mode the kernel's ring holds as many packets as
 * slots of this length fit into the buffer: with tcpdump's own 256 kB they are sixteen, and a burst would be dropped.
 */
function snapLength(device: string): string {
  return device === 'lo' ? '65550' : '2048';
}

/** What tcpdump counts since its beginning, as it says at its end and on SIGUSR1; undefined when it did not come to say it. */
export function parseCounts(stderr: string): TapCounts | undefined {
  const count = (what: string): number | undefined => {
    const match = new RegExp(`(\\d+) packets? ${what}`).exec(stderr);
    return match === null ? undefined : Number(match[1]);
  };
  const drops = count('dropped by kernel');
  const captured = count('captured');
  const received = count('received by filter');
  if (drops === undefined || captured === undefined || received === undefined) return undefined;
  // "dropped by interface" is printed only when there are any.
  return { drops: drops + (count('dropped by interface') ?? 0), captured, received };
}
