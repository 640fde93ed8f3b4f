import type { NatControls, PlaceName } from '../fabric.ts';
import type { Place } from './plan.ts';
import { inputGuard } from './rules.ts';
import { inNetns, runScript } from './run.ts';
import { udpTimeouts } from './sysctls.ts';

export function natControls(find: (place: PlaceName) => Place): NatControls {
  const inside = async (name: PlaceName, what: string, script: string): Promise<void> => {
    await runScript(`${what} in ${name}`, `${inNetns(find(name).netns).join(' ')} sh -es <<'PLACE'\n${script}\nPLACE`);
  };
  return {
    setUdpTimeouts: (name, timeouts) => inside(name, 'setting timeouts', udpTimeouts(timeouts).join('\n')),
    dropUnaskedInput: (name, drop) => inside(name, 'guarding the input', `nft -f - <<'END'\n${inputGuard(drop)}\nEND`),
    // Before every scenario in every router: one process, not three.
    flush: async (name) => {
      await runScript(`flushing in ${name}`, `exec ${inNetns(find(name).netns).join(' ')} conntrack -F`);
    },
  };
}
