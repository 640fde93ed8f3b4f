import { u16, u32 } from '../wire/bytes.ts';
import { IP_PROTOCOL, LINK_TYPE } from '../wire/net/packet.ts';

/** Ethernet, IPv4 without options, UDP. */
const IP = 14;
const UDP = IP + 20;
const RTP = UDP + 8;
const RTP_HEADER = 12;

/** Of so many packets of a stream one is kept; of twice as many each time that its numbers begin anew. */
const STRIDE = 16;
const MOST_HALVINGS = 12;

interface Stream {
  last: number;
  /** How often the 16 bits of its sequence number have run over. */
  cycles: number;
}

/**
 * Thins out the RTP of one large file, before anything is made of the packets: a timeline then grows with signalling and with the
 * number of streams, not with how long they last. What is kept is chosen by what a packet says alone, so that the other taps keep
 * the same one and its journey is whole: each sixteenth by sequence number, fewer as a stream goes on, the first of each talk spurt
 * (RFC 3551 4.1) and empty ones. All that is not plain RTP in IPv4 on Ethernet is kept.
 */
export class Outline {
  /** By interface. */
  readonly thinned: number[] = [];
  readonly #streams = new Map<number, Stream>();

  readonly glance = (bytes: Uint8Array, start: number, end: number, linkType: number, interfaceId: number): boolean => {
    if (linkType !== LINK_TYPE.ETHERNET || !isSpeech(bytes, start, end)) return false;
    if (this.#keeps(u32(bytes, start + RTP + 8), u16(bytes, start + RTP + 2))) return false;
    this.thinned[interfaceId] = (this.thinned[interfaceId] ?? 0) + 1;
    return true;
  };

  #keeps(ssrc: number, sequence: number): boolean {
    let stream = this.#streams.get(ssrc);
    if (stream === undefined) {
      stream = { last: sequence, cycles: 0 };
      this.#streams.set(ssrc, stream);
    }
    // RFC 3550 A.1: a great step back is the next cycle, a small one a late packet.
    if (sequence + 0x8000 < stream.last) stream.cycles = Math.min(stream.cycles + 1, MOST_HALVINGS);
    if (sequence > stream.last || sequence + 0x8000 < stream.last) stream.last = sequence;
    return sequence % (STRIDE << stream.cycles) === 0;
  }
}

/** RTP with a payload that is no first one of a talk spurt, and could be nothing else. */
function isSpeech(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= RTP + RTP_HEADER) return false;
  if (u16(bytes, start + 12) !== 0x0800 || bytes[start + IP] !== 0x45) return false;
  // Neither a fragment nor the first of several.
  if ((u16(bytes, start + IP + 6) & 0x3fff) !== 0 || bytes[start + IP + 9] !== IP_PROTOCOL.UDP) return false;
  if (isDnsPort(u16(bytes, start + UDP)) || isDnsPort(u16(bytes, start + UDP + 2))) return false;
  // Version 2 without padding or extension; the marker bit set is a first one, or RTCP.
  const [first, second] = [bytes[start + RTP] as number, bytes[start + RTP + 1] as number];
  const isPlain = (first & 0xf0) === 0x80 && second < 0x80 && (second < 72 || second > 76);
  return isPlain && u16(bytes, start + UDP + 4) - 8 > RTP_HEADER + 4 * (first & 0x0f);
}

function isDnsPort(port: number): boolean {
  return port === 53 || port === 1053;
}
