import { isIPv4 } from 'node:net';
import type { Sdp, SdpMedia } from '../../lab/wire/sdp/session.ts';
import { attribute, attributes, connectionAddress, formatParameters, mediaLine } from '../../lab/wire/sdp/view.ts';
import type { MediaRemote } from '../kit/media/leg.ts';
import type { Peer } from '../kit/udp.ts';

/** A parameter of `a=fmtp:MCPTT` (TS 24.380 12.1): name, and value where it has one. */
export type FloorParam = readonly [name: string, value: string | undefined];

/** What an offer or answer means to this server: one speech component and, where there is one, floor control. */
export interface Terms {
  readonly audio: {
    readonly index: number;
    readonly payloadType: number;
    readonly to: Peer;
    readonly rtcpPort: number;
  };
  readonly floor: { readonly index: number; readonly params: readonly FloorParam[]; readonly to: Peer } | undefined;
}

/** Undefined: no speech component in AMR-WB with an IPv4 address, nothing to talk about. */
export function readTerms(sdp: Sdp): Terms | undefined {
  const audio = firstOf(sdp, (media, index) => audioTerms(sdp, media, index));
  if (audio === undefined) return undefined;
  return { audio, floor: firstOf(sdp, (media, index) => floorTerms(sdp, media, index)) };
}

/** Where media and floor control of a peer go. */
export function remoteOf(terms: Terms): MediaRemote {
  const { to, rtcpPort } = terms.audio;
  return { rtp: to, rtcp: { host: to.host, port: rtcpPort }, floor: terms.floor?.to };
}

export function hasParam(params: readonly FloorParam[], name: string): boolean {
  return params.some(([given]) => given === name);
}

function firstOf<T>(sdp: Sdp, read: (media: SdpMedia, index: number) => T | undefined): T | undefined {
  for (const [index, media] of sdp.media.entries()) {
    const found = read(media, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** TS 24.379 6.2.1: `m=audio` with AMR-WB (TS 26.179), whatever number its payload type has. */
function audioTerms(sdp: Sdp, media: SdpMedia, index: number): Terms['audio'] | undefined {
  const line = mediaLine(media);
  const to = line && endpoint(connectionAddress(sdp, media), line.port);
  if (line === undefined || to === undefined) return undefined;
  if (line.media !== 'audio' || line.proto.toUpperCase() !== 'RTP/AVP') return undefined;
  for (const value of attributes(media, 'rtpmap')) {
    const [, format, codec] = /^(\d{1,3})\s+([^/\s]+\/\d+)/.exec(value) ?? [];
    if (format === undefined || codec?.toUpperCase() !== 'AMR-WB/16000' || !line.formats.includes(format)) continue;
    // RFC 3605: RTCP elsewhere than on the next port.
    const rtcp = Number(/^\d{1,5}/.exec(attribute(media, 'rtcp') ?? '')?.[0] ?? to.port + 1);
    return { index, payloadType: Number(format), to, rtcpPort: rtcp };
  }
  return undefined;
}

/** TS 24.380 4.3.3.1: `m=application <port> udp MCPTT`; `UDP` is common and meant alike. */
function floorTerms(sdp: Sdp, media: SdpMedia, index: number): Terms['floor'] {
  const line = mediaLine(media);
  const to = line && endpoint(connectionAddress(sdp, media), line.port);
  if (line === undefined || to === undefined) return undefined;
  if (line.media !== 'application' || line.proto.toLowerCase() !== 'udp' || line.formats[0] !== 'MCPTT')
    return undefined;
  return { index, params: floorParams(media), to };
}

function floorParams(media: SdpMedia): FloorParam[] {
  return (formatParameters(media, 'MCPTT') ?? []).map((part): FloorParam => {
    const equals = part.indexOf('=');
    return equals < 0 ? [part, undefined] : [part.slice(0, equals), part.slice(equals + 1)];
  });
}

/** A port of 0 refuses the stream (RFC 3264 6); only addresses count, names are not looked up. */
function endpoint(address: string | undefined, port: number): Peer | undefined {
  if (address === undefined || !isIPv4(address) || !(port > 0 && port < 65_536)) return undefined;
  return { host: address, port };
}
