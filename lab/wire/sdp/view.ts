export { withEndpoint, withOrigin } from './change.ts';

import type { Sdp, SdpLine, SdpMedia } from './session.ts';

export interface MediaLine {
  readonly media: string;
  readonly port: number;
  readonly portCount?: number;
  readonly proto: string;
  readonly formats: readonly string[];
}

/** RFC 8866 5.14. */
export function mediaLine(media: SdpMedia): MediaLine | undefined {
  const line = media.lines[0];
  if (line?.type !== 'm') return undefined;
  const [name, ports, proto, ...formats] = line.value.split(' ').filter((word) => word !== '');
  const match = /^(\d{1,5})(?:\/(\d{1,5}))?$/.exec(ports ?? '');
  if (name === undefined || proto === undefined || match === null || Number(match[1]) > 65535) return undefined;
  const portCount = match[2] === undefined ? {} : { portCount: Number(match[2]) };
  return { media: name, port: Number(match[1]), ...portCount, proto, formats };
}

/**
 * The address that a media's packets go to: its own c=, or the session's. RFC 8866 5.7: its own overrides, so one that cannot
 * be read is no leave to send to the session's.
 */
export function connectionAddress(sdp: Sdp, media: SdpMedia): string | undefined {
  const line = connectionLine(media.lines) ?? connectionLine(sdp.session);
  return line?.value.split(' ')[2]?.split('/')[0] || undefined;
}

/** The address of o= (RFC 8866 5.2). */
export function originAddress(sdp: Sdp): string | undefined {
  return sdp.session.find((line) => line.type === 'o')?.value.split(' ')[5];
}

function connectionLine(lines: readonly SdpLine[]): SdpLine | undefined {
  return lines.find(({ type }) => type === 'c');
}

/** The first `a=name:value` of these lines: the value, `''` for `a=name`, undefined where it is absent. */
export function attribute(of: SdpMedia | readonly SdpLine[], name: string): string | undefined {
  return attributes(of, name)[0];
}

export function attributes(of: SdpMedia | readonly SdpLine[], name: string): string[] {
  const lines = 'lines' in of ? of.lines : of;
  return lines.flatMap(({ type, value }) => {
    if (type !== 'a') return [];
    if (value === name) return [''];
    return value.startsWith(`${name}:`) ? [value.slice(name.length + 1)] : [];
  });
}

/** The parameters of `a=fmtp:FORMAT a;b=1` (RFC 8866 6.15), undefined where the format has no such line. */
export function formatParameters(media: SdpMedia, format: string): string[] | undefined {
  const line = attributes(media, 'fmtp').find(
    (value) => value.split(' ', 1)[0]?.toLowerCase() === format.toLowerCase(),
  );
  if (line === undefined) return undefined;
  const words = line.slice(format.length).split(';');
  return words.map((word) => word.trim()).filter((word) => word !== '');
}

export interface Endpoint {
  readonly media: string;
  readonly address: string;
  readonly port: number;
  /** a=rtcp (RFC 3605), the port itself with a=rtcp-mux, else the next one; RTP profiles only. */
  readonly rtcpPort?: number;
}

/** Where each media line wants its packets, in order; lines that are refused (port 0) or unreadable are left out. */
export function endpoints(sdp: Sdp): Endpoint[] {
  return sdp.media.flatMap((media) => {
    const line = mediaLine(media);
    const address = connectionAddress(sdp, media);
    if (line === undefined || address === undefined || line.port === 0) return [];
    const rtcpPort = rtcpPortOf(media, line);
    return [{ media: line.media, address, port: line.port, ...(rtcpPort === undefined ? {} : { rtcpPort }) }];
  });
}

function rtcpPortOf(media: SdpMedia, line: MediaLine): number | undefined {
  if (!/\bRTP\b/i.test(line.proto)) return undefined;
  if (attribute(media, 'rtcp-mux') !== undefined) return line.port;
  const explicit = Number.parseInt(attribute(media, 'rtcp') ?? '', 10);
  return Number.isInteger(explicit) ? explicit : line.port + 1;
}
