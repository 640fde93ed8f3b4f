import type { Place } from './plan.ts';
import type { Shells } from './shells.ts';

/** The table as people read it: by the tool, else as the kernel prints it (root alone may read that), else why not. */
export async function translationsOf(place: Place, shells: Shells): Promise<string> {
  if (place.kind === 'pod' || place.kind === 'ue') return `${place.name} translates nothing\n`;
  const listing = await shells.run(place, 'conntrack -L 2>/dev/null || cat /proc/net/nf_conntrack');
  if (listing.code === 0) return listing.output;
  return `not available: ${listing.output.trim()}. Install conntrack: apt-get install -y conntrack\n`;
}
