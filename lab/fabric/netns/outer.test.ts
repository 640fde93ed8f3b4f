import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { canIsolate, insideOuter, outerCommand } from './outer.ts';
import { run } from './run.ts';
import { isolation, outerAs, rootlessPossible, type User } from './trial/inside.ts';

describe('the command of the outer namespace', () => {
  test('ties everything to its parent and takes a user namespace only without root', () => {
    const root = outerCommand(['node', 'x.ts'], true);
    expect(root.slice(0, 10)).toEqual(
      'setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child --mount-proc'.split(' '),
    );
    expect(root.slice(-3)).toEqual(['mcx-lab', 'node', 'x.ts']);
    const user = outerCommand(['node', 'x.ts'], false);
    expect(user.filter((word) => !root.includes(word))).toEqual(['-U', '--map-current-user', '--keep-caps']);
  });

  test('a variable alone does not make an inside', () => {
    expect(insideOuter()).toBe(false);
    process.env.MCX_LAB_OUTER = 'net:[1]';
    expect(insideOuter()).toBe(false);
    delete process.env.MCX_LAB_OUTER;
  });

  test('whether this machine isolates is tried', async () => {
    const { how, why } = await canIsolate();
    expect(['root', 'userns', 'no']).toContain(how);
    expect(how === 'no').toBe(why !== undefined);
  });
});

const rootless = await rootlessPossible();
const users = (['same', 'nobody'] as const).filter((user) => user === 'same' || rootless);
const victims = ['the group', 'the command line', 'unshare', 'the program'] as const;
const cases = users.flatMap((user) => victims.map((victim) => ({ user, victim })));

describe.skipIf(isolation.how === 'no')('nothing is left', () => {
  const trees: Tree[] = [];
  afterEach(() => {
    for (const tree of trees.splice(0)) killQuietly(-(tree.shell.pid ?? 0));
  });

  test.each(cases)('of user $user when $victim is killed', async ({ user, victim }) => {
    const machine = traces();
    const tree = await grow(user);
    trees.push(tree);
    expect(tree.pids.length).toBeGreaterThanOrEqual(4);
    expect(tree.netns).not.toBe(readlinkSync('/proc/self/ns/net'));
    process.kill(tree.target(victim), 'SIGKILL');
    // A process that ends has no command line any more before it lets go of its namespace.
    await until(() => processesWith(tree.token).length === 0 && holders(tree.netns).length === 0);
    expect(processesWith(tree.token)).toEqual([]);
    expect(holders(tree.netns)).toEqual([]);
    expect(traces()).toEqual(machine);
  });

  test.each(users)('and two labs of user %s side by side do not meet', async (user) => {
    const [one, two] = [await grow(user), await grow(user)];
    trees.push(one, two);
    expect(one.names).toEqual(['left', 'right']);
    expect(two.names).toEqual(['left', 'right']);
    expect(one.netns).not.toBe(two.netns);
    process.kill(one.target('unshare'), 'SIGKILL');
    await until(() => processesWith(one.token).length === 0);
    expect(processesWith(two.token)).toContain(two.target('the program'));
    expect(holders(two.netns)).not.toEqual([]);
  });
});

test.skipIf(isolation.how === 'no').each(users)(
  'inside there is a loopback and a /run/netns of its own, user %s',
  async (user) => {
    const look = [
      'ip -br link show lo | grep -c UP',
      'ls /run/netns | wc -l',
      'ls -d /run/*/ | wc -l',
      'echo $$',
      'touch /run/netns/x',
    ];
    const { stdout, code } = await run(outerAs(user, ['sh', '-c', look.join('\n')]));
    const [up, names, folders, pid] = stdout.trim().split('\n').map(Number);
    expect({ code, up, names, pid }).toEqual({ code: 0, up: 1, names: 0, pid: 1 });
    // What else is in /run stays in sight.
    expect(folders).toBeGreaterThanOrEqual(
      readdirSync('/run', { withFileTypes: true }).filter((one) => one.isDirectory()).length,
    );
  },
);

interface Tree {
  readonly token: string;
  readonly shell: ChildProcess;
  readonly pids: readonly number[];
  readonly netns: string;
  readonly names: readonly string[];
  target(victim: (typeof victims)[number]): number;
}

const cli = fileURLToPath(new URL('./trial/cli.ts', import.meta.url));

/** shell → Node (a command line) → setpriv/unshare → program, with namespaces, links and a process in a place. */
async function grow(user: User): Promise<Tree> {
  const token = `lab-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const shell = spawn('sh', ['-c', '"$@"; :', 'sh', process.execPath, cli, user, token], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: shell.stdout ?? process.stdin });
  const names = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    shell.once('exit', (code) => reject(new Error(`the tree ended with ${code}`)));
  });
  const pids = processesWith(token);
  const named = (what: RegExp): number => {
    const pid = pids.find((one) => what.test(commandLine(one)));
    if (pid === undefined) throw new Error(`no process like ${what} among ${pids.map(commandLine).join('; ')}`);
    return pid;
  };
  const program = pids.find((pid) => parentOf(pid) === named(/^unshare/)) ?? -1;
  return {
    token,
    shell,
    pids,
    netns: readlinkSync(`/proc/${program}/ns/net`),
    names: names.split(' '),
    target: (victim) => {
      if (victim === 'the group') return -(shell.pid ?? 0);
      if (victim === 'the command line') return pids.find((pid) => parentOf(pid) === shell.pid) ?? -1;
      return victim === 'unshare' ? named(/^unshare/) : program;
    },
  };
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

function parentOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1]);
}

function processesWith(token: string): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => commandLine(pid).includes(token));
}

/** Processes that are in a network namespace. */
function holders(netns: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/net`) === netns;
    } catch {
      return false;
    }
  });
}

/** What a lab could leave on the machine: mounts, names of namespaces, interfaces. */
function traces(): {
  readonly mounts: string[];
  readonly names: string[];
  readonly run: string[];
  readonly links: string[];
} {
  const list = (path: string): string[] => {
    try {
      return readdirSync(path).toSorted();
    } catch {
      return [];
    }
  };
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => /mcx-lab|nsfs/.test(line));
  return { mounts, names: list('/run/netns'), run: list('/run'), links: list('/sys/class/net') };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone, as the test wanted.
  }
}

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done() && tries < 300; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
}
