import type { Sighting } from '../capture/timeline.ts';
import type { Answer, Evidence, Question, Scene } from './question.ts';

/** The frames of these sightings, each once. */
export function framesOf(...sightings: readonly (Sighting | undefined)[]): Evidence[] {
  const seen = new Set<string>();
  return sightings.flatMap((sighting) => {
    if (sighting === undefined || seen.has(`${sighting.tap} ${sighting.frame}`)) return [];
    seen.add(`${sighting.tap} ${sighting.frame}`);
    return [{ tap: sighting.tap, frame: sighting.frame }];
  });
}

export function yes(because: string, ...sightings: readonly (Sighting | undefined)[]): Answer {
  return { state: 'yes', because, evidence: framesOf(...sightings) };
}

export function no(because: string, ...sightings: readonly (Sighting | undefined)[]): Answer {
  return { state: 'no', because, evidence: framesOf(...sightings) };
}

/** Not yet: the nearest miss and its frames, or else the frame from which it was looked for. It is `no` once the files are closed. */
export function pending(scene: Scene, because: string, ...sightings: readonly (Sighting | undefined)[]): Answer {
  const evidence = framesOf(...sightings);
  const start = scene.timeline.sightings.find((sighting) => sighting.timeNs >= scene.fromNs);
  return {
    state: scene.closed ? 'no' : 'open',
    because,
    evidence: evidence.length > 0 ? evidence : framesOf(start),
  };
}

/** A question looks at its window many times: once for each UE, and for each claim about it. */
const windows = new WeakMap<Scene, readonly Sighting[]>();

/** What happened in the act: from its marker to the next one's. */
export function during(scene: Scene): readonly Sighting[] {
  const known = windows.get(scene);
  if (known !== undefined) return known;
  const window = scene.timeline.sightings.filter((sighting) => inWindow(scene, sighting));
  windows.set(scene, window);
  return window;
}

export function inWindow(scene: Scene, sighting: Sighting): boolean {
  return sighting.timeNs >= scene.fromNs && before(scene, sighting);
}

/** Up to the end of the act: what belongs to calls that earlier acts began included. */
export function before(scene: Scene, sighting: Sighting): boolean {
  return scene.toNs === undefined || sighting.timeNs < scene.toNs;
}

/** All of several claims: the first `no`, else the first `open`, else `yes` with everybody's evidence. */
export function allOf(answers: readonly Answer[]): Answer {
  const decided = answers.find(({ state }) => state === 'no') ?? answers.find(({ state }) => state === 'open');
  if (decided !== undefined) return decided;
  return {
    state: 'yes',
    because: answers.map(({ because }) => because).join('; '),
    evidence: answers.flatMap(({ evidence }) => evidence),
  };
}

export function question(clause: string, ask: (scene: Scene) => Answer): Question {
  return { clause, ask };
}
