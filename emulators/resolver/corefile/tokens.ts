export interface Token {
  readonly text: string;
  /** From 1; a quoted word may end on a later line. */
  readonly line: number;
  readonly endLine: number;
}

/**
 * The words of a Corefile: separated by white space, or in quotes, where only a quote can be escaped. A `#` begins a
 * comment, also in the middle of a word.
 */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  const pattern = /\n|#[^\n]*|"((?:\\.|[^"\\])*)"?|[^\s#]+/gs;
  for (const match of text.matchAll(pattern)) {
    const [word, quoted] = match;
    const start = line;
    line += word.split('\n').length - 1;
    if (quoted !== undefined) found.push({ text: quoted.replaceAll('\\"', '"'), line: start, endLine: line });
    else if (word !== '\n' && !word.startsWith('#')) found.push({ text: word, line, endLine: line });
  }
  return found;
}
