import { LabError } from '../../errors.ts';
import type { PlaceName, Residence } from '../fabric.ts';
import type { Launch } from '../launched.ts';
import type { Attendant, AttendedProcess } from './attendant/client.ts';

/** One place of a running fabric: how the lab starts programs in it, and who may look at its network. */
export interface KubePlace {
  readonly name: PlaceName;
  readonly kind: 'node' | 'pod' | 'access' | 'ue' | 'bridge';
  readonly address: string;
  /** Root in the place's network, there or from outside: records, sends markers, turns the NAT. */
  readonly keeper: Attendant;
  /** What the keeper puts before a command to be in the place's network. */
  readonly enter: readonly string[];
  /** What the place calls its way out. */
  readonly device: string;
  readonly residence: Residence;
  /** Where the keeper may put recordings. */
  readonly captures: string;
  /** On an interface that others use too: the peers of whom recordings are. */
  readonly peers?: readonly string[];
  /** On a machine that others use too: the addresses whose translations are the lab's to forget. */
  readonly inside?: readonly string[];
  /** Starts processes as the place's own. */
  resident(): Promise<Attendant>;
}

/** Where the image of the cast has Node, the project and a folder for sockets. */
export const imageResidence: Residence = { node: 'node', project: '/mcx', sockets: '/run/mcx', local: false };

/** Where recorders' pods and containers have room. */
export const CAPTURES = '/captures';

/** Runs a command in the place's network, as root, to its end. */
export async function keep({ keeper, enter, name }: KubePlace, argv: readonly string[], input = ''): Promise<string> {
  let [stdout, stderr] = ['', ''];
  const launched = await start(keeper, name, {
    argv: [...enter, ...argv],
    ...(input === '' ? {} : { stdin: 'pipe' as const }),
    onStdout: (text) => {
      stdout += text;
    },
    onStderr: (text) => {
      stderr += text;
    },
  });
  if (input !== '') launched.write(input);
  if (input !== '') launched.end();
  const code = await launched.closed;
  if (code === 0) return stdout;
  throw new LabError('place-command-failed', `${argv[0]} ended with ${code}: ${lastLine(stderr)}`, {
    where: name,
    command: [...enter, ...argv].join(' '),
    exitCode: 3,
  });
}

export async function start(attendant: Attendant, place: PlaceName, launch: Launch): Promise<AttendedProcess> {
  try {
    return await attendant.launch(launch);
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new LabError('process-not-started', `${launch.argv[0]} could not be started: ${said}`, {
      where: place,
      command: launch.argv.join(' '),
      exitCode: 3,
      cause,
    });
  }
}

/** SIGTERM to the whole group, SIGKILL after the grace period. */
export async function stopGroup(child: AttendedProcess, graceMs = 1000): Promise<void> {
  if (!child.running) return;
  child.signal('SIGTERM');
  const timer = setTimeout(() => child.signal('SIGKILL'), graceMs);
  await child.exited;
  clearTimeout(timer);
  child.signal('SIGKILL');
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
