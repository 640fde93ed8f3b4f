import { drawing, line, path, rect, text, tip } from '../svg.ts';
import { type Markup, markup, shortened } from '../text.ts';
import type { Columns } from './columns.ts';
import type { Anchor, Translation } from './path.ts';
import type { Row } from './row.ts';

/** Height of a row without addresses below its arrow, and of each line of addresses. */
const plain = 22;
const addressLine = 10;
const headHeight = 46;

export interface Drawing {
  readonly columns: Columns;
  /** The time that rows are counted from. */
  readonly beginNs: bigint;
  /** Begins the ids of the rows, so that evidence can lead to them. */
  readonly prefix: string;
}

export function rowId({ prefix }: Drawing, index: number): string {
  return `${prefix}-row-${index}`;
}

/** The names above the columns: a drawing of its own, so that a page can keep it in sight. */
export function drawHead({ columns }: Drawing): Markup {
  const titles = columns.bands.map(({ agency, from, to }) =>
    text('agency', (from + to) / 2, 13, `agency ${agency.name} · ${agency.role} · node ${agency.node}`),
  );
  const names = columns.columns.flatMap(({ place, x, kind, address }) => [
    text(`name ${kind}`, x, 28, place),
    text('address', x, 40, address),
  ]);
  const parts = [...bandsOf(columns, headHeight), ...titles, ...names];
  return drawing('head', columns.width, headHeight, 'columns of the ladder', parts);
}

/** The rows below each other, in time order. */
export function drawRows(around: Drawing, rows: readonly Row[]): Markup {
  const { columns } = around;
  let y = 4;
  const drawn: Markup[] = [];
  for (const [index, row] of rows.entries()) {
    drawn.push(drawRow(around, row, index, y));
    y += heightOf(row);
  }
  const height = y + 8;
  const lives = columns.columns.map(({ x, kind }) => line(`life ${kind}`, x, 0, x, height));
  const label = `${rows.length} rows, the same as in the table below`;
  return drawing('rows', columns.width, height, label, [...bandsOf(columns, height), ...lives, ...drawn]);
}

function bandsOf({ bands }: Columns, height: number): Markup[] {
  return bands.map(({ from, to }) => rect('band', { x: from + 2, y: 0, width: to - from - 4, height }));
}

function heightOf({ path: way }: Row): number {
  return plain + addressLines(way?.translations ?? []) * addressLine;
}

/** Two lines for each change; changes at different places stand side by side. */
function addressLines(translations: readonly Translation[]): number {
  const places = Map.groupBy(translations, ({ at }) => JSON.stringify(at));
  return 2 * Math.max(0, ...[...places.values()].map(({ length }) => length));
}

function drawRow(around: Drawing, row: Row, index: number, top: number): Markup {
  const y = top + 16;
  const seen = row.evidence.map(({ tap, frame }) => `${tap} frame ${frame}`);
  const title = tip([row.label, row.details, ...seen].join('\n'));
  const ground = rect('ground', { x: 0, y: top + 1, width: around.columns.width, height: heightOf(row) });
  const time = text('time', 4, y, seconds(row.timeNs - around.beginNs));
  const parts = [title, ground, time, figure(around, row, y)];
  return markup`<g class="row ${row.kind}" id="${rowId(around, index)}">${parts}</g>\n`;
}

function figure({ columns, beginNs }: Drawing, row: Row, y: number): Markup[] {
  const { path: way } = row;
  const said = way?.meantFor === undefined ? row.label : `${row.label} for ${way.meantFor}`;
  const label = row.count === 1 ? said : `${said} ×${row.count}${spanText(row, beginNs)}`;
  if (way === undefined) {
    return [line('across', columns.margin, y - 4, columns.width, y - 4), text('label start', 62, y - 7, label)];
  }
  const from = xOf(columns, way.from);
  if (row.kind === 'dns' || row.kind === 'denial') return note(columns, label, from, y);
  if (way.from === way.to) return stub(columns, label, from, y, way.lost);
  const to = xOf(columns, way.to);
  const middle = text('label', (from + to) / 2, y - 4, label);
  return [...arrow(from, to, y, way.lost), middle, ...marks(columns, way.translations, y)];
}

/** A line with a head, or with a cross where the datagram did not get to whom it was meant for. */
function arrow(from: number, to: number, y: number, lost: boolean): Markup[] {
  const head = lost ? path('cross', to - 5, y - 5, 'l10 10m0 -10l-10 10') : arrowTip(to, y, to > from ? -1 : 1);
  return [line('way', from, y, to, y), head];
}

function arrowTip(x: number, y: number, back: number): Markup {
  return path('tip', x, y, `l${7 * back} -4v8z`);
}

/** What never left its host: back to itself, or lost before any other tap. */
function stub(columns: Columns, label: string, x: number, y: number, lost: boolean): Markup[] {
  const out = x < columns.width / 2 ? 1 : -1;
  const loop = [path('loop', x, y - 4, `h${26 * out}v8h${-22 * out}`), arrowTip(x, y + 4, out)];
  const shape = lost ? arrow(x, x + 34 * out, y, true) : loop;
  return [...shape, text(`label ${out === 1 ? 'start' : 'end'}`, x + 42 * out, y + 3, label)];
}

function note(columns: Columns, label: string, x: number, y: number): Markup[] {
  const right = x > columns.width / 2;
  const dot = path('dot', x - 3, y - 3, 'a3 3 0 1 0 6 0a3 3 0 1 0 -6 0');
  return [dot, text(`label ${right ? 'end' : 'start'}`, x + (right ? -8 : 8), y, shortened(label, 110))];
}

/** A diamond where the addresses change, and both of them below it: what it was, what it is from there on. */
function marks(columns: Columns, translations: readonly Translation[], y: number): Markup[] {
  const used = new Map<string, number>();
  return translations.flatMap(({ at, side, before, after }) => {
    const key = JSON.stringify(at);
    const above = used.get(key) ?? 0;
    used.set(key, above + 2);
    const x = xOf(columns, at);
    const anchor = anchorOf(columns, at, x);
    const beside = x + (anchor === 'start' ? -6 : 6);
    const down = y + 12 + above * addressLine;
    return [
      path('nat', x, y - 4, 'l4 4l-4 4l-4 -4z'),
      text(`endpoint ${anchor}`, beside, down, `${side === 'from' ? 'src' : 'dst'} ${before}`),
      text(`endpoint after ${anchor}`, beside, down + addressLine, `→ ${after}`),
    ];
  });
}

/** Neighbours write away from each other: access routers and borders outwards from the agency's middle. */
function anchorOf(columns: Columns, at: Anchor, x: number): 'start' | 'end' {
  const left = x < columns.width / 2;
  const outer = typeof at === 'string';
  return outer === left ? 'end' : 'start';
}

function xOf(columns: Columns, at: Anchor): number {
  if (typeof at !== 'string') return (xOf(columns, at[0]) + xOf(columns, at[1])) / 2;
  const known = columns.columns.find(({ place }) => place === at);
  // The bridge lies between the borders of the first agency and the next.
  return known?.x ?? columns.bands[0]?.to ?? columns.width / 2;
}

function spanText({ timeNs, untilNs }: Row, beginNs: bigint): string {
  return untilNs - timeNs < 1_000_000n ? '' : ` until ${seconds(untilNs - beginNs)}`;
}

/** `+1.234`: seconds after the beginning. */
export function seconds(ns: bigint): string {
  return `${ns < 0n ? '-' : '+'}${(Math.abs(Number(ns)) / 1e9).toFixed(3)}`;
}
