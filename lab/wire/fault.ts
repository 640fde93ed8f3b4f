/**
 * What a decoder found wrong, as data: decoders never throw on input, they return a value (when one can be made of
 * the bytes) and the faults met on the way.
 */
export interface Fault {
  /** Stable, `<codec>/<what>`: `sip/start-line`, `floor/field-length`, `pcap/truncated`. */
  readonly code: string;
  /** Where in the decoded bytes, counted from 0. */
  readonly offset: number;
  /** What is wrong, in a sentence for a person. */
  readonly message: string;
  /** The clause that says so, for instance `RFC 3261 20.14`. */
  readonly clause?: string;
}

/** The answer of every decoder: `value` is undefined only where nothing usable could be made of the bytes. */
export interface Decoded<T> {
  readonly value: T | undefined;
  readonly faults: readonly Fault[];
}
