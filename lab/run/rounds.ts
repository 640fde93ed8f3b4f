import type { PlannedScenario } from './manifest.ts';

/** Repetitions share file and line, so each repetition is a round of its own. */
export function roundsOf(scenarios: readonly PlannedScenario[]): PlannedScenario[][] {
  const rounds: PlannedScenario[][] = [];
  for (const scenario of scenarios) {
    const round = rounds.find((group) => !group.some((other) => placeOf(other) === placeOf(scenario)));
    if (round) round.push(scenario);
    else rounds.push([scenario]);
  }
  return rounds;
}

export const placeOf = (scenario: PlannedScenario) => `${scenario.uri}:${scenario.line}`;
