/** What cannot be run here, and why: no failure of the bench. */
export class NotMeasured extends Error {}

export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

/** `12.3 times as fast`, or the other way round. */
export function timesAsFast(ours: number, theirs: number): string {
  return ours >= theirs ? `${(ours / theirs).toFixed(1)} times as fast` : `${(theirs / ours).toFixed(1)} times as slow`;
}
