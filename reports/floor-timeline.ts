import type { Timeline } from '../lab/capture/timeline.ts';
import type { Topology } from '../lab/verdict/topology.ts';
import { type Lane, lanesOf, type Span } from './floor/lanes.ts';
import { beginOf } from './ladder/begin.ts';
import { seconds } from './ladder/draw.ts';
import { dim } from './page/elements.ts';
import { drawing, line, rect, text } from './svg.ts';
import { type Markup, markup } from './text.ts';

const width = 1200;
const margin = 110;
const laneHeight = 34;

/** Who had the floor when, as each UE was told, and who was heard: one lane a UE, from the packets at its tap. */
export function drawFloorTimeline(timeline: Timeline, topology: Topology): Markup {
  const beginNs = beginOf(timeline);
  const lanes = lanesOf(timeline, topology);
  const times = lanes.flatMap(({ spans, marks }) => [
    ...spans.flatMap(({ fromNs, toNs }) => [fromNs, toNs]),
    ...marks.map(({ timeNs }) => timeNs),
  ]);
  if (times.length === 0) return dim('No floor control and no speech reached a UE.');
  const fromNs = times.reduce((a, b) => (b < a ? b : a));
  const toNs = times.reduce((a, b) => (b > a ? b : a));
  const scale = (width - margin - 20) / Math.max(1, Number(toNs - fromNs));
  const x = (ns: bigint): number => margin + Number(ns - fromNs) * scale;
  const height = lanes.length * laneHeight + 26;
  const parts = [
    ...ticks(fromNs, toNs).flatMap((ns) => tick(x(ns), height, seconds(ns - beginNs))),
    ...lanes.flatMap((lane, i) => drawLane(lane, i * laneHeight, x)),
  ];
  const picture = drawing('floor-lanes', width, height, `floor control of ${lanes.length} UEs over time`, parts);
  const keys = Object.entries(legend).map(([kind, what]) => markup`<span class="key ${kind}">${what}</span> `);
  const caption = markup`${keys} ▲ request ▼ release ✕ deny or revoke`;
  return markup`<figure class="lanes">${picture}<figcaption>${caption}</figcaption></figure>`;
}

const legend: Readonly<Record<Span['what'], string>> = {
  has: 'has the floor',
  taken: 'was told that somebody else has it',
  sent: 'sends speech',
  heard: 'hears speech',
};

function drawLane({ ue, spans, marks }: Lane, y: number, x: (ns: bigint) => number): Markup[] {
  const bottom = y + laneHeight - 2;
  return [
    text('name', 4, y + 19, ue),
    line('base', margin, bottom, width - 20, bottom),
    ...spans.map((span) => bar(span, y, x)),
    ...marks.map((mark) => text('sign', x(mark.timeNs), y + 17, mark.sign, mark.text)),
  ];
}

/** Floor on the upper half of the lane, speech on the lower. */
function bar({ what, fromNs, toNs, text: title }: Span, y: number, x: (ns: bigint) => number): Markup {
  const speech = what === 'sent' || what === 'heard';
  const [top, height] = speech ? [y + 22, what === 'sent' ? 8 : 5] : [y + 5, 15];
  const from = x(fromNs);
  return rect(what, { x: from, y: top, width: Math.max(1.5, x(toNs) - from), height }, title);
}

function tick(x: number, height: number, label: string): Markup[] {
  return [line('tick', x, 0, x, height - 20), text('time', x, height - 8, label)];
}

/** Five or so round moments. */
function ticks(fromNs: bigint, toNs: bigint): bigint[] {
  const span = Math.max(1, Number(toNs - fromNs));
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? span;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => fromNs + BigInt(Math.round(i * step)));
}
