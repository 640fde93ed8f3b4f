import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import { Ending, type Launch, type Launched } from '../../launched.ts';
import type { Step } from './steps.ts';
import type { ProcessNews } from './words.ts';

/** Where a stream of a launched program goes: nowhere, to whoever launched it, or to the end of a file. */
export type Outlet = 'ignore' | 'pipe' | { readonly log: string };

export interface PlacedLaunch extends Launch {
  readonly stdout?: Outlet;
  readonly stderr?: Outlet;
  /** Goes before whatever else the machine does, where that is allowed. */
  readonly first?: boolean;
}

/** With a T1 of 200 ms a compiler beside would decide what is repeated. */
const FIRST = constants.priority.PRIORITY_ABOVE_NORMAL;

export function launchStep({ argv, stdin, stdout = 'ignore', stderr = 'ignore', first }: PlacedLaunch): Step {
  const where = (outlet: Outlet) => (typeof outlet === 'string' ? outlet : outlet.log);
  return {
    verb: 'launch',
    stdin: stdin ?? 'ignore',
    stdout: where(stdout),
    stderr: where(stderr),
    nice: first === true ? FIRST : 0,
    command: argv,
  };
}

/** What the porter tells of one launched process, made into what its launcher asked for. */
export class LaunchedProcess {
  readonly #launch: Launch;
  readonly #decoders = { out: new StringDecoder('utf8'), err: new StringDecoder('utf8') };
  readonly ending = new Ending();

  constructor(launch: Launch) {
    this.#launch = launch;
  }

  /** The pid is valid here too. @param write says something to its stdin. */
  handle(pid: number, write: (text: string) => void): Launched {
    const { ending } = this;
    return {
      pid,
      get running() {
        return ending.running;
      },
      exited: ending.exited,
      closed: ending.closed,
      write,
    };
  }

  hear(news: ProcessNews): void {
    switch (news.kind) {
      case 'out':
        this.#launch.onStdout?.(this.#decoders.out.write(news.bytes));
        break;
      case 'err':
        this.#launch.onStderr?.(this.#decoders.err.write(news.bytes));
        break;
      case 'exited':
        this.ending.exit(wordFor(news.how));
        break;
      case 'closed':
        this.ending.close(wordFor(news.how));
        break;
    }
  }
}

/** A negative number is a signal. */
function wordFor(how: number): number | string {
  if (how >= 0) return how;
  const names = Object.entries(constants.signals);
  return names.find(([, number]) => number === -how)?.[0] ?? `signal ${-how}`;
}
