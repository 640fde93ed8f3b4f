import type { Timeline } from '../lab/capture/timeline.ts';
import type { Evidence } from '../lab/verdict/question.ts';
import type { Topology } from '../lab/verdict/topology.ts';
import { beginOf } from './ladder/begin.ts';
import { layColumns } from './ladder/columns.ts';
import { type Drawing, drawHead, drawRows, rowId, seconds } from './ladder/draw.ts';
import { frameKey, type Row } from './ladder/row.ts';
import { rowsOf } from './ladder/rows.ts';
import { dim, folded, table } from './page/elements.ts';
import { type Markup, markup } from './text.ts';

/** More rows than that nobody reads, and a capture can hold any number. */
const mostRows = 500;
/** Of a symptom that shows again and again the beginning is enough. */
const mostInExcerpt = 12;

export interface Ladder {
  /** HTML that needs the report's style. */
  readonly html: Markup;
  /** Ids of the rows, by tap and frame (`frameKey`). */
  readonly rowIds: ReadonlyMap<string, string>;
  /** The rows of these frames alone, apart from the rest; undefined where none is among them. */
  readonly excerpt: (evidence: readonly Evidence[]) => Markup | undefined;
}

/**
 * The ladder of a scenario: who sent what to whom, hop by hop, with both addresses at every translation; and the same
 * as a table, with the frames to look at. `prefix` begins its ids.
 */
export function drawLadder(timeline: Timeline, topology: Topology, prefix: string): Ladder {
  const { rows, left } = rowsOf(timeline, topology);
  const shown = rows.slice(0, mostRows);
  const touched = new Set(shown.flatMap(({ path }) => (path === undefined ? [] : [path.from, path.to])));
  const drawing: Drawing = { columns: layColumns(topology, touched), beginNs: beginOf(timeline), prefix };
  const missing = rows.length > shown.length ? [`${rows.length - shown.length} further rows`, ...left] : left;
  const rowIds = new Map(
    shown.flatMap(({ evidence, more }, index) =>
      [...evidence, ...more].map((one) => [frameKey(one), rowId(drawing, index)] as const),
    ),
  );
  if (shown.length === 0) {
    return {
      html: dim('Nothing to draw: the captures hold no SIP, floor control or media.'),
      rowIds,
      excerpt: () => undefined,
    };
  }
  const notes = missing.length > 0 ? [...legend, `not drawn: ${missing.join(', ')}`] : legend;
  const html = markup`<figure class="ladder">
<div class="sticky">${drawHead(drawing)}</div>
${drawRows(drawing, shown)}
<figcaption>${notes.join(' · ')}</figcaption>
</figure>
${folded('The ladder as a table', rowTable(drawing, shown))}`;
  const excerpt = (evidence: readonly Evidence[]): Markup | undefined => {
    const frames = new Set(evidence.map(frameKey));
    const few = shown.filter(({ evidence: own, more }) => [...own, ...more].some((one) => frames.has(frameKey(one))));
    if (few.length === 0) return undefined;
    const apart = { ...drawing, prefix: `${prefix}-excerpt` };
    return markup`<figure class="ladder">${drawHead(apart)}${drawRows(apart, few.slice(0, mostInExcerpt))}</figure>`;
  };
  return { html, rowIds, excerpt };
}

const legend = [
  '◆ a translation, with the address before and after it',
  '✕ last seen there, and not meant for there',
  '①② dialogs by Call-ID',
  'seconds after the first marker',
];

function rowTable({ beginNs }: Drawing, rows: readonly Row[]): Markup {
  const lines = rows.map(({ timeNs, count, label, path, details, evidence }) => {
    const changes = path?.translations.map(({ side, before, after }) => {
      return markup`${side === 'from' ? 'source' : 'destination'} ${before} → ${after}<br>`;
    });
    return [
      seconds(timeNs - beginNs),
      count === 1 ? label : `${label} ×${count}`,
      path === undefined ? '' : `${path.from} → ${path.lost ? 'lost at ' : ''}${path.to}`,
      changes,
      details,
      evidence.map(({ tap, frame }) => markup`${tap} ${frame}<br>`),
    ];
  });
  const headings = ['s', 'message', 'way', 'translations', 'details', 'tap, frame'];
  return markup`<div class="small">${table(headings, lines)}</div>`;
}
