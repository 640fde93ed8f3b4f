import { canonicalName } from './headers.ts';
import type { SipHeader, SipMessage } from './message.ts';
import { toBytes } from './text.ts';

/**
 * Writes a message. Content-Length is corrected where it stands, or comes last. A line break in a name, value, URI or
 * reason that is no fold becomes a space, so that no text from a peer can begin a header of its own.
 */
export function encodeSip(message: SipMessage): Uint8Array {
  const lines: string[] = [startLine(message)];
  let hasLength = false;
  for (const header of message.headers) {
    if (canonicalName(header.name) === 'content-length') {
      if (!hasLength) lines.push(`${header.name}: ${message.body.length}`);
      hasLength = true;
    } else {
      lines.push(headerLine(header));
    }
  }
  if (!hasLength) lines.push(`Content-Length: ${message.body.length}`);
  const head = toBytes(`${lines.join('\r\n')}\r\n\r\n`);
  const bytes = new Uint8Array(head.length + message.body.length);
  bytes.set(head);
  bytes.set(message.body, head.length);
  return bytes;
}

function startLine(message: SipMessage): string {
  return message.kind === 'request'
    ? `${oneLine(message.method)} ${oneLine(message.uri)} SIP/2.0`
    : `SIP/2.0 ${String(message.status).padStart(3, '0')} ${oneLine(message.reason)}`;
}

function headerLine(header: SipHeader): string {
  const value = /[\r\n]/.test(header.value) ? header.value.replace(/\r?\n(?![ \t])/g, ' ') : header.value;
  return `${oneLine(header.name)}: ${value}`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, ' ');
}
