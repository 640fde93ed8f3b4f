import type { Timeline } from '../lab/capture/timeline.ts';
import type { Topology } from '../lab/verdict/topology.ts';
import { type Lane, lanesOf, type Span } from './floor/lanes.ts';
import { beginOf } from './ladder/begin.ts';
import { seconds } from './ladder/draw.ts';
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
  if (times.length === 0) return markup`<p class="none">No floor control and no speech reached a UE.</p>`;
  const fromNs = times.reduce((a, b) => (b < a ? b : a));
  const toNs = times.reduce((a, b) => (b > a ? b : a));
  const scale = (width - margin - 20) / Math.max(1, Number(toNs - fromNs));
  const x = (ns: bigint): number => Math.round((margin + Number(ns - fromNs) * scale) * 10) / 10;
  const height = lanes.length * laneHeight + 26;
  return markup`<figure class="floor"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="floor control of ${lanes.length} UEs over time">
${ticks(fromNs, toNs).map((ns) => tick(x(ns), height, seconds(ns - beginNs)))}
${lanes.map((lane, i) => drawLane(lane, i * laneHeight, x))}
</svg><figcaption><span class="key has">has the floor</span> <span class="key taken">was told that somebody else has it</span>
<span class="key sent">sends speech</span> <span class="key heard">hears speech</span> · ▲ request ▼ release ✕ deny or revoke</figcaption></figure>`;
}

function drawLane({ ue, spans, marks }: Lane, y: number, x: (ns: bigint) => number): Markup {
  return markup`<text class="name" x="4" y="${y + 19}">${ue}</text>
<line class="base" x1="${margin}" x2="${width - 20}" y1="${y + laneHeight - 2}" y2="${y + laneHeight - 2}"/>
${spans.map((span) => bar(span, y, x))}
${marks.map(({ timeNs, sign, text }) => markup`<text class="sign" x="${x(timeNs)}" y="${y + 17}">${sign}<title>${text}</title></text>`)}`;
}

/** Floor on the upper half of the lane, speech on the lower. */
function bar({ what, fromNs, toNs, text }: Span, y: number, x: (ns: bigint) => number): Markup {
  const speech = what === 'sent' || what === 'heard';
  const [top, height] = speech ? [y + 22, what === 'sent' ? 8 : 5] : [y + 5, 15];
  const from = x(fromNs);
  return markup`<rect class="${what}" x="${from}" y="${top}" width="${Math.max(1.5, x(toNs) - from)}" height="${height}"><title>${text}</title></rect>`;
}

function tick(x: number, height: number, text: string): Markup {
  return markup`<line class="tick" x1="${x}" x2="${x}" y1="0" y2="${height - 20}"/><text class="time" x="${x}" y="${height - 8}">${text}</text>`;
}

/** Five or so round moments. */
function ticks(fromNs: bigint, toNs: bigint): bigint[] {
  const span = Math.max(1, Number(toNs - fromNs));
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? span;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => fromNs + BigInt(Math.round(i * step)));
}
