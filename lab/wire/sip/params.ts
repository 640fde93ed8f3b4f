import { splitOutside } from './split.ts';
import { trimLws } from './text.ts';

/** Parameters in the order of the wire; the value as written (quotes kept), undefined where there is no `=`. */
export type Params = readonly (readonly [name: string, value: string | undefined])[];

/** Reads `a=1;b;c="x;y"`, a leading `;` allowed. */
export function parseParams(text: string): Params {
  return splitOutside(text, ';')
    .map(trimLws)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=');
      if (equals === -1) return [piece, undefined] as const;
      return [trimLws(piece.slice(0, equals)), trimLws(piece.slice(equals + 1))] as const;
    });
}

/** With a leading `;` before each. */
export function formatParams(params: Params): string {
  return params.map(([name, value]) => (value === undefined ? `;${name}` : `;${name}=${value}`)).join('');
}

/** The value without quotes, `''` for a parameter without a value, undefined where it is absent. Names ignore case. */
export function paramOf(params: Params, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const found = params.find(([key]) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : unquote(found[1] ?? '');
}

/** Replaces the parameter or appends it; a value of undefined writes the name alone. */
export function withParam(params: Params, name: string, value: string | undefined): Params {
  const wanted = name.toLowerCase();
  const entry = [name, value] as const;
  const place = params.findIndex(([key]) => key.toLowerCase() === wanted);
  if (place === -1) return [...params, entry];
  return params.flatMap((old, i) => {
    if (i === place) return [entry];
    return old[0].toLowerCase() === wanted ? [] : [old];
  });
}

export function withoutParam(params: Params, name: string): Params {
  const wanted = name.toLowerCase();
  return params.filter(([key]) => key.toLowerCase() !== wanted);
}

/** RFC 3261 25.1 quoted-string: quotes taken off, escapes undone. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
