import { pending, question } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { wholePart } from '../horizon.ts';
import { crossingLegs, isRequest, receivedIn } from '../legs.ts';
import type { Question, Scene } from '../question.ts';
import { findSymptoms } from '../symptoms.ts';

const clauseOf: Readonly<Record<string, string>> = {
  'name-unresolved': clauses.F1,
  'private-address-in-sdp': clauses.F2,
  'node-address-with-pod-port': clauses.F3,
  'agency-treated-as-client': clauses.F4,
  'ack-discarded': clauses.F5,
  'flow-forgotten': clauses.K1,
  'pod-gone': clauses.K2,
  'dialog-lost': clauses.K3,
  'packet-before-service': clauses.K4,
  'no-pod-on-node': clauses.K5,
};

/** The first cause that the packets show is this one, with these consequences (others may follow). */
export function symptomIs(name: string, ...consequences: readonly string[]): Question {
  return question(clauseOf[name] ?? 'ladder', (scene) => {
    const found = findSymptoms(scene.timeline);
    if (found.symptom === null) return pending(scene, 'no symptom shows');
    const { evidence } = found.symptom;
    const state = scene.closed ? 'no' : 'open';
    if (found.symptom.name !== name) return { state, evidence, because: `the symptom is ${found.symptom.name}` };
    const missing = consequences.find((wanted) => !found.consequences.some((one) => one.name === wanted));
    if (missing !== undefined) return { state, evidence, because: `${name} without ${missing}` };
    // A cause that rests on what did not come must not rest on what has not been read.
    if (!scene.closed && findSymptoms(wholePart(scene.timeline)).symptom?.name !== name) {
      return pending(scene, `${name}, if every capture were read so far`);
    }
    const theirs = found.consequences.filter((one) => consequences.includes(one.name));
    const because = [name, ...consequences].join(' with ');
    return { state: 'yes', evidence: [...evidence, ...theirs.flatMap((one) => one.evidence)], because };
  });
}

/** No symptom shows, in a capture where a crossing dialog is complete: its ACK, delivered, is the control. */
export function noSymptom(): Question {
  return question('ladder', (scene) => {
    const { symptom } = findSymptoms(scene.timeline);
    if (symptom !== null) {
      // While files still grow, a packet may only be late.
      const state = scene.closed ? 'no' : 'open';
      return { state, evidence: symptom.evidence, because: `the symptom is ${symptom.name}` };
    }
    const control = crossingAck(scene);
    if (control === undefined) return pending(scene, 'no symptom, but no crossing dialog is complete either');
    return { state: 'yes', evidence: [control], because: 'no symptom, and a crossing dialog is acknowledged' };
  });
}

function crossingAck(scene: Scene) {
  for (const leg of crossingLegs(scene)) {
    const ack = receivedIn(leg, leg.terminator, (facts) => isRequest(facts, 'ACK'));
    if (ack !== undefined) return { tap: ack.tap, frame: ack.frame };
  }
  return undefined;
}
