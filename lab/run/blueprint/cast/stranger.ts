import type { StrangerConfig } from '../../../../emulators/stranger/config.ts';
import { type CastStage, processOf } from './stage.ts';

export interface Stranger {
  readonly place: string;
  readonly emulator: 'stranger';
  readonly config: StrangerConfig;
}

/**
 * Behind each access network (a subscriber in no group, and a host that is nobody), in a pod of each cluster, and on the
 * bridge.
 */
export function strangers(stage: CastStage, bridge: string): Stranger[] {
  const at = (place: string, address: string): Stranger => ({
    place,
    emulator: 'stranger',
    config: { role: 'stranger', process: processOf(stage, place), address },
  });
  return [
    at('bridge', bridge),
    ...stage.agencies.flatMap(({ letter, stranger, spoofer, pods }) => [
      at(stranger.name, stranger.address),
      at(spoofer.name, spoofer.address),
      at(`${letter}-bystander`, pods.bystander),
    ]),
  ];
}
