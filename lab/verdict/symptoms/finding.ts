import type { Timeline } from '../../capture/timeline.ts';
import type { Evidence } from '../question.ts';

export type SymptomName =
  | 'name-unresolved'
  | 'private-address-in-sdp'
  | 'node-address-with-pod-port'
  | 'agency-treated-as-client'
  | 'ack-discarded'
  | 'flow-forgotten'
  | 'pod-gone'
  | 'dialog-lost'
  | 'packet-before-service'
  | 'no-pod-on-node';

export type ConsequenceName = 'wrong-pod' | 'session-given-up' | 'source-port-changed';

export interface Finding {
  readonly name: SymptomName | ConsequenceName;
  readonly evidence: Evidence[];
  /** What mends it, in a sentence for a person. */
  readonly remedy: string;
  /** When it first showed. */
  readonly firstNs: bigint;
}

/** Looks at packets alone: no topology, no names of taps, no markers, no ranges of addresses. */
export type Detector = (timeline: Timeline) => Finding[];
