import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { LabError } from '../../../errors.ts';
import type { Launched } from '../../launched.ts';
import { LaunchedProcess, launchStep, type PlacedLaunch } from './launch.ts';
import { itemsOf, nameOf, type Step } from './steps.ts';
import { FrameCutter, type JobNews, newsOf, packFrame, packList } from './words.ts';

/** Where the porter works: a place, or the outer namespace around all of them. */
export interface Workplace {
  readonly name: string;
  readonly netns: string;
}
export const OUTER: Workplace = { name: 'the outer namespace', netns: '' };

/** How a job ended: 0, or the exit code of the program that failed; 1 when anything else did, -1 when the porter has gone. */
export interface Done {
  readonly code: number;
  readonly stdout: string;
  /** Of a job that failed: what failed, and why. */
  readonly stderr: string;
}

interface Job {
  readonly steps: readonly Step[];
  readonly done: (done: Done) => void;
}

/** Enough of its stderr to say why it ended. */
const STDERR_KEPT = 4096;

/**
 * The one process of a fabric that enters its places (porter.pl, and words.ts for what is said to it). To enter a namespace for
 * every command would start two programs more each time, and on small machines starting programs is what building and
 * changing a fabric costs. Node would also stand still for 10 ms and more at each start: a fork copies the page tables of all
 * that it has in memory.
 */
export class Porter {
  readonly #process: ChildProcess;
  readonly #jobs = new Map<number, Job>();
  /** By the job that launched them; those that have ended and said all are gone. */
  readonly #launched = new Map<number, LaunchedProcess>();
  readonly #closed = Promise.withResolvers<void>();
  #last = 0;
  #stderr = '';
  #gone: Done | undefined;
  #corked = false;
  #closing = false;

  constructor(command: readonly string[] = ['perl', join(import.meta.dirname, 'porter.pl'), process.arch]) {
    const [file = '', ...args] = command;
    // What programs say is read here too; and to find out about a language takes perl as long as to start.
    const env = { ...process.env, LC_ALL: 'C' };
    this.#process = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    const { stdin, stdout, stderr } = this.#process;
    const frames = new FrameCutter();
    stdout?.on('data', (bytes: Buffer) => {
      for (const frame of frames.take(bytes)) this.#hear(frame);
    });
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    // What is said to a porter that has gone is answered by its end.
    stdin?.on('error', () => {});
    this.#process.on('error', ({ message }) => this.#lost(`${file} could not be started: ${message}`));
    this.#process.on('close', (code, signal) => this.#lost(`the porter ended with ${signal ?? code}`));
    this.#hold();
  }

  /** Steps in a place, in order, up to the first that fails. Jobs of one place wait for each other, those of several do not. */
  run(place: Workplace, steps: readonly Step[]): Promise<Done> {
    this.#last += 1;
    return this.#do(this.#last, place, steps);
  }

  /** A program that goes on in a place. @throws Error when it cannot be started. */
  async launch(place: Workplace, launch: PlacedLaunch): Promise<Launched> {
    this.#last += 1;
    const id = this.#last;
    const one = new LaunchedProcess(launch);
    this.#launched.set(id, one);
    const { code, stdout, stderr } = await this.#do(id, place, [launchStep(launch)]);
    if (code !== 0) {
      this.#launched.delete(id);
      this.#hold();
      throw new Error(stderr);
    }
    return one.handle(Number(stdout), (text) => void this.run(place, [{ verb: 'tell', job: id, text }]));
  }

  #do(id: number, { netns }: Workplace, steps: readonly Step[]): Promise<Done> {
    if (this.#gone !== undefined) return Promise.resolve(this.#gone);
    const { promise, resolve } = Promise.withResolvers<Done>();
    this.#jobs.set(id, { steps, done: resolve });
    this.#hold();
    this.#say(packFrame([id, netns, ...steps.map((step) => packList(itemsOf(step)))]));
    return promise;
  }

  /** A job that must succeed; what it wrote to stdout. @throws LabError `fabric-command-failed` */
  async demand(what: string, place: Workplace, steps: readonly Step[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(place, steps);
    if (code === 0) return stdout;
    throw new LabError('fabric-command-failed', `${what} failed: ${stderr}`, {
      where: place.name,
      next: 'lab doctor says what this machine lacks',
      command: 'npm run lab -- doctor',
      exitCode: 3,
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#hold();
    this.#process.stdin?.end();
    await this.#closed.promise;
  }

  /** All that is said at once goes out at once: the porter is woken once. */
  #say(frame: Buffer): void {
    const { stdin } = this.#process;
    if (!this.#corked) {
      this.#corked = true;
      stdin?.cork();
      process.nextTick(() => {
        this.#corked = false;
        stdin?.uncork();
      });
    }
    stdin?.write(frame);
  }

  #hear(frame: readonly Buffer[]): void {
    const news = newsOf(frame);
    if (news.kind === 'done') this.#finish(news);
    else this.#launched.get(news.id)?.hear(news);
    if (news.kind === 'closed') this.#launched.delete(news.id);
    this.#hold();
  }

  #finish({ id, code, at, stdout, stderr }: JobNews): void {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    const why = code === 0 ? stderr : `${nameOf(job?.steps[at])}${stderr || `exit ${code}`}`;
    job?.done({ code, stdout, stderr: why });
  }

  #lost(why: string): void {
    this.#gone ??= {
      code: -1,
      stdout: '',
      stderr: [why, this.#stderr.trim()].filter((text) => text !== '').join(': '),
    };
    for (const { done } of this.#jobs.values()) done(this.#gone);
    this.#jobs.clear();
    for (const one of this.#launched.values()) one.ending.lose(why);
    this.#launched.clear();
    this.#closing = false;
    this.#hold();
    this.#closed.resolve();
  }

  /** What is waited for keeps the program alive, and nothing else of this does. */
  #hold(): void {
    const { stdin, stdout, stderr } = this.#process;
    const pipes = [stdin, stdout, stderr].filter((pipe) => pipe instanceof Socket);
    for (const one of [this.#process, ...pipes]) {
      if (this.#jobs.size > 0 || this.#launched.size > 0 || this.#closing) one.ref();
      else one.unref();
    }
  }
}
