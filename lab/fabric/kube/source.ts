import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

/**
 * The command that runs a program of the lab where only Node is: its source travels as an argument, without its types, for
 * which each place would have to load a parser. Such a program is one file that imports nothing of ours but types.
 */
export function sourceCommand(program: URL, node = 'node'): string[] {
  return [node, '--input-type=module', '--eval', stripTypeScriptTypes(readFileSync(program, 'utf8'))];
}
