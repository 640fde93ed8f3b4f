import { readFileSync } from 'node:fs';

/**
 * The command that runs a program of the lab where only Node is: its source travels as an argument. Such a program is
 * one file that imports nothing of ours but types.
 */
export function sourceCommand(program: URL, node = 'node'): string[] {
  return [node, '--input-type=module-typescript', '--eval', readFileSync(program, 'utf8')];
}
