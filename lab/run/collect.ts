import type { LabEvent } from './inside/events.ts';
import type { JudgedScenario } from './judge/conclusion.ts';
import type { Assertion, RunResult, ScenarioResult } from './record/manifest.ts';

type AnswerEvent = Extract<LabEvent, { event: 'answer' }>;
type EnvironmentEvent = Extract<LabEvent, { event: 'environment' }>;

/** What the live run told about itself: durations, waits, memory, trouble. Never a verdict. */
export class Collected {
  readonly #answers = new Map<string, AnswerEvent[]>();
  readonly #trouble = new Map<string, EnvironmentEvent>();
  readonly #durations = new Map<string, number>();
  readonly #memory = new Map<string, number>();
  readonly #phases = new Map<string, number>();
  interrupted = false;
  versions: Readonly<Record<string, string>> = {};

  see(event: LabEvent): void {
    switch (event.event) {
      case 'answer':
        this.#answers.set(event.id, [...(this.#answers.get(event.id) ?? []), event]);
        break;
      case 'environment':
        if (!this.#trouble.has(event.id)) this.#trouble.set(event.id, event);
        break;
      case 'scenario':
        if (event.state === 'closed') this.#durations.set(event.id, event.ms);
        break;
      case 'memory':
        this.#memory.set(event.process, Math.max(this.#memory.get(event.process) ?? 0, event.maxResidentBytes));
        break;
      case 'phase':
        this.phase(event.name, event.ms);
        break;
      case 'versions':
        this.versions = event.versions;
        break;
      case 'end':
        this.interrupted ||= event.interrupted;
        break;
    }
  }

  phase(name: string, ms: number): void {
    this.#phases.set(name, (this.#phases.get(name) ?? 0) + ms);
  }

  get phases(): RunResult['phases'] {
    return [...this.#phases].map(([name, ms]) => ({ name, ms: Math.round(ms) }));
  }

  get memory(): RunResult['memory'] {
    const all = new Map(this.#memory);
    all.set('lab (outside)', process.resourceUsage().maxRSS * 1024);
    return [...all].map(([name, maxResidentBytes]) => ({ process: name, maxResidentBytes })).sort(byName);
  }

  /** Joins what the packets say with what the run told. */
  result(judged: JudgedScenario, scenario: { name: string; tags: readonly string[] }): ScenarioResult {
    const answers = this.#answers.get(judged.id) ?? [];
    const differing = differences(answers, judged.assertions);
    const trouble = this.#trouble.get(judged.id);
    const verdict = differing ? 'fail' : trouble && judged.verdict === 'pass' ? 'inconclusive' : judged.verdict;
    const blamed = trouble && verdict === 'inconclusive' ? `${trouble.code}: ${trouble.message}` : undefined;
    return {
      id: judged.id,
      name: scenario.name,
      tags: [...scenario.tags],
      verdict,
      reason: differing?.because ?? blamed ?? judged.reason,
      durationMs: Math.round(this.#durations.get(judged.id) ?? 0),
      symptom: judged.symptom,
      consequences: [...judged.consequences],
      captures: judged.captures.map((capture) => ({ ...capture })),
      assertions: [...judged.assertions, ...(differing ? [differing] : [])],
      waits: answers.map(({ text, clause, ms, floorMs }) => ({ text, clause, ms: Math.round(ms), floorMs })),
    };
  }
}

/** The packets are the same, so a live answer that the closed files do not give is a defect of the lab: a failure. */
function differences(answers: readonly AnswerEvent[], assertions: readonly Assertion[]): Assertion | undefined {
  for (const [index, answer] of answers.entries()) {
    const closed = assertions[index];
    if (!closed || closed.verdict === 'inconclusive') continue;
    if ((closed.verdict === 'pass') === (answer.state === 'yes')) continue;
    return {
      text: `live and closed captures agree on: ${answer.text}`,
      verdict: 'fail',
      clause: 'lab',
      because: `live: ${answer.because}; from the closed captures: ${closed.because}`,
      evidence: closed.evidence,
    };
  }
  return undefined;
}

function byName(one: { process: string }, other: { process: string }): number {
  return one.process.localeCompare(other.process);
}
