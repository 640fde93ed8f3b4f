import { concat, mustFit, padded4, put32, u32 } from '../bytes.ts';
import type { Fault } from '../fault.ts';
import { type RtcpFrame, rtcpFault, rtcpPacket } from './frame.ts';
import { RTCP, type SdesItem, type SourceDescription } from './packet.ts';

/*
 * RFC 3550 6.5: SC chunks, each an SSRC and items {type(1), length(1), text}, ended by at least one zero octet and
 * filled up with zeros to a 32-bit boundary.
 */
export function decodeSdes(frame: RtcpFrame, faults: Fault[]): SourceDescription {
  const { body, count, offset } = frame;
  const chunks: SourceDescription['chunks'][number][] = [];
  let at = 0;
  while (chunks.length < count) {
    if (at + 4 > body.length) {
      faults.push(
        rtcpFault('rtcp/sdes', offset + at, `chunk ${chunks.length + 1} of ${count} is missing`, 'RFC 3550 6.5'),
      );
      break;
    }
    const ssrc = u32(body, at);
    const items: SdesItem[] = [];
    at += 4;
    while (at < body.length && body[at] !== 0) {
      const end = at + 2 + (body[at + 1] ?? 0xff);
      if (end > body.length) {
        faults.push(rtcpFault('rtcp/sdes', offset + at, 'an item runs past the end of the packet', 'RFC 3550 6.5'));
        return { type: 'SDES', chunks: [...chunks, { ssrc, items }] };
      }
      items.push({ item: body[at] as number, value: body.subarray(at + 2, end) });
      at = end;
    }
    if (at >= body.length) {
      faults.push(rtcpFault('rtcp/sdes', offset + at, 'the list of items has no end', 'RFC 3550 6.5'));
    }
    chunks.push({ ssrc, items });
    at = padded4(at + 1);
  }
  return { type: 'SDES', chunks };
}

export function encodeSdes(packet: SourceDescription): Uint8Array {
  const count = mustFit('number of chunks', packet.chunks.length, 31);
  const parts = packet.chunks.map(({ ssrc, items }) => {
    const length = items.reduce((sum, { value }) => sum + 2 + value.length, 4 + 1);
    const bytes = new Uint8Array(padded4(length));
    put32(bytes, 0, mustFit('SSRC', ssrc, 0xffffffff));
    let at = 4;
    for (const { item, value } of items) {
      if (item === 0) throw new RangeError('SDES item 0 ends the list');
      bytes[at] = mustFit('SDES item', item, 0xff);
      bytes[at + 1] = mustFit('length of an SDES item', value.length, 0xff);
      bytes.set(value, at + 2);
      at += 2 + value.length;
    }
    return bytes;
  });
  return rtcpPacket(RTCP.SDES, count, concat(parts));
}
