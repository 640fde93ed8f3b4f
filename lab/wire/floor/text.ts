const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const writer = new TextEncoder();

/** undefined where the bytes are no UTF-8: such a value is kept as bytes. */
export function readText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

export function writeText(text: string): Uint8Array {
  return writer.encode(text);
}
