import type { Timeline } from '../capture/timeline.ts';
import type { Evidence } from './question.ts';
import { detectAckDiscarded, detectSessionGivenUp } from './symptoms/ack-discarded.ts';
import { detectAgencyTreatedAsClient } from './symptoms/agency-treated-as-client.ts';
import { detectDialogLost } from './symptoms/dialog-lost.ts';
import type { Detector, Finding } from './symptoms/finding.ts';
import { detectFlowForgotten, detectSourcePortChanged } from './symptoms/flow-forgotten.ts';
import { detectNameUnresolved } from './symptoms/name-unresolved.ts';
import { detectNoPodOnNode } from './symptoms/no-pod-on-node.ts';
import { detectNodeAddressWithPodPort } from './symptoms/node-address-with-pod-port.ts';
import { detectPacketBeforeService } from './symptoms/packet-before-service.ts';
import { detectPodGone } from './symptoms/pod-gone.ts';
import { detectPrivateAddressInSdp, detectWrongPod } from './symptoms/private-address-in-sdp.ts';
import { whyUndecided } from './symptoms/undecided.ts';
import { detectWaitingEdges } from './symptoms/waiting-edges.ts';

export interface Symptom {
  readonly name: string;
  readonly evidence: Evidence[];
  readonly remedy: string;
}

export interface Symptoms {
  /** The first cause in time. */
  readonly symptom: Symptom | null;
  /** What followed from it, later causes included. */
  readonly consequences: Symptom[];
  /** Without a symptom: why these packets prove no health either, null when they do. */
  readonly undecided: string | null;
}

const causes: readonly Detector[] = [
  detectNameUnresolved,
  detectPrivateAddressInSdp,
  detectNodeAddressWithPodPort,
  detectAgencyTreatedAsClient,
  detectWaitingEdges,
  detectAckDiscarded,
  detectFlowForgotten,
  detectPodGone,
  detectDialogLost,
  detectPacketBeforeService,
  detectNoPodOnNode,
];
const consequencesOnly: readonly Detector[] = [detectWrongPod, detectSessionGivenUp, detectSourcePortChanged];

/** What is wrong with the calls of a timeline, by packets alone; nothing on a healthy call. */
export function findSymptoms(timeline: Timeline): Symptoms {
  const found = byName(causes.flatMap((detect) => detect(timeline)));
  const [first, ...later] = found;
  if (first === undefined) return { symptom: null, consequences: [], undecided: whyUndecided(timeline) ?? null };
  const followed = byName(consequencesOnly.flatMap((detect) => detect(timeline)));
  return { symptom: shown(first), consequences: [...followed, ...later].map(shown), undecided: null };
}

/** Each name once, where it showed first; in time order. */
function byName(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort((a, b) => (a.firstNs < b.firstNs ? -1 : a.firstNs > b.firstNs ? 1 : 0));
  return sorted.filter((finding, i) => sorted.findIndex(({ name }) => name === finding.name) === i);
}

function shown({ name, evidence, remedy }: Finding): Symptom {
  return { name, evidence, remedy };
}
