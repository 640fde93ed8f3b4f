import type { Sighting } from '../capture/timeline.ts';
import { endpoints, mediaLine } from '../wire/sdp/view.ts';
import { isAnswer, isRequest, legsOf } from './legs.ts';
import { receivedBy, sentBy, type TapTopology } from './places.ts';
import type { Scene } from './question.ts';
import { sdpOf } from './sip-facts.ts';

/** Where a UE wants its audio, where it was told to send it, and as which payload types: by the SDP of its own leg. */
export interface MediaPlan {
  readonly own: Place;
  readonly far: Place;
}

export interface Place {
  readonly address: string;
  readonly port: number;
  /** Payload types, in decimal. */
  readonly formats: readonly string[];
  readonly sip: Sighting;
}

/** By the offer and answer that this UE sent and received last before a moment; undefined where there are none. */
export function mediaPlanOf(scene: Scene, tap: TapTopology, beforeNs: bigint): MediaPlan | undefined {
  let own: Place | undefined;
  let far: Place | undefined;
  for (const leg of legsOf(scene)) {
    if (leg.initiator !== tap && leg.terminator !== tap) continue;
    for (const { sighting, message, facts } of leg.sip) {
      const carries = isRequest(facts, 'INVITE') || isAnswer(facts, 'INVITE', 180, 299);
      if (!carries || sighting.timeNs >= beforeNs) continue;
      if (sentBy(tap, sighting)) own = audioOf(sighting, message) ?? own;
      else if (receivedBy(tap, sighting)) far = audioOf(sighting, message) ?? far;
    }
  }
  return own && far && { own, far };
}

function audioOf(sip: Sighting, message: Parameters<typeof sdpOf>[0]): Place | undefined {
  const sdp = sdpOf(message);
  const line = sdp?.media.map(mediaLine).find((one) => one?.media === 'audio');
  const place = sdp && endpoints(sdp).find(({ media }) => media === 'audio');
  return line && place && { address: place.address, port: place.port, formats: line.formats, sip };
}

/** Why one packet of a UE's audio is not by its plan: sent elsewhere, from elsewhere, or as something else. */
export function offPlan(
  { own, far }: MediaPlan,
  sighting: Sighting,
  direction: 'sent' | 'received',
): string | undefined {
  const [source, target] = direction === 'sent' ? [own, far] : [far, own];
  const { src, srcPort, dst, dstPort, content } = sighting;
  // RFC 4961: from where the sender wants it, so that NATs let the way back through.
  if (src !== source.address || srcPort !== source.port) {
    return `from ${src}:${srcPort}, where the SDP says ${source.address}:${source.port}`;
  }
  if (dst !== target.address || dstPort !== target.port) {
    return `to ${dst}:${dstPort}, where the SDP says ${target.address}:${target.port}`;
  }
  // RFC 3264 5.1: with the payload types that the receiver named.
  if (content.protocol !== 'rtp' || target.formats.includes(String(content.packet.payloadType))) return undefined;
  return `as payload type ${content.packet.payloadType}, where the SDP says ${target.formats.join(' ')}`;
}
