import { fromBytes, toBytes } from '../wire/sip/text.ts';
import { boundaryOf, headerLine } from './headers.ts';
import type { Identities } from './identities.ts';

/** How to redact a whole message: a body may hold one. */
type Message = (text: string, who: Identities) => string;

/** The body of a message, or a part of one, by its type; what is unknown keeps nothing but its length. */
export function redactBody(body: string, type: string, who: Identities, message: Message): string {
  const kind = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (body.trim() === '') return body;
  const boundary = kind.startsWith('multipart/') ? boundaryOf(type) : undefined;
  if (boundary !== undefined) return redactMultipart(body, boundary, who, message);
  if (kind === 'application/sdp') return redactSdp(body, who);
  if (/[/+]xml$/.test(kind)) return redactXml(body, who);
  if (kind === 'message/sip' || kind === 'message/sipfrag') return message(body, who);
  if (kind.startsWith('text/')) return who.words(body);
  return fromBytes(who.pseudonyms.bytes(toBytes(body)));
}

function redactMultipart(body: string, boundary: string, who: Identities, message: Message): string {
  const parts = body.split(`--${boundary}`);
  return parts
    .map((part, i) => (i === 0 || part.startsWith('--') ? who.words(part) : redactPart(part, who, message)))
    .join(`--${boundary}`);
}

function redactPart(part: string, who: Identities, message: Message): string {
  const start = /^[ \t]*\r?\n/.exec(part)?.[0] ?? '';
  const rest = part.slice(start.length);
  const head = /^(?:\r?\n|[\s\S]*?\r?\n\r?\n)/.exec(rest)?.[0] ?? rest;
  const type = /^content-type[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)/im.exec(head)?.[1]?.trim() ?? 'text/plain';
  const lines = head.match(/[^\n]*\n(?:[ \t][^\n]*\n)*|[^\n]+$/g) ?? [];
  const made = lines.map((line) => (line.trim() === '' ? line : headerLine(line, who)));
  const body = rest.slice(head.length);
  // The line end before the boundary belongs to the boundary.
  const end = /\r?\n$/.exec(body)?.[0] ?? '';
  return start + made.join('') + redactBody(body.slice(0, body.length - end.length), type, who, message) + end;
}

/** Attributes that say how media is coded; others keep their names alone. */
const plainAttributes =
  /^(?:rtpmap|fmtp|ptime|maxptime|sendrecv|sendonly|recvonly|inactive|rtcp-mux|rtcp-fb|setup|connection|mid|group|label|curr|des|conf|charset|framerate|floorid|extmap|3ge2ae|rtcp)\b/;

/** RFC 8866. What is no line of it, in a message that is damaged, may say anything. */
export function redactSdp(text: string, who: Identities): string {
  return text.replace(/^(?:([A-Za-z])=)?([^\r\n]*)/gm, (_, type: string | undefined, value: string) =>
    type === undefined ? who.opaque(value) : `${type}=${sdpValue(type, value, who)}`,
  );
}

function sdpValue(type: string, value: string, who: Identities): string {
  if ('vmtbrz'.includes(type)) return value;
  // TS 24.380 and TS 24.379 say these words themselves.
  if ('si'.includes(type)) return /^(?:-|speech|video|audio)?$/.test(value) ? value : who.words(value);
  if (type === 'c') return connection(value.split(' '), who);
  if (type === 'o') {
    const [user = '', ...rest] = value.split(' ');
    return [user === '-' ? user : who.words(user), connection(rest, who)].join(' ');
  }
  if (type !== 'a') return who.words(value);
  if (plainAttributes.test(value)) return who.text(value);
  const colon = value.indexOf(':');
  return colon === -1 ? value : `${value.slice(0, colon + 1)}${who.value(value.slice(colon + 1))}`;
}

/** Numbers, network and address type stay; an address, a name, and what is neither, does not. */
function connection(words: readonly string[], who: Identities): string {
  return words.map((word) => (/^(?:\d+|IN|IP[46])$/.test(word) ? word : who.opaque(word))).join(' ');
}

/** Words of the schemas of TS 24.379, TS 24.380 and TS 24.481. */
const plainWords =
  /^(?:true|false|\d{1,4}|prearranged|chat|private|first-to-answer|ambient-listening|adhoc|floor-(?:idle|taken)|required|optional)$/;

/** Elements and namespaces stay, texts and attributes do not. */
export function redactXml(text: string, who: Identities): string {
  return text.replace(/<!--[\s\S]*?-->|<[^>]*>|[^<]+/g, (piece) => {
    if (piece.startsWith('<!--')) return who.words(piece);
    // A tag that a damaged text has swallowed is none.
    if (piece.startsWith('<') && who.reveals(piece.replace(/=("[^"]*"|'[^']*')/g, ''))) return who.opaque(piece);
    if (piece.startsWith('<?') || piece.startsWith('</')) return piece;
    if (piece.startsWith('<'))
      return piece.replace(/([\w:.-]+)=("[^"]*"|'[^']*')/g, (all, name: string, value: string) => {
        if (/^(?:xmlns|type$|version$|xsi:|xml:|Algorithm$)/.test(name)) return all;
        return `${name}=${value[0]}${xmlText(value.slice(1, -1), who)}${value[0]}`;
      });
    return xmlText(piece, who);
  });
}

function xmlText(text: string, who: Identities): string {
  if (plainWords.test(text.trim())) return text;
  return text.replace(/&[a-z]+;|&#\w+;|[^&]+/g, (piece) => (piece.startsWith('&') ? piece : who.opaque(piece)));
}
