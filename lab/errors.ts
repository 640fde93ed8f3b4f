/** An error that a user of the lab can meet: a stable code, what failed, where, what to do next and the command to paste. */
export class LabError extends Error {
  readonly code: string;
  readonly where: string | undefined;
  readonly next: string | undefined;
  readonly command: string | undefined;
  /** Exit code of the command line: 2 wrong use or configuration, 3 the environment failed, 70 a fault of the lab. */
  readonly exitCode: 2 | 3 | 70;

  constructor(
    code: string,
    what: string,
    more: {
      readonly where?: string;
      readonly next?: string;
      readonly command?: string;
      readonly exitCode?: 2 | 3 | 70;
      readonly cause?: unknown;
    } = {},
  ) {
    super(what, more.cause === undefined ? {} : { cause: more.cause });
    this.name = 'LabError';
    this.code = code;
    this.where = more.where;
    this.next = more.next;
    this.command = more.command;
    this.exitCode = more.exitCode ?? 2;
  }
}
