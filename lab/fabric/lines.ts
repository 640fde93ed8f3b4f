/** Cuts what arrives in pieces into lines. */
export interface LineCutter {
  take(text: string): void;
  /** What came after the last end of a line. */
  readonly rest: string;
}

export function lineCutter(onLine: (line: string) => void): LineCutter {
  let rest = '';
  return {
    take(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    get rest() {
      return rest;
    },
  };
}
