/** RFC 1071: the one's complement sum of 16-bit words, an odd last byte filled up with zero; folded, not complemented. */
export function onesSum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (even < bytes.length) sum += (bytes[even] as number) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** The Internet checksum; 0 over a header that contains its own right checksum. */
export function checksum(bytes: Uint8Array, start = 0): number {
  return ~onesSum(bytes, start) & 0xffff;
}
