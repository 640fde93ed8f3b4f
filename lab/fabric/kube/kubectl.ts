import { ExecaError, execa } from 'execa';
import type { LabError } from '../../errors.ts';
import type { Access } from './cluster-access.ts';
import { explain } from './explain.ts';

export interface Kubectl {
  readonly access: Access;
  /** Runs one command to its end and gives back what it printed. */
  run(args: readonly string[], options?: { readonly timeoutMs?: number }): Promise<string>;
  json<T>(args: readonly string[]): Promise<T>;
  /** The local command that runs a program in a pod, with stdin. */
  exec(namespace: string, pod: string): string[];
}

export function kubectlFor(access: Access): Kubectl {
  const run: Kubectl['run'] = async (args, { timeoutMs = 60_000 } = {}) => {
    const [program = '', ...rest] = command(access, args);
    try {
      const { stdout } = await execa(program, rest, { timeout: timeoutMs, stdin: 'ignore' });
      return stdout;
    } catch (error) {
      if (!(error instanceof ExecaError)) throw error;
      throw asLabError(access, args, error);
    }
  };
  return {
    access,
    run,
    json: async (args) => JSON.parse(await run([...args, '-o', 'json'])),
    exec: (namespace, pod) => command(access, ['exec', '-i', '--namespace', namespace, pod, '--']),
  };
}

export function command({ context, kubeconfig }: Access, args: readonly string[]): string[] {
  return ['kubectl', ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]), '--context', context, ...args];
}

function asLabError(access: Access, args: readonly string[], error: ExecaError): LabError {
  const said = typeof error.stderr === 'string' && error.stderr !== '' ? error.stderr : error.shortMessage;
  const missing = error.code === 'ENOENT';
  return explain({
    access,
    said: said.trim(),
    command: command(access, args).join(' '),
    missing,
    timedOut: error.timedOut,
    cause: error,
  });
}
