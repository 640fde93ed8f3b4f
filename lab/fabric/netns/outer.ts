import { readlinkSync } from 'node:fs';
import { run } from './run.ts';

/** Set inside by `prelude`: the network namespace that was made. */
const MARK = 'MCX_LAB_OUTER';

/**
 * What PID 1 of the outer namespace does before it becomes the program: a tmpfs of its own for the names of namespaces,
 * so that nothing appears in the machine's /run/netns and two labs do not meet. Where the machine has no /run/netns, a
 * new /run is put together under /tmp and moved into place, because making the directory would leave it behind. `mount
 * -n`: libmount would note the mounts in a table of the machine. Ordinary users often have no sbin on their PATH.
 */
const prelude = `set -e
if [ -d /run/netns ]; then
  mount -n -t tmpfs mcx-lab /run/netns
else
  mount -n -t tmpfs mcx-lab /tmp
  mkdir /tmp/netns
  (
    cd /run
    set -- */
    (cd /tmp && mkdir "$@") || :
    for d; do mount -n --rbind "/run/$d" "/tmp/$d" || :; done
  )
  mount -n --move /tmp /run
fi
PATH=$PATH:/usr/sbin:/sbin
export PATH
ip link set lo up
export ${MARK}="$(readlink /proc/self/ns/net)"
exec "$@"`;

/**
 * The command that runs `argv` inside a new outer namespace. The kernel cleans up whatever is killed: `setpriv` ties
 * `unshare` to its parent, `--kill-child` ties PID 1 to `unshare`, and with PID 1 go all processes, mounts and
 * networks.
 */
export function outerCommand(argv: readonly string[], root: boolean = process.getuid?.() === 0): string[] {
  return [
    ...['setpriv', '--pdeathsig', 'KILL'],
    ...['unshare', ...(root ? [] : ['-U', '--map-current-user', '--keep-caps'])],
    ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...['sh', '-c', prelude, 'mcx-lab', ...argv],
  ];
}

/**
 * Whether this very process runs in the outer namespace (not in a place, and not outside with an inherited variable).
 */
export function insideOuter(): boolean {
  const expected = process.env[MARK];
  if (expected === undefined) return false;
  try {
    return readlinkSync('/proc/self/ns/net') === expected;
  } catch {
    return false;
  }
}

export interface Isolation {
  readonly how: 'root' | 'userns' | 'no';
  readonly why?: string;
}

/** Tried, not guessed: a container may lack a capability, a distribution may forbid user namespaces. */
export async function canIsolate(): Promise<Isolation> {
  if (process.platform !== 'linux')
    return { how: 'no', why: `network namespaces need Linux, this is ${process.platform}` };
  const root = process.getuid?.() === 0;
  const trial = 'ip netns add x && ip link add v0 netns x type veth peer name v1 && ip netns del x';
  const result = await run(outerCommand(['sh', '-c', trial], root));
  if (result.code === 0) return { how: root ? 'root' : 'userns' };
  return { how: 'no', why: result.stderr.trim() || `the trial ended with ${result.code}` };
}
