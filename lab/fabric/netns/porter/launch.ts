import { constants } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import type { Step } from './steps.ts';
import type { ProcessNews } from './words.ts';

/** Where a stream of a launched program goes: nowhere, to whoever launched it, or to the end of a file. */
export type Outlet = 'ignore' | 'pipe' | { readonly log: string };

export interface Launch {
  readonly argv: readonly string[];
  readonly stdin?: 'pipe';
  readonly stdout?: Outlet;
  readonly stderr?: Outlet;
  /** Goes before whatever else the machine does, where that is allowed. */
  readonly first?: boolean;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

/** A process in a session of its own; the pid is valid here too. */
export interface Launched {
  readonly pid: number;
  readonly running: boolean;
  /** Exit code, or the name of the signal. */
  readonly exited: Promise<number | string>;
  /** As `exited`, but when everything that the process and its heirs wrote to a pipe has been passed on. */
  readonly closed: Promise<number | string>;
  write(text: string): void;
}

/** With a T1 of 200 ms a compiler beside would decide what is repeated. */
const FIRST = constants.priority.PRIORITY_ABOVE_NORMAL;

export function launchStep({ argv, stdin, stdout = 'ignore', stderr = 'ignore', first }: Launch): Step {
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
  readonly #exited = Promise.withResolvers<number | string>();
  readonly #closed = Promise.withResolvers<number | string>();
  #running = true;

  constructor(launch: Launch) {
    this.#launch = launch;
  }

  /** @param write says something to its stdin. */
  handle(pid: number, write: (text: string) => void): Launched {
    const running = () => this.#running;
    return {
      pid,
      get running() {
        return running();
      },
      exited: this.#exited.promise,
      closed: this.#closed.promise,
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
        this.#end(this.#exited, news.how);
        break;
      case 'closed':
        this.#closed.resolve(wordFor(news.how));
        break;
    }
  }

  /** Nobody will tell any more. */
  lose(why: string): void {
    this.#end(this.#exited, why);
    this.#closed.resolve(why);
  }

  #end({ resolve }: PromiseWithResolvers<number | string>, how: number | string): void {
    this.#running = false;
    resolve(typeof how === 'number' ? wordFor(how) : how);
  }
}

/** A negative number is a signal. */
function wordFor(how: number): number | string {
  if (how >= 0) return how;
  const names = Object.entries(constants.signals);
  return names.find(([, number]) => number === -how)?.[0] ?? `signal ${-how}`;
}
