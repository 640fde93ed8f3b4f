import type { ScenarioResult } from '../../lab/run/record/manifest.ts';
import type { Evidence } from '../../lab/verdict/question.ts';
import { frameKey } from '../ladder/row.ts';
import { type Markup, markup } from '../text.ts';
import { folded } from './elements.ts';

/** An answer can lean on hundreds of packets; the first ones say where to look. */
const mostCommands = 8;
const mostRuns = 12;

/** A scenario, and where its frames stand in its ladder. */
export interface Shown {
  readonly scenario: ScenarioResult;
  /** Ids of rows by `frameKey`. */
  readonly rowIds: ReadonlyMap<string, string>;
}

/** Taps and frames, each leading to its row of the ladder; below them the commands that show them in full. */
export function evidenceCell({ scenario, rowIds }: Shown, evidence: readonly Evidence[]): Markup {
  if (evidence.length === 0) return markup``;
  const byTap = Map.groupBy(evidence, ({ tap }) => tap);
  const places = [...byTap].map(([tap, found]) => {
    const runs = frameRuns(found.map(({ frame }) => frame));
    const links = runs.map(({ text, frame }) => [linkTo(rowIds.get(frameKey({ tap, frame })), text), ' ']);
    return markup`<div>${tap}: ${links}</div>`;
  });
  const commands = evidence
    .slice(0, mostCommands)
    .map((one) => markup`<code class="command">${showFrame(scenario, one)}</code>`);
  const rest = evidence.length - commands.length;
  return markup`${places}${folded('show in tshark', [commands, rest > 0 ? `and ${rest} more` : ''])}`;
}

function linkTo(id: string | undefined, text: string): Markup {
  return id === undefined ? markup`${text}` : markup`<a href="#${id}">${text}</a>`;
}

/** `3`, `5`, `7 to 12`: frames that follow each other are one text; `frame` is the first. */
export function frameRuns(frames: readonly number[]): { text: string; frame: number }[] {
  const sorted = [...new Set(frames)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const frame of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === frame - 1) last[1] = frame;
    else runs.push([frame, frame]);
  }
  const texts = runs.map(([from, to]) => ({ text: from === to ? `${from}` : `${from} to ${to}`, frame: from }));
  const first = texts[0]?.frame ?? 0;
  return texts.length > mostRuns ? [...texts.slice(0, mostRuns), { text: '…', frame: first }] : texts;
}

export function showFrame(scenario: ScenarioResult, { tap, frame }: Evidence): string {
  const path =
    scenario.captures.find((capture) => capture.tap === tap)?.path ?? `captures/${scenario.id}/${tap}.pcapng`;
  return `tshark -r ${shellWord(path)} -Y frame.number==${frame} -V`;
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=,@%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
