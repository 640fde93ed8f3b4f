import type { Sdp, SdpLine, SdpMedia } from './session.ts';

/**
 * The media line of that index made to point at address:port. The address goes where the description keeps it: into the
 * media's own c=, else into the session's, and then media that relied on the old session address get it as their own.
 */
export function withEndpoint(sdp: Sdp, index: number, address: string, port: number): Sdp {
  const media = sdp.media[index];
  if (media === undefined) return sdp;
  const moved = withPort(media, port);
  const sessionLine = sdp.session.find(({ type }) => type === 'c');
  const ownLine = media.lines.find(({ type }) => type === 'c');
  const wanted = connection(address);
  if (ownLine !== undefined || sessionLine === undefined) {
    // What the session says already is not said twice.
    const lines = sessionLine?.value === wanted.value ? withoutConnection(moved) : withConnection(moved, wanted);
    return { ...sdp, media: sdp.media.map((m, i) => (i === index ? lines : m)) };
  }
  if (sessionLine.value === wanted.value) return { ...sdp, media: sdp.media.map((m, i) => (i === index ? moved : m)) };
  return {
    session: sdp.session.map((line) => (line.type === 'c' ? wanted : line)),
    media: sdp.media.map((m, i) => {
      if (i === index) return moved;
      return m.lines.some(({ type }) => type === 'c') ? m : withConnection(m, sessionLine);
    }),
  };
}

/** The address in o= replaced (RFC 8866 5.2); what else the line says is kept. */
export function withOrigin(sdp: Sdp, address: string): Sdp {
  const session = sdp.session.map((line) => {
    if (line.type !== 'o') return line;
    const words = line.value.split(' ').slice(0, 3);
    return { type: 'o', value: [...words, 'IN', addressType(address), address].join(' ') };
  });
  return { ...sdp, session };
}

function addressType(address: string): 'IP4' | 'IP6' {
  return address.includes(':') ? 'IP6' : 'IP4';
}

function connection(address: string): SdpLine {
  return { type: 'c', value: `IN ${addressType(address)} ${address}` };
}

function withPort(media: SdpMedia, port: number): SdpMedia {
  const [first, ...rest] = media.lines;
  if (first === undefined) return media;
  const words = first.value.split(' ');
  words[1] = String(port);
  return { lines: [{ type: first.type, value: words.join(' ') }, ...rest] };
}

/** RFC 8866 5: after m= and i=, before everything else. */
function withConnection(media: SdpMedia, line: SdpLine): SdpMedia {
  const others = withoutConnection(media).lines;
  const place = others.findIndex(({ type }) => type !== 'm' && type !== 'i');
  const at = place === -1 ? others.length : place;
  return { lines: [...others.slice(0, at), line, ...others.slice(at)] };
}

function withoutConnection(media: SdpMedia): SdpMedia {
  return { lines: media.lines.filter(({ type }) => type !== 'c') };
}
