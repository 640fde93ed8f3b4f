export interface CSeq {
  readonly number: number;
  /** Case counts (RFC 3261 7.1). */
  readonly method: string;
}

/** RFC 3261 8.1.1.5: a number below 2**31 and a method; anything else is no CSeq. */
export function parseCSeq(value: string): CSeq | undefined {
  const match = /^\s*(\d{1,20})\s+([A-Za-z0-9\-.!%*_+`'~]+)\s*$/.exec(value);
  if (match?.[2] === undefined) return undefined;
  const number = Number(match[1]);
  return number < 2 ** 31 ? { number, method: match[2] } : undefined;
}
