import { type Endian, u64 } from './endian.ts';
import type { BlockOption } from './options.ts';

/** From the ticks of an interface to nanoseconds since the epoch. */
export type InterfaceClock = (ticks: bigint) => bigint;

const SECOND = 1_000_000_000n;

/**
 * pcapng 4.2: if_tsresol (9) is a power of ten or, with its first bit set, of two, by which a second is divided;
 * microseconds without it. if_tsoffset (14) is added, in seconds.
 */
export function clockOf(options: readonly BlockOption[], endian: Endian): InterfaceClock {
  const resolution = options.find(({ code, value }) => code === 9 && value.length === 1)?.value[0] ?? 6;
  const shift = options.find(({ code, value }) => code === 14 && value.length === 8)?.value;
  const offset = shift === undefined ? 0n : BigInt.asIntN(64, u64(endian, shift, 0)) * SECOND;
  const exponent = BigInt(resolution & 0x7f);
  if (resolution & 0x80) return (ticks) => ((ticks * SECOND) >> exponent) + offset;
  if (exponent === 9n) return offset === 0n ? (ticks) => ticks : (ticks) => ticks + offset;
  if (exponent < 9n) {
    const factor = 10n ** (9n - exponent);
    return (ticks) => ticks * factor + offset;
  }
  const divisor = 10n ** (exponent - 9n);
  return (ticks) => ticks / divisor + offset;
}
