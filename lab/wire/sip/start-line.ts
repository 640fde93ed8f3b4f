import type { Fault } from '../fault.ts';
import { isToken } from './text.ts';

export type Start =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/** A request line or a status line; undefined, with a fault, for what is neither. */
export function readStartLine(line: string, offset: number, faults: Fault[]): Start | undefined {
  const first = line.indexOf(' ');
  const head = first === -1 ? line : line.slice(0, first);
  // RFC 3261 7.2
  if (isVersion(head)) {
    const status = /^(\d{3})(?: (.*))?$/s.exec(line.slice(head.length + 1));
    if (status !== null) {
      checkVersion(head, offset, faults);
      return { kind: 'response', status: Number(status[1]), reason: status[2] ?? '' };
    }
  }
  // RFC 3261 7.1
  const last = line.lastIndexOf(' ');
  const version = last > first ? line.slice(last + 1) : '';
  if (isVersion(version) && isToken(head)) {
    checkVersion(version, offset + last + 1, faults);
    const uri = line.slice(first + 1, last);
    if (uri === '' || /[\s<>"]/.test(uri)) {
      const message = 'a Request-URI has no spaces or brackets';
      faults.push({ code: 'sip/request-uri', offset: offset + first + 1, message, clause: 'RFC 3261 7.1' });
    }
    return { kind: 'request', method: head, uri };
  }
  const message = 'neither a request line nor a status line';
  faults.push({ code: 'sip/start-line', offset, message, clause: 'RFC 3261 7' });
  return undefined;
}

function isVersion(word: string): boolean {
  return word === 'SIP/2.0' || /^SIP\/\d{1,3}\.\d{1,3}$/i.test(word);
}

function checkVersion(version: string, offset: number, faults: Fault[]): void {
  if (version === 'SIP/2.0' || version.toUpperCase() === 'SIP/2.0') return;
  faults.push({ code: 'sip/version', offset, message: `${version} is not SIP/2.0`, clause: 'RFC 3261 7.1' });
}
