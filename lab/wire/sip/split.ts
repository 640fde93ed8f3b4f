/** The rest of a text after an opening quote: where the closing one is, or the text's end when it is never closed. */
export function quoteEnd(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const c = text[i];
    // RFC 3261 25.1 quoted-pair
    if (c === '\\') i++;
    else if (c === '"') return i;
  }
  return text.length;
}

/** Splits at a separator that stands neither in quotes nor in `<…>`; one pass, whatever is left open. */
export function splitOutside(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      i = quoteEnd(text, i);
    } else if (c === '<') {
      const close = text.indexOf('>', i);
      i = close === -1 ? text.length : close;
    } else if (c === separator) {
      pieces.push(text.slice(from, i));
      from = i + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** Where a character first stands outside quotes, or -1. */
export function indexOutsideQuotes(text: string, wanted: string, from = 0): number {
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === wanted) return i;
    if (c === '"') i = quoteEnd(text, i);
  }
  return -1;
}
