import { type Token, tokens } from './tokens.ts';

/** One line of a Corefile: a plugin, or a property of one, with the lines of its block. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[];
  readonly line: number;
}

export interface ServerBlock {
  readonly keys: readonly string[];
  readonly plugins: readonly Directive[];
  readonly line: number;
}

/** A Corefile that CoreDNS would not load; the words are its own, so that a person can look them up. */
export class CorefileError extends Error {
  constructor(line: number, what: string) {
    super(`Corefile:${line} - Error during parsing: ${what}`);
    this.name = 'CorefileError';
  }
}

/** Server blocks and their lines; what plugins make of them is not looked at here. */
export function parseCorefile(text: string): ServerBlock[] {
  const reader: Reader = { words: tokens(text), at: 0 };
  const blocks: ServerBlock[] = [];
  for (let first = peek(reader); first !== undefined; first = peek(reader)) {
    const keys = readKeys(reader);
    expectBrace(reader);
    blocks.push({ keys, plugins: readBlock(reader), line: first.line });
  }
  return blocks;
}

interface Reader {
  readonly words: readonly Token[];
  at: number;
}

function peek(reader: Reader): Token | undefined {
  return reader.words[reader.at];
}

/** Names on one line, further ones on the next after a comma. */
function readKeys(reader: Reader): string[] {
  const keys: string[] = [];
  let expected = true;
  let line = peek(reader)?.line;
  for (let token = peek(reader); token !== undefined; token = peek(reader)) {
    if (token.text === '{' || (!expected && token.line !== line)) break;
    expected = token.text.endsWith(',');
    line = token.line;
    keys.push(expected ? token.text.slice(0, -1) : token.text);
    reader.at += 1;
  }
  return keys;
}

function expectBrace(reader: Reader): void {
  const token = peek(reader);
  if (token?.text !== '{')
    throw new CorefileError(lastLine(reader), `expected '{', not '${token?.text ?? 'end of file'}'`);
  reader.at += 1;
}

/** Lines up to the closing brace; nested as deep as the text is, one step of the loop for each word. */
function readBlock(reader: Reader): Directive[] {
  const open: { directive: Directive | undefined; lines: Directive[] }[] = [{ directive: undefined, lines: [] }];
  for (;;) {
    const token = peek(reader);
    const here = open.at(-1);
    if (token === undefined || here === undefined) {
      throw new CorefileError(lastLine(reader), "Syntax error: Unexpected end of file, expecting '}'");
    }
    if (token.text === '}') {
      reader.at += 1;
      open.pop();
      const outer = open.at(-1);
      if (outer === undefined || here.directive === undefined) return here.lines;
      outer.lines.push({ ...here.directive, block: here.lines });
      continue;
    }
    const { directive, opens } = readLine(reader);
    if (opens) open.push({ directive, lines: [] });
    else here.lines.push(directive);
  }
}

/** The words of one line; a `{` at its end opens a block. */
function readLine(reader: Reader): { directive: Directive; opens: boolean } {
  const first = peek(reader) ?? { text: '', line: lastLine(reader), endLine: lastLine(reader) };
  let line = first.line;
  const words: string[] = [];
  let opens = false;
  for (let token = peek(reader); token !== undefined && token.line === line; token = peek(reader)) {
    if (token.text === '}') break;
    reader.at += 1;
    line = token.endLine;
    opens = token.text === '{';
    if (opens) break;
    words.push(token.text);
  }
  const [name, ...args] = words;
  if (name === undefined) throw new CorefileError(first.line, "Syntax error: Unexpected token '{'");
  return { directive: { name, args, block: [], line: first.line }, opens };
}

function lastLine(reader: Reader): number {
  return reader.words[Math.min(reader.at, reader.words.length - 1)]?.line ?? 1;
}
