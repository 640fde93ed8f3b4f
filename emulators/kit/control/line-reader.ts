import { StringDecoder } from 'node:string_decoder';

/** A peer that never ends its line must not fill the memory. */
const longestLine = 1 << 20;

/** Cuts a stream of bytes into lines; a line longer than 1 MiB is thrown away. */
export function lineReader(onLine: (line: string) => void): (bytes: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let tooLong = false;
  return (bytes) => {
    const pieces = (rest + decoder.write(bytes)).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      if (!tooLong && piece !== '') onLine(piece);
      tooLong = false;
    }
    if (rest.length > longestLine) {
      rest = '';
      tooLong = true;
    }
  };
}
