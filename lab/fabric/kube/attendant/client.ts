import { execa } from 'execa';
import { LabError } from '../../../errors.ts';
import { Ending, type Launch, type Launched } from '../../launched.ts';
import { lineCutter } from '../../lines.ts';
import { sourceCommand } from '../source.ts';
import type { AttendantNews, AttendantWord } from './words.ts';

/** A process in a place, started by the attendant; the pid is the place's. */
export interface AttendedProcess extends Launched {
  /** The end of its stdin. */
  end(): void;
  signal(signal: 'SIGUSR1' | 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
}

export interface Followed {
  /** Resolves with the size of the file when all of it has been handed over. */
  enough(): Promise<number>;
}

type Question = Exclude<AttendantWord['say'], 'start' | 'write' | 'end' | 'signal' | 'follow' | 'enough'>;
type Asked<W extends Question> = Omit<Extract<AttendantWord, { say: W }>, 'id' | 'say'>;

interface Entry {
  take(news: AttendantNews): void;
  lost(error: LabError): void;
}

/** Speaks with the attendant of one place. */
export class Attendant {
  readonly place: string;
  readonly #send: (line: string) => void;
  readonly #end: () => Promise<void>;
  readonly #entries = new Map<number, Entry>();
  #last = 0;
  #pid = 0;
  #gone: LabError | undefined;

  private constructor(place: string, send: (line: string) => void, end: () => Promise<void>) {
    this.place = place;
    this.#send = send;
    this.#end = end;
  }

  /** `enter` is the local command that runs a program inside the place: `kubectl exec -i … --`. */
  static async open(place: string, enter: readonly string[], node = 'node'): Promise<Attendant> {
    const [program = '', ...args] = [...enter, ...sourceCommand(new URL('./main.ts', import.meta.url), node)];
    const child = execa(program, args, { reject: false, buffer: false, stdin: 'pipe', cleanup: true });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4096);
    });
    child.stdin.on('error', () => {});
    const ready = Promise.withResolvers<void>();
    const attendant = new Attendant(
      place,
      (line) => void child.stdin.write(`${line}\n`),
      async () => {
        child.stdin.end();
        await Promise.race([child, new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
        child.kill('SIGKILL');
      },
    );
    const { take } = lineCutter((line) => {
      const news = JSON.parse(line) as AttendantNews;
      if (news.say === 'ready') {
        attendant.#pid = news.pid;
        ready.resolve();
      } else attendant.#hear(news);
    });
    child.stdout.setEncoding('utf8').on('data', take);
    void child.then(({ exitCode, signal, shortMessage }) => {
      // kubectl's last line says why; those before are its library's.
      const why = stderr.trim().split('\n').at(-1) || shortMessage || String(signal ?? exitCode);
      const error = new LabError('place-lost', `the lab lost ${place}: ${why}`, {
        where: place,
        exitCode: 3,
        command: [...enter, 'node', '--version'].join(' '),
      });
      ready.reject(error);
      attendant.#lost(error);
    });
    await ready.promise;
    return attendant;
  }

  /** The attendant's own process, as its place counts. */
  get pid(): number {
    return this.#pid;
  }

  get usable(): boolean {
    return this.#gone === undefined;
  }

  launch({ argv, stdin, onStdout, onStderr }: Launch): Promise<AttendedProcess> {
    const started = Promise.withResolvers<number>();
    const ending = new Ending();
    const id = this.#enter({
      take: (news) => {
        if (news.say === 'started') started.resolve(news.pid);
        else if (news.say === 'stdout') onStdout?.(news.text);
        else if (news.say === 'stderr') onStderr?.(news.text);
        else if (news.say === 'exited') ending.exit(news.how);
        else if (news.say === 'closed') {
          ending.close(news.how);
          this.#entries.delete(id);
        } else if (news.say === 'failed') entryFailed(new Error(news.message));
      },
      lost: (error) => entryFailed(error),
    });
    const entryFailed = (error: Error): void => {
      started.reject(error);
      ending.lose(error.message);
      this.#entries.delete(id);
    };
    this.#say({ say: 'start', id, argv, stdin: stdin ?? 'ignore' });
    return started.promise.then((pid) => ({
      pid,
      get running() {
        return ending.running;
      },
      exited: ending.exited,
      closed: ending.closed,
      write: (text) => this.#say({ say: 'write', id, text }),
      end: () => this.#say({ say: 'end', id }),
      signal: (signal) => this.#say({ say: 'signal', id, signal }),
    }));
  }

  follow(path: string, take: (bytes: Buffer) => void): Followed {
    const whole = Promise.withResolvers<number>();
    whole.promise.catch(() => {});
    const id = this.#enter({
      take: (news) => {
        if (news.say === 'bytes') take(Buffer.from(news.base64, 'base64'));
        else if (news.say === 'whole') {
          this.#entries.delete(id);
          whole.resolve(news.size);
        } else if (news.say === 'failed') whole.reject(new Error(news.message));
      },
      lost: whole.reject,
    });
    this.#say({ say: 'follow', id, path });
    return {
      enough: () => {
        this.#say({ say: 'enough', id });
        return whole.promise;
      },
    };
  }

  async read(path: string): Promise<string> {
    return text(await this.#ask('read', { path }));
  }

  async writeFile(path: string, content: string): Promise<void> {
    await this.#ask('write-file', { path, text: content });
  }

  async list(path: string): Promise<readonly string[]> {
    const news = await this.#ask('list', { path });
    return news.say === 'names' ? news.names : [];
  }

  async get(url: string): Promise<string> {
    return text(await this.#ask('get', { url }));
  }

  async multicast(text: string, from: string, groups: readonly [string, string]): Promise<void> {
    await this.#ask('multicast', { text, from, groups });
  }

  async findPods(uids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const news = await this.#ask('find-pods', { uids });
    return new Map(news.say === 'pids' ? Object.entries(news.pids) : []);
  }

  /** Everything that it has started ends with it. */
  close(): Promise<void> {
    return this.#end();
  }

  #ask<W extends Question>(say: W, more: Asked<W>): Promise<AttendantNews> {
    const answer = Promise.withResolvers<AttendantNews>();
    const id = this.#enter({
      take: (news) => {
        this.#entries.delete(id);
        if (news.say === 'failed') answer.reject(new Error(`${this.place}: ${news.message}`));
        else answer.resolve(news);
      },
      lost: answer.reject,
    });
    this.#say({ say, id, ...more } as unknown as AttendantWord);
    return answer.promise;
  }

  #enter(entry: Entry): number {
    this.#last += 1;
    this.#entries.set(this.#last, entry);
    if (this.#gone !== undefined) queueMicrotask(() => this.#lost(this.#gone as LabError));
    return this.#last;
  }

  #say(word: AttendantWord): void {
    if (this.#gone === undefined) this.#send(JSON.stringify(word));
  }

  #hear(news: Exclude<AttendantNews, { say: 'ready' }>): void {
    this.#entries.get(news.id)?.take(news);
  }

  #lost(error: LabError): void {
    this.#gone = error;
    for (const [id, entry] of [...this.#entries]) {
      this.#entries.delete(id);
      entry.lost(error);
    }
  }
}

function text(news: AttendantNews): string {
  return news.say === 'text' ? news.text : '';
}
