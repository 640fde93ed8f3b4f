/** What a relay reads from a session description, and the description that it passes on in its place. */
import type { Sdp, SdpLine, SdpMedia } from '../../../lab/wire/sdp/session.ts';
import { attribute, connectionAddress, mediaLine, withEndpoint, withOrigin } from '../../../lab/wire/sdp/view.ts';
import type { SocketAddress } from '../party.ts';

/** One m= line: where its sender listens. */
export interface Stream {
  /** `rtp` has RTCP beside it; `single` is one port (floor control: `udp MCPTT`, TS 24.380 4.3). */
  readonly kind: 'rtp' | 'single';
  readonly main: SocketAddress;
  readonly rtcp: SocketAddress | undefined;
}

/** By m= line; undefined where the line is refused (port 0, RFC 3264 6) or unreadable. */
export function streams(sdp: Sdp): (Stream | undefined)[] {
  return sdp.media.map((media) => {
    const line = mediaLine(media);
    const host = connectionAddress(sdp, media);
    if (line === undefined || host === undefined || line.port === 0) return undefined;
    const main = { host, port: line.port };
    if (!/^RTP\//i.test(line.proto)) return { kind: 'single', main, rtcp: undefined };
    return { kind: 'rtp', main, rtcp: { host, port: rtcpPort(media, line.port) } };
  });
}

function rtcpPort(media: SdpMedia, port: number): number {
  if (attribute(media, 'rtcp-mux') !== undefined) return port;
  const explicit = Number.parseInt(attribute(media, 'rtcp') ?? '', 10);
  return explicit > 0 && explicit < 65_536 ? explicit : port + 1;
}

/** `ports` by m= line; a line without one is refused with port 0. */
export function rewritten(sdp: Sdp, address: string, ports: readonly (number | undefined)[]): Sdp {
  // Every c= goes first: one that no media line relies on would still tell an address.
  const bare = (lines: readonly SdpLine[]) =>
    lines.filter(({ type, value }) => type !== 'c' && !(type === 'a' && pointsElsewhere(value)));
  const head = bare(sdp.session);
  // RFC 8866 5: c= after v= o= s= i= u= e= p=, before everything else.
  const place = head.findIndex(({ type }) => !'vosiuep'.includes(type));
  const session = head.toSpliced(place === -1 ? head.length : place, 0, connection(address));
  const media = sdp.media.map(({ lines }) => ({ lines: bare(lines) }));
  return media.reduce<Sdp>(
    (left, _, index) => withEndpoint(left, index, address, ports[index] ?? 0),
    withOrigin({ session, media }, address),
  );
}

function connection(address: string): SdpLine {
  return { type: 'c', value: `IN IP4 ${address}` };
}

/** RFC 3605 and ICE (RFC 8839): attributes that name addresses or ports past the relay. */
function pointsElsewhere(attributeValue: string): boolean {
  return /^(rtcp|candidate|remote-candidates|ice-[a-z0-9]+|end-of-candidates)(:|$)/i.test(attributeValue);
}
