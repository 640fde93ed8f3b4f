import type { NatControls, PlaceName } from '../fabric.ts';
import type { Place } from './plan.ts';
import { forgetTranslations } from './porter/nfnetlink.ts';
import type { Porter } from './porter/porter.ts';
import { nft, type Step } from './porter/steps.ts';
import { inputGuard } from './rules.ts';
import { udpTimeouts } from './sysctls.ts';

export function natControls(find: (place: PlaceName) => Place, porter: Porter): NatControls {
  const inside = async (name: PlaceName, what: string, steps: readonly Step[]): Promise<void> => {
    await porter.demand(what, find(name), steps);
  };
  return {
    setUdpTimeouts: (name, timeouts) => inside(name, 'setting timeouts', udpTimeouts(timeouts)),
    dropUnaskedInput: (name, drop) => inside(name, 'guarding the input', [nft(inputGuard(drop))]),
    flush: (name) => inside(name, 'forgetting translations', [forgetTranslations]),
  };
}
