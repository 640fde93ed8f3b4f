import type { Edit } from './recording.ts';

/** The golden scenarios that edits begin with, by the tag of their rung. */
export type Rung =
  | '@F1'
  | '@R1a'
  | '@R1b'
  | '@F2'
  | '@R2'
  | '@F3'
  | '@R3'
  | '@F4'
  | '@R4'
  | '@F5'
  | '@R5'
  | '@K1'
  | '@K4';

/** One seeded fault: what is changed, the sentence that must not hold any more, and what diagnose must say. */
export interface Fault {
  readonly what: string;
  readonly of: Rung;
  readonly edit: Edit;
  /** The first assertion that fails; `inconclusive`: none can be decided. */
  readonly fails: string;
  /** What its reason must say. */
  readonly because: RegExp;
  /** The symptom that shows; the rung's own where this is left out. */
  readonly symptom?: string | null;
  readonly inconclusive?: true;
}

/** A change after which every verdict, every reason's kind and the symptom are what they were. */
export interface Harmless {
  readonly what: string;
  readonly edit: Edit;
  /** Rungs that it is tried on. */
  readonly of: readonly Rung[];
}

/** The sentences of the golden scenarios. */
export const says = {
  invited: 'the affiliated members of both agencies are invited',
  complete: 'every leg that leaves a pod has its INVITE, its 200 and its ACK',
  granted: 'the floor is granted to a-ue-1 and taken to all other members',
  heard: "every other member hears all 40 packets of a-ue-1's burst after the first 5",
  translated: 'RTP, floor control and SIP are translated at both nodes',
  idle: 'the floor is idle again',
  grantedNext: 'the floor is granted to b-ue-2 and taken to all other members',
  heardNext: "every other member hears all 40 packets of b-ue-2's burst after the first 5",
  ended: 'every leg is ended by a BYE and its 200',
  noSymptom: 'no symptom shows',
  once: 'the ACK of each crossing dialog passes every pod once, within T1 of its 200',
  resolved: "agency a's server resolves its partner by SRV to the partner's node and node port",
  clusterNames: 'cluster names resolve in agency a',
} as const;
