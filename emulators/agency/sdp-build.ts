import type { Sdp, SdpLine, SdpMedia } from '../../lab/wire/sdp/session.ts';
import { mediaLine } from '../../lab/wire/sdp/view.ts';
import type { LegPorts } from '../kit/media/port-pool.ts';
import { type FloorParam, hasParam, type Terms } from './sdp-terms.ts';

/** This server's side of one leg. */
export interface OwnMedia {
  readonly address: string;
  readonly ports: LegPorts;
  /** `o=` of RFC 8866 5.2: the same for the life of the leg, the version counts changes. */
  readonly sessionId: number;
  readonly version: number;
}

const line = (type: string, value: string): SdpLine => ({ type, value });

/** TS 24.379 6.2.1: offers AMR-WB as speech, and floor control. */
export function buildOffer(own: OwnMedia, params: readonly FloorParam[]): Sdp {
  return { session: sessionLines(own), media: [audio(own, 96), floorChannel(own, params)] };
}

/** RFC 3264 6, TS 24.379 6.2.2: as many m-lines as offered in the same order; what is not taken gets port 0. */
export function buildAnswer(own: OwnMedia, offer: Sdp, terms: Terms, params: readonly FloorParam[]): Sdp {
  const media = offer.media.map((offered, index): SdpMedia => {
    if (index === terms.audio.index) return audio(own, terms.audio.payloadType);
    if (index === terms.floor?.index) return floorChannel(own, params);
    const refused = mediaLine(offered);
    const text =
      refused === undefined ? 'audio 0 RTP/AVP 0' : `${refused.media} 0 ${refused.proto} ${refused.formats.join(' ')}`;
    return { lines: [line('m', text)] };
  });
  return { session: sessionLines(own), media };
}

/** What a controlling function takes of the offered parameters (TS 24.380 14.3.1: only those; 14.3.3 priority). */
export function answerParams(
  offered: readonly FloorParam[],
  will: { readonly maxPriority: number; readonly implicitRequest: boolean; readonly granted: boolean },
): FloorParam[] {
  return offered.flatMap(([name, value]): FloorParam[] => {
    if (name === 'mc_queueing') return [[name, undefined]];
    if (name === 'mc_priority') return [[name, String(Math.min(will.maxPriority, priority(value)))]];
    if (name === 'mc_implicit_request' && will.implicitRequest) return [[name, undefined]];
    // TS 24.380 14.3.4: the answer grants the floor only to a client that can take it from there.
    if (name === 'mc_granted' && will.granted && hasParam(offered, 'mc_implicit_request')) return [[name, undefined]];
    return [];
  });
}

/** 1 to 255; what cannot be read counts as the lowest. */
export function priority(value: string | undefined): number {
  const parsed = Number(value ?? '0');
  return Number.isInteger(parsed) && parsed >= 0 && parsed <= 255 ? parsed : 0;
}

function sessionLines(own: OwnMedia): SdpLine[] {
  return [
    line('v', '0'),
    line('o', `- ${own.sessionId} ${own.version} IN IP4 ${own.address}`),
    line('s', '-'),
    line('c', `IN IP4 ${own.address}`),
    line('t', '0 0'),
  ];
}

/** `i=speech` marks the MCPTT speech component (TS 24.379 6.2.1). */
function audio(own: OwnMedia, payloadType: number): SdpMedia {
  return {
    lines: [
      line('m', `audio ${own.ports.rtpPort} RTP/AVP ${payloadType}`),
      line('i', 'speech'),
      line('a', `rtpmap:${payloadType} AMR-WB/16000`),
      line('a', `fmtp:${payloadType} octet-align=1`),
      line('a', 'sendrecv'),
    ],
  };
}

function floorChannel(own: OwnMedia, params: readonly FloorParam[]): SdpMedia {
  const text = params.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join(';');
  const fmtp = text === '' ? [] : [line('a', `fmtp:MCPTT ${text}`)];
  return { lines: [line('m', `application ${own.ports.floorPort} udp MCPTT`), ...fmtp] };
}
