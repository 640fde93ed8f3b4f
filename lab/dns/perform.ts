import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { LabError } from '../errors.ts';
import { type Step, shellLine, stepLine } from './step.ts';

/** Runs one command to its end and gives back what it printed; throws a LabError with the command to paste. */
export type Run = (command: readonly string[], folder?: string) => Promise<string>;

/** What kubectl and the API server say when something is wrong that a user can mend. */
const known: readonly {
  readonly says: RegExp;
  readonly next: string;
  readonly command?: string;
  readonly exitCode?: 2;
}[] = [
  {
    says: /context .*(does not exist|not found)/,
    next: 'name a context of the kubeconfig; which there are:',
    command: 'kubectl config get-contexts -o name',
    exitCode: 2,
  },
  {
    says: /was refused|no such host|i\/o timeout|unable to connect/i,
    next: 'the cluster does not answer; the command that failed:',
  },
  {
    says: /\(Forbidden\)/,
    next: 'the credential lacks the right; with rights in one namespace only there is --variant separate. What was refused:',
  },
  {
    says: /object has been modified/,
    next: 'somebody else changed it at the same time; the same command again looks anew',
  },
];

export const runCommand: Run = async (command, folder) => {
  const [program = '', ...args] = command;
  try {
    const { stdout } = await execa(program, args, {
      ...(folder === undefined ? {} : { cwd: folder }),
      stdin: 'ignore',
      timeout: 120_000,
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === 'ENOENT') throw missing(program, error);
    const said = typeof error.stderr === 'string' && error.stderr !== '' ? error.stderr : error.shortMessage;
    throw new LabError('dns/kubectl', said.trim(), {
      where: folder ?? 'kubectl',
      next: 'the command that failed:',
      command: shellLine(command),
      exitCode: 3,
      ...known.find(({ says }) => says.test(said)),
      cause: error,
    });
  }
};

function missing(program: string, cause: unknown): LabError {
  return new LabError('dns/kubectl-missing', `${program} is not on PATH`, {
    next: 'install it (https://kubernetes.io/docs/tasks/tools/); whether it is there:',
    command: `${program} version --client`,
    exitCode: 3,
    cause,
  });
}

/** Does what the plan says, one step after the other; files are written into the folder, and commands run there. */
export async function performSteps(
  steps: readonly Step[],
  folder: string,
  { run, say }: { readonly run: Run; readonly say: (line: string) => void },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const step of steps) {
    say(`${step.title}: ${stepLine(step)}`);
    if (step.file !== undefined) await writeFile(join(folder, step.file.name), step.file.text);
    const printed = await run(step.command, folder);
    if (step.output !== undefined) await writeFile(join(folder, step.output), printed);
  }
}
