import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TimelineBuilder } from '../../capture/builder.ts';
import { readCaptures } from '../../capture/files.ts';
import type { Timeline } from '../../capture/timeline.ts';
import { actStart } from '../../verdict/markers.ts';
import type { Question } from '../../verdict/question.ts';
import type { CapturePacket } from '../../wire/pcap/packet.ts';
import { CaptureReader } from '../../wire/pcap/reader.ts';
import { random } from '../blueprint/variation.ts';
import { capturesOf } from '../record/captures.ts';
import type { PlannedScenario } from '../record/manifest.ts';
import type { ScenarioDirector } from '../scenario/director.ts';
import { runGherkin } from '../scenario/gherkin.ts';
import { readPlan } from './judge.ts';

/*
 * `early-answers.test-data.ts [RUN-FOLDER [MOMENTS]]`: a run's captures (the golden ones if not told) as they were while they
 * were written, recorders being some milliseconds behind and never equally far. Prints for each scenario how often a question
 * said yes or no early, and what it said otherwise than of the closed files. A program of its own, because cucumber loads the
 * steps without the test runner.
 */

const project = join(import.meta.dirname, '..', '..', '..');
const [run = join(project, 'lab', 'verdict', 'golden'), moments = '8'] = process.argv.slice(2);
const plan = await readPlan(run);

/** As a busy node's recorder may be. */
const mostBehindNs = 500_000_000;

interface File {
  readonly tap: string;
  readonly packets: readonly CapturePacket[];
}

interface Early {
  readonly id: string;
  readonly answers: number;
  readonly otherwise: readonly string[];
}

async function earlyAnswers(scenario: PlannedScenario): Promise<Early> {
  const paths = await capturesOf(run, scenario.id);
  const closed = await readCaptures(paths);
  const files: File[] = [];
  for (const [at, path] of paths.entries()) {
    const packets = new CaptureReader().feed(await readFile(path));
    files.push({ tap: closed.taps[at]?.tap ?? path, packets });
  }
  // The moments are the same in each run.
  const draw = random(scenario.line);
  const between = (from: bigint, to: bigint) => from + BigInt(Math.floor(draw() * Number(to - from)));
  const behindNs = () => Math.floor(draw() * mostBehindNs);
  const { topology } = scenario;
  const otherwise: string[] = [];
  let [acts, answers] = [0, 0];
  const ask = async (text: string, question: Question) => {
    const fromNs = actStart(closed, acts) ?? 0n;
    const toNs = actStart(closed, acts + 1);
    const final = question.ask({ timeline: closed, topology, fromNs, toNs, closed: true });
    const end = toNs ?? (closed.sightings.at(-1)?.timeNs ?? 0n) + 1n;
    for (let moment = 0; moment < Number(moments); moment++) {
      const timeline = timelineUntil(files, between(fromNs, end + BigInt(mostBehindNs)), behindNs);
      const begun = actStart(timeline, acts);
      if (begun === undefined) continue;
      const early = question.ask({ timeline, topology, fromNs: begun, toNs: undefined, closed: false });
      if (early.state === 'open') continue;
      answers++;
      if (early.state === final.state) continue;
      otherwise.push(`${text}: early ${early.state}, ${early.because}; closed ${final.state}, ${final.because}`);
    }
  };
  const silent = async () => undefined;
  const director: ScenarioDirector = { topology, open: silent, close: silent, act: async () => void acts++, ask };
  const trouble = await runGherkin({ root: project, project, scenario, director });
  return { id: scenario.id, answers, otherwise: [...otherwise, ...trouble.map(({ message }) => message)] };
}

/** What stands in the files at a moment, each recorder being behind by an amount of its own. */
function timelineUntil(files: readonly File[], moment: bigint, behindNs: () => number): Timeline {
  const builder = new TimelineBuilder();
  for (const { tap, packets } of files) {
    const until = moment - BigInt(behindNs());
    builder.addTap(tap, tap);
    for (const packet of packets) if (packet.timeNs <= until) builder.push(tap, packet);
  }
  return builder.timeline();
}

for (const scenario of plan.scenarios) process.stdout.write(`${JSON.stringify(await earlyAnswers(scenario))}\n`);
