/** One server block of a Corefile: the names it serves and where it stands in the text. */
export interface ServerBlock {
  readonly keys: readonly string[];
  /** The same as they are spelt. */
  readonly words: readonly string[];
  /** Offsets of its first character and of the one behind its closing brace. */
  readonly start: number;
  readonly end: number;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/**
 * The server blocks of a Corefile, enough to put one in and to take it out: what stands inside a block is not looked
 * at. undefined where braces do not match, which CoreDNS refuses too.
 */
export function serverBlocks(corefile: string): ServerBlock[] | undefined {
  const blocks: ServerBlock[] = [];
  let keys: Token[] = [];
  let depth = 0;
  for (const token of tokens(corefile)) {
    if (token.text === '{' && !token.quoted) {
      depth += 1;
    } else if (token.text === '}' && !token.quoted) {
      depth -= 1;
      const [first] = keys;
      if (depth < 0 || first === undefined) return undefined;
      if (depth > 0) continue;
      blocks.push({ keys: keys.map(keyText), words: keys.map(({ text }) => text), start: first.start, end: token.end });
      keys = [];
    } else if (depth === 0) {
      keys.push(token);
    }
  }
  return depth === 0 && keys.length === 0 ? blocks : undefined;
}

/** `dns://MCX.test.:53,` is `mcx.test:53`. */
function keyText(token: Token): string {
  const bare = token.text.replace(/,$/, '').replace(/^dns:\/\//, '');
  const colon = bare.lastIndexOf(':');
  const name = (colon === -1 ? bare : bare.slice(0, colon)).toLowerCase();
  const port = colon === -1 ? '53' : bare.slice(colon + 1);
  return `${name === '.' || name === '' ? '.' : name.replace(/\.$/, '')}:${port}`;
}

/** Words, quoted strings and braces; a `#` that begins a word begins a comment. */
function* tokens(text: string): Generator<Token> {
  const pattern = /#[^\n]*|"(?:\\.|[^"\\])*"?|[^\s#]+/g;
  for (const match of text.matchAll(pattern)) {
    const [found] = match;
    if (found.startsWith('#')) continue;
    yield { text: found, start: match.index, end: match.index + found.length, quoted: found.startsWith('"') };
  }
}
