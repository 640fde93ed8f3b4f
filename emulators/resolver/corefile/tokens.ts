export interface Token {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/**
 * The words of a Corefile: separated by white space, or in quotes, where only a quote can be escaped. A `#` begins a comment, also in
 * the middle of a word.
 */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  const pattern = /\n|#[^\n]*|"((?:\\.|[^"\\])*)"?|[^\s#]+/gs;
  for (const match of text.matchAll(pattern)) {
    const [word, quoted] = match;
    if (word === '\n') line += 1;
    else if (quoted !== undefined) found.push({ text: quoted.replaceAll('\\"', '"'), line });
    else if (!word.startsWith('#')) found.push({ text: word, line });
    if (quoted !== undefined) line += word.split('\n').length - 1;
  }
  return found;
}
