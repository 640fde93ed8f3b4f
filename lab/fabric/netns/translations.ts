import type { Place } from './plan.ts';
import { inNetns, run } from './run.ts';

/** The table as people read it: by the tool, else as the kernel prints it (root alone may read that), else why not. */
export async function translationsOf(place: Place): Promise<string> {
  if (place.kind === 'pod' || place.kind === 'ue') return `${place.name} translates nothing\n`;
  const listing = await run([...inNetns(place.netns), 'conntrack', '-L']);
  if (listing.code === 0) return listing.stdout;
  const kernel = await run([...inNetns(place.netns), 'cat', '/proc/net/nf_conntrack']);
  if (kernel.code === 0) return kernel.stdout;
  const reasons = `${listing.stderr.trim()}; ${kernel.stderr.trim()}`;
  return `not available: ${reasons}. Install conntrack: apt-get install -y conntrack\n`;
}
