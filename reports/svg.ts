import { type Markup, markup } from './text.ts';

/** Shapes of the drawings; `kind` is their class. Coordinates are rounded to a tenth of a pixel. */
export function text(kind: string, x: number, y: number, content: string, title?: string): Markup {
  return markup`<text class="${kind}" x="${round(x)}" y="${round(y)}">${content}${tip(title)}</text>`;
}

export function line(kind: string, x1: number, y1: number, x2: number, y2: number): Markup {
  return markup`<line class="${kind}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function rect(kind: string, box: Box, title?: string): Markup {
  const size = markup`width="${round(box.width)}" height="${round(box.height)}"`;
  return markup`<rect class="${kind}" x="${round(box.x)}" y="${round(box.y)}" ${size}>${tip(title)}</rect>`;
}

/** `d` begins where `x` and `y` are. */
export function path(kind: string, x: number, y: number, d: string): Markup {
  return markup`<path class="${kind}" d="M${round(x)} ${round(y)}${d}"/>`;
}

/** What is shown to who points at it, and read out. */
export function tip(title: string | undefined): Markup | undefined {
  return title === undefined ? undefined : markup`<title>${title}</title>`;
}

export function drawing(kind: string, width: number, height: number, label: string, parts: readonly Markup[]): Markup {
  return markup`<svg class="${kind}" viewBox="0 0 ${width} ${round(height)}" role="img" aria-label="${label}">
${parts}</svg>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
