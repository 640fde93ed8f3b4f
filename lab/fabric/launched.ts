/** A program that goes on in a place, and who hears what it says. */
export interface Launch {
  readonly argv: readonly string[];
  readonly stdin?: 'pipe';
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

/** Its process. */
export interface Launched {
  readonly pid: number;
  readonly running: boolean;
  /** Exit code, or the name of the signal. */
  readonly exited: Promise<number | string>;
  /** As `exited`, but when everything that the process and its heirs wrote to a pipe has been passed on. */
  readonly closed: Promise<number | string>;
  write(text: string): void;
}

/** How a process ends of which another one tells: the porter of a fabric, the attendant of a place. */
export class Ending {
  readonly #exited = Promise.withResolvers<number | string>();
  readonly #closed = Promise.withResolvers<number | string>();
  #running = true;

  get running(): boolean {
    return this.#running;
  }

  get exited(): Promise<number | string> {
    return this.#exited.promise;
  }

  get closed(): Promise<number | string> {
    return this.#closed.promise;
  }

  exit(how: number | string): void {
    this.#running = false;
    this.#exited.resolve(how);
  }

  close(how: number | string): void {
    this.#closed.resolve(how);
  }

  /** Nobody will tell any more. */
  lose(why: string): void {
    this.exit(why);
    this.close(why);
  }
}
