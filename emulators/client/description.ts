/** Session descriptions of the UE (TS 24.379 6.2.1, 6.2.2; TS 24.380 14.2). */
import { isIPv4 } from 'node:net';
import { decodeSdp, encodeSdp } from '../../lab/wire/sdp/codec.ts';
import type { Sdp, SdpLine, SdpMedia } from '../../lab/wire/sdp/session.ts';
import { attribute, attributes, connectionAddress, formatParameters, mediaLine } from '../../lab/wire/sdp/view.ts';
import type { MediaRemote } from '../kit/media/leg.ts';
import type { Peer } from '../kit/udp.ts';
import type { ClientConfig } from './config.ts';

export const sdpType = 'application/sdp';

/** Floor Priority that the UE offers: mc_priority (TS 24.380 12.1). */
export const offeredPriority = 5;

/** What the far side's description means to the UE. */
export interface FarSide {
  readonly remote: MediaRemote;
  /** Of AMR-WB there. */
  readonly payloadType: number;
  /** `a=fmtp:MCPTT`, by name; a parameter without a value has ''. */
  readonly floor: ReadonlyMap<string, string>;
  readonly audioIndex: number;
  readonly floorIndex: number;
}

const line = (type: string, value: string): SdpLine => ({ type, value });

export function offer(config: ClientConfig, sessionId: number): Uint8Array {
  const params = ['mc_queueing', `mc_priority=${offeredPriority}`];
  if (config.offerGranted) params.push('mc_granted');
  if (config.implicitFloorRequest) params.push('mc_implicit_request');
  return encodeSdp({ session: session(config, sessionId), media: [audio(config, 96), floorChannel(config, params)] });
}

/** RFC 3264 6: the lines of the offer in their order, refused ones with port 0; TS 24.380 14.3.1: only offered parameters. */
export function answer(config: ClientConfig, sessionId: number, offered: Sdp, far: FarSide): Uint8Array {
  const params = ['mc_queueing', 'mc_priority'].filter((name) => far.floor.has(name));
  const priority = Math.min(offeredPriority, priorityOf(far));
  const media = offered.media.map((media, index) => {
    if (index === far.audioIndex) return audio(config, far.payloadType);
    if (index === far.floorIndex)
      return floorChannel(
        config,
        params.map((name) => (name === 'mc_priority' ? `${name}=${priority}` : name)),
      );
    const refused = mediaLine(media);
    const formats = refused?.formats.join(' ') ?? '0';
    return { lines: [line('m', `${refused?.media ?? 'audio'} 0 ${refused?.proto ?? 'RTP/AVP'} ${formats}`)] };
  });
  return encodeSdp({ session: session(config, sessionId), media });
}

export function priorityOf({ floor }: FarSide): number {
  const value = Number(floor.get('mc_priority') ?? 0);
  return Number.isInteger(value) && value >= 0 && value <= 255 ? value : 0;
}

/** Undefined: no speech in AMR-WB at an IPv4 address. A call without floor control has no floor endpoint. */
export function readFarSide(bytes: Uint8Array): { readonly sdp: Sdp; readonly far: FarSide } | undefined {
  const sdp = decodeSdp(bytes).value;
  if (sdp === undefined) return undefined;
  const audioIndex = sdp.media.findIndex((media) => amrWb(media) !== undefined && place(sdp, media) !== undefined);
  const audioLine = sdp.media[audioIndex];
  const rtp = audioLine && place(sdp, audioLine);
  const payloadType = audioLine && amrWb(audioLine);
  if (audioLine === undefined || rtp === undefined || payloadType === undefined) return undefined;
  const floorIndex = sdp.media.findIndex(isFloor);
  const floorLine = sdp.media[floorIndex];
  // RFC 3605: RTCP elsewhere than on the next port.
  const rtcpPort = Number(/^\d{1,5}/.exec(attribute(audioLine, 'rtcp') ?? '')?.[0] ?? rtp.port + 1);
  const far = {
    remote: { rtp, rtcp: { host: rtp.host, port: rtcpPort }, floor: floorLine && place(sdp, floorLine) },
    payloadType,
    floor: new Map(floorLine === undefined ? [] : parameters(floorLine)),
    audioIndex,
    floorIndex,
  };
  return { sdp, far };
}

function amrWb(media: SdpMedia): number | undefined {
  const described = mediaLine(media);
  if (described?.media !== 'audio' || described.proto.toUpperCase() !== 'RTP/AVP') return undefined;
  for (const value of attributes(media, 'rtpmap')) {
    const [, format = '', codec = ''] = /^(\d{1,3})\s+(\S+)/.exec(value) ?? [];
    if (/^AMR-WB\/16000(\/1)?$/i.test(codec) && described.formats.includes(format) && Number(format) < 128)
      return Number(format);
  }
  return undefined;
}

/** TS 24.380 4.3.3.1: `udp MCPTT`, in whatever case products write it. */
function isFloor(media: SdpMedia): boolean {
  const described = mediaLine(media);
  return described?.media === 'application' && /^udp$/i.test(described.proto) && described.formats[0] === 'MCPTT';
}

function parameters(media: SdpMedia): [string, string][] {
  return (formatParameters(media, 'MCPTT') ?? []).map((part) => {
    const [name = '', value = ''] = part.split('=', 2);
    return [name.trim(), value.trim()];
  });
}

/** Port 0 refuses the stream (RFC 3264 6). */
function place(sdp: Sdp, media: SdpMedia): Peer | undefined {
  const host = connectionAddress(sdp, media);
  const port = mediaLine(media)?.port ?? 0;
  return host !== undefined && isIPv4(host) && port > 0 && port < 65_536 ? { host, port } : undefined;
}

function session({ address }: ClientConfig, sessionId: number): SdpLine[] {
  return [
    line('v', '0'),
    line('o', `- ${sessionId} 1 IN IP4 ${address}`),
    line('s', '-'),
    line('c', `IN IP4 ${address}`),
    line('t', '0 0'),
  ];
}

/** TS 24.379 6.2.1: `i=speech` marks the MCPTT speech component. */
function audio({ rtpPort }: ClientConfig, payloadType: number): SdpMedia {
  return {
    lines: [
      line('m', `audio ${rtpPort} RTP/AVP ${payloadType}`),
      line('i', 'speech'),
      line('a', `rtpmap:${payloadType} AMR-WB/16000`),
      line('a', `fmtp:${payloadType} octet-align=1`),
      line('a', 'sendrecv'),
    ],
  };
}

function floorChannel({ floorPort }: ClientConfig, params: readonly string[]): SdpMedia {
  const fmtp = params.length === 0 ? [] : [line('a', `fmtp:MCPTT ${params.join(';')}`)];
  return { lines: [line('m', `application ${floorPort} udp MCPTT`), ...fmtp] };
}
