/** One line of `lab doctor`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What does not work without it. */
  readonly neededFor: string;
  /** The command that mends it; undefined when nothing is wrong, or when no command can. */
  readonly mend: string | undefined;
  /** The embedded fabric does not run at all without it. */
  readonly essential: boolean;
}
