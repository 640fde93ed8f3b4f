import { expect } from 'vitest';
import type { Played } from './failures.test-data.ts';
import type { Answer, Question } from './question.ts';

export function ask({ call, from }: Played, question: Question, closed = true): Answer {
  return question.ask(call.stage.scene(from, closed));
}

/** The taps of an answer's frames, each frame checked to exist. */
export function taps({ call }: Played, answer: Answer): string[] {
  const { sightings } = call.stage.timeline();
  for (const { tap, frame } of answer.evidence) {
    expect(sightings.some((one) => one.tap === tap && one.frame === frame)).toBe(true);
  }
  return answer.evidence.map(({ tap }) => tap);
}
