import type { FloorTimers, SipTimers } from '../../../../emulators/kit/config.ts';
import type { Configuration } from '../../settings/configuration.ts';
import type { Site } from '../site.ts';

/** RFC 3261 table 4. T2 = 8·T1 in any case, or the number of repetitions would change. */
export function sipTimersOf({ timers }: Configuration, { fastT1Ms }: Site): SipTimers {
  const t1Ms = timers === 'standard' ? 500 : fastT1Ms;
  return { t1Ms, t2Ms: 8 * t1Ms, t4Ms: 10 * t1Ms };
}

export const floorTimers: Record<Configuration['timers'], FloorTimers> = {
  fast: {
    t100Ms: 300,
    t101Ms: 300,
    t103Ms: 1000,
    t104Ms: 300,
    // The standard's own: the last member may join a second after the grant, and is to find the floor taken.
    t1Ms: 4000,
    t2Ms: 30_000,
    t3Ms: 1000,
    t4Ms: 30_000,
    t7Ms: 500,
    t8Ms: 300,
    t20Ms: 300,
  },
  standard: {
    t100Ms: 1000,
    t101Ms: 1000,
    t103Ms: 4000,
    t104Ms: 1000,
    t1Ms: 4000,
    t2Ms: 30_000,
    t3Ms: 3000,
    t4Ms: 30_000,
    t7Ms: 1000,
    t8Ms: 1000,
    t20Ms: 1000,
  },
};
