import { redactBody } from './bodies.ts';
import { headerLine } from './headers.ts';
import type { Identities } from './identities.ts';

/** A message as a byte string of the same length; cut-off ones as well. */
export function redactSip(text: string, who: Identities): string {
  const head = /^[\s\S]*?\r?\n\r?\n/.exec(text)?.[0] ?? text;
  const body = text.slice(head.length);
  const lines = head.match(/[^\n]*\n(?:[ \t][^\n]*\n)*|[^\n]+$/g) ?? [];
  const type = lines
    .map((line) => /^(?:content-type|c)[ \t]*:([\s\S]*)$/i.exec(line)?.[1])
    .find(Boolean)
    ?.trim();
  const made = lines.map((line, i) =>
    i === 0 && !/^[\w-]+:/.test(line) ? startLine(line, who) : headerLine(line, who),
  );
  return made.join('') + redactBody(body, type ?? '', who, redactSip);
}

function startLine(line: string, who: Identities): string {
  // A status line or a blank one: RFC 3261 7.2.
  return who.text(line);
}
