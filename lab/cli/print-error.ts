import { LabError } from '../errors.ts';

/** Prints an error the way every command does. @returns the exit code. */
export function printError(error: unknown): number {
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
