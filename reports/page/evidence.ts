import type { ScenarioResult } from '../../lab/run/manifest.ts';
import type { Evidence } from '../../lab/verdict/question.ts';
import { type Markup, markup } from '../text.ts';
import { folded } from './elements.ts';

/** An answer can lean on hundreds of packets; the first ones say where to look. */
const mostCommands = 8;

/** Taps and frames, and below them the command that shows each in full. Paths are those of the run folder. */
export function evidenceCell(scenario: ScenarioResult, evidence: readonly Evidence[]): Markup {
  if (evidence.length === 0) return markup``;
  const byTap = Map.groupBy(evidence, ({ tap }) => tap);
  const places = [...byTap].map(
    ([tap, found]) => markup`<div>${tap}: ${framesText(found.map(({ frame }) => frame))}</div>`,
  );
  const commands = evidence
    .slice(0, mostCommands)
    .map((one) => markup`<code class="command">${showFrame(scenario, one)}</code>`);
  const rest = evidence.length - commands.length;
  return markup`${places}${folded('show in tshark', [commands, rest > 0 ? `and ${rest} more` : ''])}`;
}

/** `3, 5, 7 to 12` */
export function framesText(frames: readonly number[]): string {
  const sorted = [...new Set(frames)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const frame of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === frame - 1) last[1] = frame;
    else runs.push([frame, frame]);
  }
  const texts = runs.map(([from, to]) =>
    to > from + 1 ? `${from} to ${to}` : to > from ? `${from}, ${to}` : `${from}`,
  );
  return texts.length > 12 ? `${texts.slice(0, 12).join(', ')}, …` : texts.join(', ');
}

export function showFrame(scenario: ScenarioResult, { tap, frame }: Evidence): string {
  const path =
    scenario.captures.find((capture) => capture.tap === tap)?.path ?? `captures/${scenario.id}/${tap}.pcapng`;
  return `tshark -r ${shellWord(path)} -Y frame.number==${frame} -V`;
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=,@%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
