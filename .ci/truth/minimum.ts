import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tally } from './compare.ts';

/** What must have been compared at least, lest the comparison ends up comparing nothing. */
export interface Minimum {
  readonly scenarios: number;
  readonly packets: Readonly<Record<string, number>>;
  /** How often a field must have been there and the same. */
  readonly fields: Readonly<Record<string, number>>;
}

/** `run`: a whole run; `golden`: the captures that are kept with the project. */
export async function minimumOf(what: 'run' | 'golden'): Promise<Minimum> {
  return JSON.parse(await readFile(join(import.meta.dirname, 'minimum.json'), 'utf8'))[what];
}

/** A line for each count that is below its minimum. */
export function shortfalls({ packets, fields }: Pick<Tally, 'packets' | 'fields'>, minimum: Minimum): string[] {
  const check = (what: string, counts: ReadonlyMap<string, number>, least: Readonly<Record<string, number>>) =>
    Object.entries(least)
      .filter(([name, count]) => (counts.get(name) ?? 0) < count)
      .map(([name, count]) => `too few: ${counts.get(name) ?? 0} ${what} ${name}, not ${count}`);
  return [...check('packets of', packets, minimum.packets), ...check('times', fields, minimum.fields)];
}
