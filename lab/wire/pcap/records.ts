import type { Fault } from '../fault.ts';
import type { CaptureInterface, CapturePacket } from './packet.ts';

/**
 * A format cuts a stream into records. `length` says how many bytes the record at `at` has, as far as its `available`
 * bytes tell: more than are available asks for them. undefined, with a fault: nothing can follow.
 */
export interface RecordFormat {
  length(bytes: Uint8Array, at: number, available: number, offset: number): number | undefined;
  /** Reads one whole record of `length` bytes at `at`; a packet where it is one that the glance does not pass over. */
  read(bytes: Uint8Array, at: number, length: number, offset: number): CapturePacket | undefined;
  readonly interfaces: readonly CaptureInterface[];
}

/**
 * Looks at a packet where it lies, from `start` to `end`, before anything is made of it: true passes over it. It is counted
 * and costs nothing else.
 */
export type Glance = (bytes: Uint8Array, start: number, end: number, linkType: number, interfaceId: number) => boolean;

/** What a format reports to. */
export type Report = (fault: Fault) => void;
