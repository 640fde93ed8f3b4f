import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Tally } from './compare.ts';
import type { Packet } from './fields.ts';
import { ours } from './ours.ts';
import { append, theirs } from './theirs.ts';

/** Captures that one start of tshark reads. */
const TOGETHER = 24;

/** Scenarios in which strangers send what is meant to be broken. */
const GARBAGE = /(^|\/)hostile-garbage-/;

/** How our side reads a file: a test puts a decoder with a fault in its place. */
export type Reader = (path: string) => Promise<readonly (Packet | undefined)[]>;

/** Compares every packet of every capture below a folder. */
export async function compareFolder(folder: string, scratch: string, read: Reader = ours): Promise<Tally> {
  const names = await readdir(folder, { recursive: true });
  const captures = names.filter((name) => /\.pcap(ng)?$/.test(name)).sort();
  const tally = new Tally((file) => GARBAGE.test(file));
  const work = batches(captures).entries();
  // While one waits for tshark the other decodes.
  const worker = async () => {
    for (const [number, batch] of work) {
      const whole = join(scratch, `truth-${number}.pcapng`);
      await compareBatch(tally, folder, batch, whole, read);
      await rm(whole);
    }
  };
  await Promise.all([worker(), worker()]);
  return tally;
}

async function compareBatch(tally: Tally, folder: string, names: readonly string[], whole: string, read: Reader) {
  const paths = names.map((name) => join(folder, name));
  await append(paths, whole);
  const packets = theirs(whole);
  const next = async () => (await packets.next()).value as Packet | undefined;
  for (const [at, name] of names.entries()) {
    const mine = await read(paths[at] as string);
    for (let i = 0; i < mine.length; i++) tally.compare(name, i + 1, mine[i], await next());
  }
  for (let extra = await next(), i = 1; extra !== undefined; extra = await next(), i++) {
    tally.compare(`behind ${names.at(-1)}`, i, undefined, extra);
  }
}

function batches(names: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let at = 0; at < names.length; at += TOGETHER) all.push(names.slice(at, at + TOGETHER));
  return all;
}
