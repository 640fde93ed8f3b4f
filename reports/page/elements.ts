import { type Markup, type MarkupValue, markup } from '../text.ts';

/** A table: its headings, and rows of cells. A cell that is a number stands to the right. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  const isNumber = (column: number): boolean => rows[0]?.[column] !== undefined && isNumeric(rows[0][column]);
  const head = headings.map((heading, i) => {
    return markup`<th scope="col"${isNumber(i) ? markup` class="number"` : undefined}>${heading}</th>`;
  });
  const body = rows.map((cells) => markup`<tr>${cells.map(cell)}</tr>\n`);
  return markup`<table><thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table>`;
}

export type Cell = MarkupValue | { readonly number: string };

function isNumeric(content: Cell): content is { readonly number: string } {
  return typeof content === 'object' && 'number' in content;
}

function cell(content: Cell): Markup {
  if (isNumeric(content)) return markup`<td class="number">${content.number}</td>`;
  return markup`<td>${content}</td>`;
}

export function folded(summary: string, content: MarkupValue, open = false): Markup {
  return markup`<details${open ? markup` open` : undefined}><summary>${summary}</summary>${content}</details>`;
}

/** Names and values under each other. */
export function facts(pairs: readonly (readonly [string, MarkupValue])[]): Markup {
  return markup`<dl>${pairs.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`;
}

export function badge(verdict: string): Markup {
  return markup`<span class="badge ${verdict}">${verdict}</span>`;
}

export function dim(content: MarkupValue): Markup {
  return markup`<p class="dim">${content}</p>`;
}
