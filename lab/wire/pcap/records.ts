import type { Fault } from '../fault.ts';
import type { CaptureInterface, CapturePacket } from './packet.ts';

/**
 * A format cuts a stream into records. `length` says how many bytes the record at `at` has, as far as its `available`
 * bytes tell: more than are available asks for them. undefined, with a fault: nothing can follow.
 */
export interface RecordFormat {
  length(bytes: Uint8Array, at: number, available: number, offset: number): number | undefined;
  /** Reads one whole record; a packet where it is one. */
  read(bytes: Uint8Array, offset: number): CapturePacket | undefined;
  readonly interfaces: readonly CaptureInterface[];
}

/** What a format reports to. */
export type Report = (fault: Fault) => void;
