import { LabError } from '../../errors.ts';
import type { Conversation } from '../fabric.ts';
import { converseIn } from './conversation.ts';
import type { Place } from './plan.ts';

/** What a script did: its exit code (-1 when its shell has gone), and what it wrote, stderr among stdout. */
export interface Done {
  readonly code: number;
  readonly output: string;
}

/**
 * A shell that stays in each place. To enter a namespace for every command would start two programs more each time, and on
 * small machines starting programs is what building and changing a fabric costs.
 */
export class Shells {
  readonly #open = new Map<string, Promise<Shell>>();

  /** Runs a script for sh in a place to its end, its first failing command; one after the other in each place. */
  async run(place: Place, script: string): Promise<Done> {
    const shell = await this.#in(place);
    return shell.tell(`(\nset -e\n${script}\n) </dev/null 2>&1`);
  }

  /** A script that must succeed. @throws LabError `fabric-command-failed` */
  async demand(what: string, place: Place, script: string): Promise<string> {
    // A fork less for what cannot fail in the middle.
    const { code, output } = await (script.includes('\n') ? this.run(place, script) : this.command(place, script));
    if (code === 0) return output;
    throw new LabError('fabric-command-failed', `${what} failed: ${output.trim() || `exit ${code}`}`, {
      where: place.name,
      next: 'lab doctor says what this machine lacks',
      command: 'npm run lab -- doctor',
      exitCode: 3,
    });
  }

  /** A function that the place's shell knows by now, called; without what a command costs in redirections. */
  async call(place: Place, words: string): Promise<Done> {
    const shell = await this.#in(place);
    return shell.tell(words);
  }

  /** One command, by the shell itself. */
  async command(place: Place, command: string): Promise<Done> {
    const shell = await this.#in(place);
    return shell.tell(`{ ${command}\n} </dev/null 2>&1`);
  }

  async leave(place: Place): Promise<void> {
    const shell = await this.#open.get(place.netns)?.catch(() => undefined);
    this.#open.delete(place.netns);
    await shell?.close();
  }

  async close(): Promise<void> {
    const shells = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    await Promise.all(shells.map((shell) => (shell.status === 'fulfilled' ? shell.value.close() : undefined)));
  }

  #in(place: Place): Promise<Shell> {
    const known = this.#open.get(place.netns);
    if (known !== undefined) return known;
    // bash, for its /dev/udp; 4 MB instead of Node's 50.
    const opened = converseIn(place, ['bash', '--norc']).then((conversation) => new Shell(conversation));
    this.#open.set(place.netns, opened);
    return opened;
  }
}

/** Stands at the beginning of the line that says how a script ended; no tool prints it. */
const END = '\u0001';

/** bash reads what it is told byte by byte, a system call each: what is said often has a short name. */
const words = `e() { printf '\\n${END}%d\\n' $?; }`;

class Shell {
  readonly #conversation: Conversation;
  readonly #waiting: ((done: Done) => void)[] = [];
  #lines: string[] = [];
  #gone: Done | undefined;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    conversation.onLine((line) => this.#hear(line));
    conversation.send(words);
    void conversation.ended.then(({ code, stderr }) => {
      this.#gone = { code: -1, output: `the shell in ${conversation.place} ended with ${code}: ${stderr.trim()}` };
      for (const tell of this.#waiting.splice(0)) tell(this.#gone);
    });
  }

  tell(command: string): Promise<Done> {
    if (this.#gone !== undefined) return Promise.resolve(this.#gone);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#conversation.send(`${command}\ne`);
    });
  }

  close(): Promise<void> {
    return this.#conversation.close();
  }

  #hear(line: string): void {
    if (!line.startsWith(END)) return void this.#lines.push(line);
    const output = this.#lines.join('\n');
    this.#lines = [];
    this.#waiting.shift()?.({ code: Number(line.slice(1)), output });
  }
}
