import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rawToPcapng } from '../../wire/pcap/convert.ts';

/** Turns what tcpdump left (classic pcap) into pcapng with the tap's name and its drops, and removes the raw file. */
export async function sealCaptures(folder: string, drops: ReadonlyMap<string, number>): Promise<void> {
  await Promise.all(
    [...drops].map(async ([tap, dropped]) => {
      const raw = join(folder, `${tap}.pcap`);
      await rawToPcapng({ from: raw, to: join(folder, `${tap}.pcapng`), interfaceName: tap, drops: dropped });
      await rm(raw);
    }),
  );
}
