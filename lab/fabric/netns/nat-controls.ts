import type { NatControls, PlaceName } from '../fabric.ts';
import type { Place } from './plan.ts';
import { inputGuard } from './rules.ts';
import type { Shells } from './shells.ts';
import { udpTimeouts } from './sysctls.ts';

export function natControls(find: (place: PlaceName) => Place, shells: Shells): NatControls {
  const inside = async (name: PlaceName, what: string, script: string): Promise<void> => {
    await shells.demand(what, find(name), script);
  };
  return {
    setUdpTimeouts: (name, timeouts) => inside(name, 'setting timeouts', udpTimeouts(timeouts).join('\n')),
    dropUnaskedInput: (name, drop) => inside(name, 'guarding the input', `nft -f - <<'END'\n${inputGuard(drop)}\nEND`),
    flush: (name) => inside(name, 'forgetting translations', 'conntrack -F'),
  };
}
