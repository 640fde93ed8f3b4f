import type { ControlAct } from '../../../emulators/kit/control/control.ts';
import type { Timeline } from '../../capture/timeline.ts';
import type { Question } from '../../verdict/question.ts';
import type { Topology } from '../../verdict/topology.ts';

/**
 * What the steps of a scenario hold: acts make packets, questions are put to packets. Two directors exist: one runs the
 * scenario, the other judges its closed captures; a step cannot tell which one it talks to.
 */
export interface Director {
  readonly topology: Topology;
  /** Sets a marker and does something to the cast or to a cluster; while judging only the marker counts. */
  act(acts: Acts): Promise<void>;
  /** Puts a question to the packets since the last act. `floorMs` is the least that the protocol itself needs. */
  ask(text: string, question: Question, floorMs?: number): Promise<void>;
}

export interface CastAct {
  /** Who acts: the place's name, which is the process's too. */
  readonly place: string;
  readonly act: ControlAct;
}

/** What operators do, in the words of the features. */
export const deeds = [
  'exposes something else on the node port of a partner',
  'exposes something else on a node port of its own',
  'changes the endpoints of another Service',
  'scales the edge down',
  'scales the edge up',
  'rolls out the edge',
  'drains the node of the edge',
  'rolls out CoreDNS',
  'deletes the Service of the edge',
  'applies the Service of the edge',
] as const;

/** What the operator of an agency's cluster does: deployments and Services, never packets. */
export interface OperatorAct {
  /** The agency, by letter. */
  readonly operator: string;
  readonly does: (typeof deeds)[number];
}

export type Act = CastAct | OperatorAct;

/** What has been seen so far: steps hand it on to questions and never look inside. */
export type Seen = Timeline;

/** Acts, or what makes them of the packets that have been seen: a judge has no use for it and never calls it. */
export type Acts = readonly Act[] | ((seen: Seen) => readonly Act[]);

/** A director's scenario, brought up and taken down around the steps. */
export interface ScenarioDirector extends Director {
  open(): Promise<void>;
  close(): Promise<void>;
}

const registered = new Map<string, ScenarioDirector>();

/** cucumber clones its world parameters, so they carry a key and the director stays here. @returns what takes it back. */
export function registerDirector(key: string, director: ScenarioDirector): () => void {
  registered.set(key, director);
  return () => registered.delete(key);
}

export function directorOf(key: string): ScenarioDirector {
  const director = registered.get(key);
  if (!director) throw new Error(`no director is registered as ${key}: start scenarios through "npm run lab"`);
  return director;
}
