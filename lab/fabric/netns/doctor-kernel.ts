import type { Check } from './check.ts';
import { outerCommand } from './outer.ts';
import { run } from './run.ts';

interface Feature {
  readonly name: string;
  /** A command that succeeds, in a namespace of its own, where the kernel has the feature. */
  readonly trial: string;
  readonly neededFor: string;
  readonly mend: string | undefined;
  readonly essential: boolean;
}

const nft = (rules: string): string => `printf '%s\\n' '${rules}' | tr ';' '\\n' | nft -f -`;

const features: readonly Feature[] = [
  {
    name: 'kernel: pidfd_open, Linux 5.3',
    trial: "perl -e 'exit(syscall(434, $$ + 0, 0) < 0)'",
    neededFor: 'the netns fabric',
    mend: undefined,
    essential: true,
  },
  {
    name: 'kernel: nat and fib in nft',
    trial: nft(
      'table ip t {;chain c {;type nat hook postrouting priority srcnat;fib daddr type local return;masquerade fully-random;};}',
    ),
    neededFor: 'the netns fabric',
    mend: 'modprobe -a nft_masq nft_fib_ipv4',
    essential: true,
  },
  {
    name: 'kernel: bridge rules in nft',
    trial: nft('table bridge t {;chain c {;type filter hook prerouting priority 0;drop;};}'),
    neededFor: 'the netns fabric',
    mend: 'modprobe nf_tables_bridge',
    essential: true,
  },
  {
    name: 'kernel: egress hook and numgen in nft',
    trial: nft(
      'table netdev t {;chain c {;type filter hook egress device "lo" priority 0;numgen random mod 100 < 1 drop;};}',
    ),
    neededFor: 'loss and cut of links',
    mend: undefined,
    essential: false,
  },
  {
    name: 'kernel: tbf',
    trial: 'tc qdisc replace dev lo root tbf rate 1mbit burst 5000 latency 50ms',
    neededFor: 'limited rates of links',
    mend: 'modprobe sch_tbf',
    essential: false,
  },
  {
    name: 'kernel: netem',
    trial: 'tc qdisc replace dev lo root netem delay 1ms',
    neededFor: 'delay and jitter of links; where it is missing they are not applicable',
    mend: 'modprobe sch_netem',
    essential: false,
  },
];

/** Tries each feature in an outer namespace that is gone afterwards. */
export async function kernelChecks(): Promise<Check[]> {
  const script = features.map(({ trial }, index) => `if ${trial} >/dev/null 2>&1; then echo ${index}; fi`).join('\n');
  const result = await run(outerCommand(['sh', '-c', script]));
  return kernelLines(new Set(result.stdout.split('\n')), result.code === 0);
}

/** `present` holds the numbers of the features that were there; nothing can be said where the trial did not run. */
export function kernelLines(present: ReadonlySet<string>, tried: boolean): Check[] {
  return features.map(({ name, neededFor, mend, essential }, index) => {
    const ok = present.has(String(index));
    const found = ok ? 'there' : tried ? 'not in this kernel' : 'unknown: namespaces cannot be made';
    return { name, ok, found, neededFor, mend: ok || !tried ? undefined : mend, essential };
  });
}
