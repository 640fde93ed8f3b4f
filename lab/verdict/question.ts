import type { Timeline } from '../capture/timeline.ts';
import type { Topology } from './topology.ts';

/** Where a claim can be seen: a tap and Wireshark's frame number in its file. */
export interface Evidence {
  readonly tap: string;
  readonly frame: number;
}

/**
 * `yes` and `no` are final whatever comes later; `open` may still be decided by later packets, and counts as `no` when the
 * window is closed. `because` says what was seen, or the nearest miss.
 */
export interface Answer {
  readonly state: 'yes' | 'no' | 'open';
  readonly evidence: readonly Evidence[];
  readonly because: string;
}

/** What a question may look at. `fromNs`/`toNs` are the times of act markers; `toNs` undefined while the act still runs. */
export interface Scene {
  readonly timeline: Timeline;
  readonly topology: Topology;
  /** When the act that this question belongs to began. */
  readonly fromNs: bigint;
  readonly toNs: bigint | undefined;
  /** true when the files are closed: no later packet will come. */
  readonly closed: boolean;
}

/** A pure function of the scene: the same one answers while a scenario runs and when a run is judged again. */
export interface Question {
  /** `TS 24.380 6.3.4.4`, `RFC 3261 13.2.2.4`, or a rung of the ladder. */
  readonly clause: string;
  ask(scene: Scene): Answer;
}
