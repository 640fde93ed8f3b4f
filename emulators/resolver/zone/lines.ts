/**
 * One entry of a master file: its words, whether it begins with white space (the owner of the entry before), and its
 * line.
 */
export interface Entry {
  readonly words: readonly Word[];
  readonly continued: boolean;
  readonly line: number;
}

export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * RFC 1035 5.1: entries end with the line, but for parentheses; `;` begins a comment; quotes keep white space.
 * undefined: unbalanced.
 */
export function entries(text: string): Entry[] | undefined {
  const found: Entry[] = [];
  let words: Word[] = [];
  let continued = false;
  let depth = 0;
  let line = 1;
  let start = 1;
  const pattern = /(\n)|;[^\n]*|"((?:\\.|[^"\\\n])*)"|([()])|([^\s;"()]+)|([^\S\n]+)|"/g;
  for (const match of text.matchAll(pattern)) {
    const [all, newline, quoted, parenthesis, word, space] = match;
    if (newline !== undefined) {
      line += 1;
      if (depth > 0) continue;
      if (words.length > 0) found.push({ words, continued, line: start });
      words = [];
      continued = false;
      start = line;
    } else if (space !== undefined) {
      if (words.length === 0 && depth === 0) continued = true;
    } else if (parenthesis !== undefined) {
      depth += parenthesis === '(' ? 1 : -1;
      if (depth < 0) return undefined;
    } else if (quoted !== undefined) {
      words.push({ text: quoted.replace(/\\(.)/g, '$1'), quoted: true });
    } else if (word !== undefined) {
      words.push({ text: word, quoted: false });
    } else if (all === '"') {
      return undefined;
    }
  }
  if (words.length > 0) found.push({ words, continued, line: start });
  return depth === 0 ? found : undefined;
}
