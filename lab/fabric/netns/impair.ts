import { LabError } from '../../errors.ts';
import type { Impairment } from '../fabric.ts';
import type { Link } from './plan.ts';
import { inNetns, run } from './run.ts';

/**
 * Loss and cut happen behind the far end of the link, in both directions: the place's own tap shows what it really sent
 * and what it really got. Markers pass. The rate is shaped at both ends, before the taps; delay needs netem.
 */
export async function impairLink(link: Link, impairment: Impairment | undefined): Promise<void> {
  const { far, farInterface, place } = link;
  await inPlace(far.netns, ['nft', '-f', '-'], lossRules(farInterface, impairment), 'loss and cut');
  for (const [netns, device] of [
    [far.netns, farInterface],
    [place.netns, 'eth0'],
  ] as const) {
    await run([...inNetns(netns), 'tc', 'qdisc', 'del', 'dev', device, 'root']);
    const shaper = queueing(impairment);
    if (shaper === undefined) continue;
    await inPlace(netns, ['tc', 'qdisc', 'add', 'dev', device, 'root', ...shaper], '', shaper[0] ?? '');
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

async function inPlace(netns: string, command: readonly string[], input: string, what: string): Promise<void> {
  const result = await run([...inNetns(netns), ...command], input);
  if (result.code === 0) return;
  throw new LabError('impairment-not-applicable', `this kernel does not do ${what}: ${result.stderr.trim()}`, {
    command: 'npm run lab -- doctor',
    exitCode: 3,
  });
}
