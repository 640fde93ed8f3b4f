import { fileURLToPath } from 'node:url';
import { canIsolate, outerCommand } from '../outer.ts';
import { type RunResult, run } from '../run.ts';

// For the tests of this room: runs a scenario of `scenarios.ts` inside an outer namespace, as this user or as another
// one.

export const isolation = await canIsolate();

/** Drops root for good; empty where the tests do not run as root, who are ordinary users themselves. */
const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'env', 'HOME=/nonexistent'];

export type User = 'same' | 'nobody';

export function outerAs(user: User, argv: readonly string[]): string[] {
  return user === 'same' ? outerCommand(argv) : [...asNobody, ...outerCommand(argv, false)];
}

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Whether root may become an ordinary user who can read the project and make user namespaces. */
export async function rootlessPossible(): Promise<boolean> {
  if (isolation.how !== 'root') return false;
  const node = await run([...asNobody, process.execPath, '--check', program]);
  return node.code === 0 && (await run(outerAs('nobody', ['true']))).code === 0;
}

/** The JSON document that the scenario printed. */
export async function inside<T>(scenario: string, folder: string, user: User = 'same'): Promise<T> {
  const result: RunResult = await run(outerAs(user, [process.execPath, program, scenario, folder]));
  if (result.code !== 0) throw new Error(`${scenario} ended with ${result.code}: ${result.stderr}${result.stdout}`);
  return JSON.parse(result.stdout) as T;
}
