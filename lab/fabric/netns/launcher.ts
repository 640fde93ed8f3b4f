import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { LabError } from '../../errors.ts';
import type { LaunchNews, LaunchWord, Outlet } from './launch-words.ts';

/*
 * Node forks to start a process, and a fork copies the page tables of all that the lab has in memory: 10 ms for each of
 * some fifty processes of a scenario, during which the lab stands still. So a small process of its own starts them all.
 */

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

/** A process in a session of its own, started by the launcher; the pid is valid here too. */
export interface Launched {
  readonly pid: number;
  readonly running: boolean;
  /** Exit code, or the name of the signal. */
  readonly exited: Promise<number | string>;
  /** As `exited`, but when everything that the process and its heirs wrote to a pipe has been passed on. */
  readonly closed: Promise<number | string>;
  write(text: string): void;
}

interface Entry {
  readonly launch: Launch;
  readonly spawned: PromiseWithResolvers<number>;
  readonly exited: PromiseWithResolvers<number | string>;
  readonly closed: PromiseWithResolvers<number | string>;
  running: boolean;
}

class Launcher {
  readonly #process: ChildProcess;
  readonly #entries = new Map<number, Entry>();
  #last = 0;

  constructor() {
    const program = join(import.meta.dirname, 'launcher-main.ts');
    this.#process = spawn(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (news: LaunchNews) => this.#hear(news));
    this.#process.on('error', (error) => this.#lost(error.message));
    this.#process.on('exit', (code, signal) => this.#lost(`ended with ${signal ?? code}`));
    this.#hold();
  }

  get usable(): boolean {
    return this.#process.connected;
  }

  /** @throws Error when the program cannot be started. */
  async start(launch: Launch): Promise<Launched> {
    this.#last += 1;
    const id = this.#last;
    const { argv, stdin = 'ignore', stdout = 'ignore', stderr = 'ignore', first = false } = launch;
    const entry: Entry = {
      launch,
      spawned: Promise.withResolvers(),
      exited: Promise.withResolvers(),
      closed: Promise.withResolvers(),
      running: true,
    };
    this.#entries.set(id, entry);
    this.#hold();
    this.#send({ say: 'start', id, argv, stdin, stdout, stderr, first });
    const pid = await entry.spawned.promise;
    return {
      pid,
      get running() {
        return entry.running;
      },
      exited: entry.exited.promise,
      closed: entry.closed.promise,
      write: (text) => this.#send({ say: 'write', id, text }),
    };
  }

  #send(word: LaunchWord): void {
    if (!this.#process.connected) return;
    // A launcher that is gone is told by its exit.
    this.#process.send(word, () => undefined);
  }

  #hear(news: LaunchNews): void {
    const entry = this.#entries.get(news.id);
    if (entry === undefined) return;
    switch (news.say) {
      case 'started':
        entry.spawned.resolve(news.pid);
        break;
      case 'failed':
        this.#fail(news.id, entry, news.message);
        break;
      case 'stdout':
        entry.launch.onStdout?.(news.text);
        break;
      case 'stderr':
        entry.launch.onStderr?.(news.text);
        break;
      case 'exited':
        entry.running = false;
        entry.exited.resolve(news.how);
        break;
      case 'closed':
        entry.closed.resolve(news.how);
        this.#forget(news.id);
        break;
    }
  }

  #fail(id: number, entry: Entry, message: string): void {
    entry.running = false;
    entry.spawned.reject(new Error(message));
    entry.exited.resolve(message);
    entry.closed.resolve(message);
    this.#forget(id);
  }

  #lost(why: string): void {
    for (const [id, entry] of [...this.#entries]) this.#fail(id, entry, `the launcher of processes ${why}`);
  }

  #forget(id: number): void {
    this.#entries.delete(id);
    this.#hold();
  }

  /** As with processes of one's own: those that run keep the program alive, and nothing else of this does. */
  #hold(): void {
    const held = [this.#process, this.#process.channel];
    for (const one of held) {
      if (this.#entries.size > 0) one?.ref();
      else one?.unref();
    }
  }
}

let launcher: Launcher | undefined;

/** The launcher takes as long as Node to start: whoever knows that it will be wanted says so beforehand. */
export function prepareLauncher(): void {
  if (launcher?.usable !== true) launcher = new Launcher();
}

export async function launch(request: Launch): Promise<Launched> {
  prepareLauncher();
  if (launcher === undefined) throw new LabError('no-launcher', 'there is no launcher of processes', { exitCode: 70 });
  return launcher.start(request);
}
