import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rawToPcapng } from '../../wire/pcap/convert.ts';

/** Turns what tcpdump left (classic pcap) into pcapng with the tap's name and its drops, and removes the raw file. */
export async function sealCaptures(folder: string, drops: ReadonlyMap<string, number>): Promise<void> {
  await Promise.all(
    [...drops].map(async ([tap, dropped]) => {
      const raw = join(folder, `${tap}.pcap`);
      const to = join(folder, `${tap}.pcapng`);
      try {
        await rawToPcapng({ from: raw, to, interfaceName: tap, drops: dropped });
      } catch (error) {
        // Half a file in its place would be taken for the whole one.
        await rm(to, { force: true });
        throw error;
      }
      await rm(raw);
    }),
  );
}
