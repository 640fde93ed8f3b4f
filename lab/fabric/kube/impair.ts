import { LabError } from '../../errors.ts';
import type { Impairment } from '../fabric.ts';
import { lossRules, queueing } from '../netns/impair.ts';
import { type KubePlace, keep } from './place.ts';

/**
 * What a link does to packets, at the place's own interface: loss and cut in both directions behind its taps inwards;
 * rate and delay outwards, where the kernel can. Markers pass.
 */
export async function impairPlace(place: KubePlace, impairment: Impairment | undefined): Promise<void> {
  await inPlace(place, ['nft', '-f', '-'], 'loss and cut', lossRules(place.device, impairment));
  await keep(place, ['tc', 'qdisc', 'del', 'dev', place.device, 'root']).catch(() => '');
  const shaper = queueing(impairment);
  if (shaper !== undefined) {
    await inPlace(place, ['tc', 'qdisc', 'add', 'dev', place.device, 'root', ...shaper], shaper[0] ?? '');
  }
}

async function inPlace(place: KubePlace, command: readonly string[], what: string, input?: string): Promise<void> {
  try {
    await keep(place, command, input);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LabError('impairment-not-applicable', `this kernel does not do ${what}: ${why}`, {
      where: place.name,
      exitCode: 3,
      cause,
    });
  }
}
