import { type Markup, markup, shortened } from '../text.ts';
import type { Column, Columns } from './columns.ts';
import type { Anchor, Translation } from './path.ts';
import type { Row } from './row.ts';

/** Height of a row without addresses below its arrow, and of each line of addresses. */
const plain = 22;
const addressLine = 10;

export interface Drawing {
  readonly columns: Columns;
  /** The time that rows are counted from. */
  readonly beginNs: bigint;
}

/** The names above the columns: a drawing of its own, so that a page can keep it in sight. */
export function drawHead({ columns: { width, columns, bands } }: Drawing): Markup {
  const height = 46;
  return markup`<svg class="head" viewBox="0 0 ${width} ${height}" role="img" aria-label="columns of the ladder">${[
    ...bands.map(({ agency, from, to }) => {
      const title = `agency ${agency.name} · ${agency.role} · node ${agency.node}`;
      return markup`<rect class="band" x="${from + 2}" y="0" width="${to - from - 4}" height="${height}" rx="4"/>
<text class="agency" x="${(from + to) / 2}" y="13">${title}</text>`;
    }),
    ...columns.map(
      ({ place, x, kind, address }) => markup`<text class="name ${kind}" x="${round(x)}" y="28">${place}</text>
<text class="address" x="${round(x)}" y="40">${address}</text>`,
    ),
  ]}</svg>`;
}

/** The rows below each other, in time order. */
export function drawRows(drawing: Drawing, rows: readonly Row[]): Markup {
  const { width, columns, bands } = drawing.columns;
  let y = 4;
  const parts: Markup[] = [];
  for (const row of rows) {
    parts.push(drawRow(drawing, row, y));
    y += heightOf(row);
  }
  const height = y + 8;
  return markup`<svg class="rows" viewBox="0 0 ${width} ${height}" role="img" aria-label="${rows.length} rows, the same as in the table below">
${bands.map(({ from, to }) => markup`<rect class="band" x="${from + 2}" y="0" width="${to - from - 4}" height="${height}"/>`)}
${columns.map(({ x, kind }) => markup`<line class="life ${kind}" x1="${round(x)}" x2="${round(x)}" y1="0" y2="${height}"/>`)}
${parts}</svg>`;
}

function heightOf({ path }: Row): number {
  return plain + addressLines(path?.translations ?? []) * addressLine;
}

/** Two lines for each change; changes at different places stand side by side. */
function addressLines(translations: readonly Translation[]): number {
  const places = Map.groupBy(translations, ({ at }) => JSON.stringify(at));
  return 2 * Math.max(0, ...[...places.values()].map(({ length }) => length));
}

function drawRow(drawing: Drawing, row: Row, top: number): Markup {
  const y = top + 16;
  const time = markup`<text class="time" x="4" y="${y}">${seconds(row.timeNs - drawing.beginNs)}</text>`;
  const title = markup`<title>${[row.label, row.details, ...row.evidence.map(({ tap, frame }) => `${tap} frame ${frame}`)].join('\n')}</title>`;
  return markup`<g class="row ${row.kind}">${title}${time}${figure(drawing, row, y)}</g>\n`;
}

function figure({ columns, beginNs }: Drawing, row: Row, y: number): Markup {
  const { path } = row;
  const label = row.count === 1 ? row.label : `${row.label} ×${row.count}${spanText(row, beginNs)}`;
  if (path === undefined) {
    return markup`<line class="across" x1="58" x2="${columns.width}" y1="${y - 4}" y2="${y - 4}"/>
<text class="label start" x="62" y="${y - 7}">${label}</text>`;
  }
  const from = xOf(columns, path.from);
  if (row.kind === 'dns' || row.kind === 'denial') return note(columns, label, from, y);
  if (path.from === path.to) return stub(columns, label, from, y, path.lost);
  const to = xOf(columns, path.to);
  return markup`${arrow(from, to, y, path.lost)}
<text class="label" x="${round((from + to) / 2)}" y="${y - 4}">${label}</text>${marks(columns, path.translations, y)}`;
}

