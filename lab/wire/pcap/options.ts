import type { Fault } from '../fault.ts';
import type { Endian } from './endian.ts';

export interface BlockOption {
  readonly code: number;
  readonly value: Uint8Array;
}

/** pcapng 3.5: {code (2), length (2), value, padding to four bytes}, ended by code 0 or by the block. */
export function readOptions(bytes: Uint8Array, endian: Endian, offset: number, faults: Fault[]): BlockOption[] {
  const options: BlockOption[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const code = endian.u16(bytes, at);
    if (code === 0) break;
    const end = at + 4 + endian.u16(bytes, at + 2);
    if (end > bytes.length) {
      const message = `option ${code} runs past the end of its block`;
      faults.push({ code: 'pcap/option', offset: offset + at, message, clause: 'pcapng 3.5' });
      break;
    }
    options.push({ code, value: bytes.subarray(at + 4, end) });
    at = (end + 3) & ~3;
  }
  return options;
}

const utf8 = new TextDecoder();

export function optionText(options: readonly BlockOption[], code: number): string | undefined {
  const option = options.find((candidate) => candidate.code === code);
  return option && utf8.decode(option.value);
}

export function optionTexts(options: readonly BlockOption[], code: number): string[] {
  return options.filter((option) => option.code === code).map(({ value }) => utf8.decode(value));
}
