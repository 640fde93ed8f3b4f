/** One command of the plan. `file` is written beforehand; `command` names it. */
export interface Step {
  readonly title: string;
  readonly command: readonly string[];
  readonly file?: { readonly name: string; readonly text: string };
  /** The command's output goes to this file (what was there before, for the way back). */
  readonly output?: string;
}

/** How kubectl reaches a cluster: a context, a kubeconfig of its own, or what it takes by itself. */
export interface Access {
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

/** A line for a shell. */
export function stepLine(step: Step): string {
  const line = shellLine(step.command);
  return step.output === undefined ? line : `${line} > ${shellWord(step.output)}`;
}

/** A command as one would type it. */
export function shellLine(command: readonly string[]): string {
  return command.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `kubectl`, with the kubeconfig and the context where they are named. */
export function kubectl({ context, kubeconfig }: Access, ...words: readonly string[]): string[] {
  const file = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
  return ['kubectl', ...file, ...(context === undefined ? [] : ['--context', context]), ...words];
}
