import { LabError } from '../errors.ts';

/** Prints an error the way every command does. @returns the exit code. */
export function printError(caught: unknown): number {
  const error = diskFull(caught) ?? caught;
  if (error instanceof LabError) {
    const lines = [
      `lab: [${error.code}] ${error.message}`,
      error.where && `  where: ${error.where}`,
      error.next && `  next: ${error.next}`,
      error.command && `    ${error.command}`,
    ];
    process.stderr.write(`${lines.filter(Boolean).join('\n')}\n`);
    return error.exitCode;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`lab: [LAB-FAULT] a fault of the lab itself\n  ${trace}\n  next: report it with this text.\n`);
  return 70;
}

/** No room is a failure of the environment: nothing is known of the system, so the run is inconclusive. */
function diskFull(error: unknown): LabError | undefined {
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  return new LabError('DISK-FULL', 'there is no room left on the disk', {
    ...(path === undefined ? {} : { where: path }),
    next: 'Name a folder with room (--out DIR), or remove old runs:',
    command: 'npm run lab -- prune --keep 5',
    exitCode: 3,
    cause: error,
  });
}
