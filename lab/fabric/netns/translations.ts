import type { Place } from './plan.ts';
import type { Porter } from './porter/porter.ts';
import { run } from './porter/steps.ts';

/** The table as people read it: by the tool, else as the kernel prints it (root alone may read that), else why not. */
export async function translationsOf(place: Place, porter: Porter): Promise<string> {
  if (place.kind === 'pod' || place.kind === 'ue') return `${place.name} translates nothing\n`;
  const listed = await porter.run(place, [run(['conntrack', '-L'])]);
  if (listed.code === 0) return listed.stdout;
  const printed = await porter.run(place, [{ verb: 'read', path: '/proc/net/nf_conntrack' }]);
  if (printed.code === 0) return printed.stdout;
  return `not available: ${listed.stderr}; ${printed.stderr}. Install conntrack: apt-get install -y conntrack\n`;
}
