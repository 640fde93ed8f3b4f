import { LabError } from '../../errors.ts';
import type { Impairment } from '../fabric.ts';
import type { Link, Place } from './plan.ts';
import type { Porter } from './porter/porter.ts';
import { nft, run, type Step } from './porter/steps.ts';

/**
 * Loss and cut happen behind the far end of the link, in both directions: the place's own tap shows what it really sent
 * and what it really got. Markers pass. The rate is shaped at both ends, before the taps; delay needs netem.
 */
export async function impairLink(porter: Porter, link: Link, impairment: Impairment | undefined): Promise<void> {
  const { far, farInterface, place } = link;
  await demand(porter, far, nft(lossRules(farInterface, impairment)), 'loss and cut');
  const shaper = queueing(impairment);
  for (const [end, device] of [
    [far, farInterface],
    [place, 'eth0'],
  ] as const) {
    // Where nothing was shaped there is nothing to delete.
    await porter.run(end, [run(['tc', 'qdisc', 'del', 'dev', device, 'root'])]);
    if (shaper === undefined) continue;
    await demand(porter, end, run(['tc', 'qdisc', 'add', 'dev', device, 'root', ...shaper]), shaper[0] ?? '');
  }
}

export function lossRules(device: string, impairment: Impairment | undefined): string {
  const table = `table netdev ${device}`;
  const verdict = dropRule(impairment);
  const chains = ['ingress', 'egress'].map(
    (hook) => `chain ${hook} { type filter hook ${hook} device "${device}" priority 0; ${verdict}\n}`,
  );
  return [table, `delete ${table}`, ...(verdict === undefined ? [] : [`${table} {`, ...chains, '}'])].join('\n');
}

function dropRule(impairment: Impairment | undefined): string | undefined {
  const match = 'ip daddr != 224.0.0.0/24';
  if (impairment?.cut === true) return `${match} drop`;
  const perMillion = Math.round((impairment?.loss ?? 0) * 1e6);
  return perMillion > 0 ? `${match} numgen random mod 1000000 < ${perMillion} drop` : undefined;
}

/** Arguments of `tc qdisc add … root`, or undefined when packets just leave. */
export function queueing(impairment: Impairment | undefined): string[] | undefined {
  const { rateBitsPerSecond: rate, delayMs = 0, jitterMs = 0 } = impairment ?? {};
  if (delayMs > 0 || jitterMs > 0) {
    return [
      ...['netem', 'delay', `${delayMs}ms`, ...(jitterMs > 0 ? [`${jitterMs}ms`] : [])],
      ...(rate === undefined ? [] : ['rate', `${rate}bit`]),
    ];
  }
  // A burst of one full frame at least, and of a hundredth of a second.
  const burst = Math.max(1600, Math.ceil((rate ?? 0) / 800));
  return rate === undefined ? undefined : ['tbf', 'rate', `${rate}bit`, 'burst', `${burst}`, 'latency', '200ms'];
}

async function demand(porter: Porter, place: Place, step: Step, what: string): Promise<void> {
  const { code, stderr } = await porter.run(place, [step]);
  if (code === 0) return;
  throw new LabError('impairment-not-applicable', `this kernel does not do ${what}: ${stderr}`, {
    where: place.name,
    command: 'npm run lab -- doctor',
    exitCode: 3,
  });
}
