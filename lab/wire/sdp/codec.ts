import type { Decoded, Fault } from '../fault.ts';
import { fromBytes, toBytes } from '../sip/text.ts';
import type { Sdp, SdpLine, SdpMedia } from './session.ts';

/** Reads a session description line by line; a line that is none is a fault and left out, everything else is kept. */
export function decodeSdp(bytes: Uint8Array): Decoded<Sdp> {
  const faults: Fault[] = [];
  const session: SdpLine[] = [];
  const media: SdpLine[][] = [];
  const text = fromBytes(bytes);
  for (let at = 0; at < text.length; ) {
    const lineBreak = text.indexOf('\n', at);
    const end = lineBreak === -1 ? text.length : lineBreak;
    const line = text.slice(at, end > at && text[end - 1] === '\r' ? end - 1 : end);
    const parsed = parseLine(line);
    if (parsed === undefined) {
      if (line !== '') faults.push(fault('sdp/line', at, 'not of the form letter=value'));
    } else {
      if (parsed.type === 'm') media.push([]);
      (media.at(-1) ?? session).push(parsed);
    }
    at = end + 1;
  }
  if (session.length === 0 && media.length === 0) {
    return { value: undefined, faults: [...faults, fault('sdp/empty', 0, 'no line of a session description')] };
  }
  if (session[0]?.type !== 'v') faults.push(fault('sdp/version-first', 0, 'the first line is not v='));
  return { value: { session, media: media.map((lines) => ({ lines })) }, faults };
}

export function encodeSdp(sdp: Sdp): Uint8Array {
  const lines = [...sdp.session, ...sdp.media.flatMap((m: SdpMedia) => m.lines)];
  return toBytes(lines.map((line) => `${line.type}=${line.value.replace(/[\r\n]/g, ' ')}\r\n`).join(''));
}

function parseLine(line: string): SdpLine | undefined {
  const type = line[0];
  if (type === undefined || line[1] !== '=' || !/[A-Za-z]/.test(type)) return undefined;
  return { type, value: line.slice(2) };
}

function fault(code: string, offset: number, message: string): Fault {
  return { code, offset, message, clause: 'RFC 8866 5' };
}