/** A line with a head, or with a cross where the datagram did not get to whom it was meant for. */
function arrow(from: number, to: number, y: number, lost: boolean): Markup {
  const back = to > from ? -1 : 1;
  const head = lost
    ? markup`<path class="cross" d="M${to - 5} ${y - 5}l10 10m0 -10l-10 10"/>`
    : markup`<path class="tip" d="M${round(to)} ${y}l${7 * back} -4v8z"/>`;
  return markup`<line x1="${round(from)}" x2="${round(to)}" y1="${y}" y2="${y}"/>${head}`;
}

/** What never left its host: back to itself, or lost before any other tap. */
function stub(columns: Columns, label: string, x: number, y: number, lost: boolean): Markup {
  const out = x < columns.width / 2 ? 1 : -1;
  const shape = lost
    ? arrow(x, x + 34 * out, y, true)
    : markup`<path class="loop" d="M${round(x)} ${y - 4}h${26 * out}v8h${-22 * out}"/><path class="tip" d="M${round(x)} ${y + 4}l${7 * out} -4v8z"/>`;
  const anchor = out === 1 ? 'start' : 'end';
  return markup`${shape}<text class="label ${anchor}" x="${round(x + 42 * out)}" y="${y + 3}">${label}</text>`;
}

function note(columns: Columns, label: string, x: number, y: number): Markup {
  const right = x > columns.width / 2;
  return markup`<circle cx="${round(x)}" cy="${y - 3}" r="3"/>
<text class="label ${right ? 'end' : 'start'}" x="${round(x + (right ? -8 : 8))}" y="${y}">${shortened(label, 110)}</text>`;
}

/** A diamond where the addresses change, and both of them below it: what it was, what it is from there on. */
function marks(columns: Columns, translations: readonly Translation[], y: number): Markup[] {
  const used = new Map<string, number>();
  return translations.map(({ at, side, before, after }) => {
    const x = xOf(columns, at);
    const key = JSON.stringify(at);
    const line = used.get(key) ?? 0;
    used.set(key, line + 2);
    const anchor = anchorOf(columns, at, x);
    const shift = anchor === 'start' ? -6 : 6;
    const word = side === 'from' ? 'src' : 'dst';
    const down = y + 12 + line * addressLine;
    return markup`<path class="nat" d="M${round(x)} ${y - 4}l4 4l-4 4l-4 -4z"/>
<text class="endpoint ${anchor}" x="${round(x + shift)}" y="${down}">${word} ${before}</text>
<text class="endpoint after ${anchor}" x="${round(x + shift)}" y="${down + addressLine}">→ ${after}</text>`;
  });
}

/** Neighbours write away from each other: access routers and borders outwards from the agency's middle. */
function anchorOf(columns: Columns, at: Anchor, x: number): 'start' | 'end' {
  const left = x < columns.width / 2;
  const outer = typeof at === 'string';
  return outer === left ? 'end' : 'start';
}

export function xOf(columns: Columns, at: Anchor): number {
  if (typeof at !== 'string') return (xOf(columns, at[0]) + xOf(columns, at[1])) / 2;
  const known = columns.columns.find(({ place }) => place === at);
  if (known !== undefined) return known.x;
  // The bridge lies between the borders of the first agency and the next.
  return columns.bands[0]?.to ?? columns.width / 2;
}

function spanText({ timeNs, untilNs }: Row, beginNs: bigint): string {
  return untilNs - timeNs < 1_000_000n ? '' : ` until ${seconds(untilNs - beginNs)}`;
}

/** `+1.234`: seconds after the beginning. */
export function seconds(ns: bigint): string {
  return `${ns < 0n ? '-' : '+'}${(Math.abs(Number(ns)) / 1e9).toFixed(3)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export type { Column };
