import { canonicalName } from '../wire/sip/headers.ts';
import { paramOf, parseParams } from '../wire/sip/params.ts';
import type { Identities } from './identities.ts';

/** Headers that say how, not who: kept. What is in none of these lists is replaced word by word. */
const plain = new Set(
  `cseq max-forwards content-length content-type content-disposition content-encoding content-language mime-version expires
  min-expires supported require proxy-require unsupported allow allow-events accept accept-encoding accept-language event
  subscription-state session-expires min-se rseq rack accept-contact reject-contact request-disposition priority privacy
  answer-mode priv-answer-mode resource-priority accept-resource-priority p-preferred-service p-asserted-service
  recv-info info-package timestamp date retry-after user-agent server p-early-media flow-timer feature-caps organization-unit`.split(
    /\s+/,
  ),
);
const addresses = new Set(
  `from to contact route record-route path service-route p-asserted-identity p-preferred-identity p-called-party-id
  p-associated-uri refer-to referred-by reply-to alert-info call-info error-info history-info diversion remote-party-id
  p-served-user p-asserted-identity permission-missing`.split(/\s+/),
);
/** Text for people, in which URIs and addresses may stand. */
const prose = new Set(['warning', 'reason']);

export function headerLine(line: string, who: Identities): string {
  const match = /^([^:\s]*[ \t]*:[ \t]*)([\s\S]*?)([ \t]*\r?\n?)$/.exec(line);
  if (match?.[1] === undefined || match[2] === undefined || who.reveals(match[1])) return who.opaque(line);
  const name = canonicalName(match[1].replace(/[ \t]*:[ \t]*$/, ''));
  return `${match[1]}${headerValue(name, match[2], who)}${match[3] ?? ''}`;
}

function headerValue(name: string, value: string, who: Identities): string {
  if (plain.has(name)) return who.text(value);
  if (addresses.has(name)) return addressList(value, who);
  if (name === 'via') return via(value, who);
  if (prose.has(name))
    return who.text(value).replace(/^(\d{3} )(\S+)/, (_, code, agent) => `${code}${who.host(agent)}`);
  if (credentials.has(name))
    return value.replace(/^(\S+\s+)([\s\S]*)$/, (_, scheme, rest) => `${scheme}${unheard(rest, who)}`);
  return unheard(value, who);
}

/** RFC 3261 22: a scheme, and parameters. */
const credentials = new Set(['authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate']);

function unheard(value: string, who: Identities): string {
  // Credentials, and whatever this lab has never heard of: names of parameters stay, all else goes. What an equals sign
  // only fills up is base64, and no name.
  return value.replace(/([A-Za-z0-9._%-]+)(\s*=(?=\s*[^\s=,;]))?/g, (_, word: string, equals?: string) =>
    equals === undefined ? who.words(word) : `${word}${equals}`,
  );
}

/** RFC 3261 20.42: only sent-by and parameters; the branch keeps its cookie (8.1.1.7). */
function via(value: string, who: Identities): string {
  return value.replace(
    /(\s*SIP\s*\/\s*2\.0\s*\/\s*\S+\s+)(\[[^\]]*\]|[^\s:;,]+)([^;,]*)((?:;[^,]*)?)|[^,]+/gi,
    (all: string, protocol: string | undefined, host: string, port: string, params: string) =>
      protocol === undefined ? who.opaque(all) : `${protocol}${who.host(host)}${port}${viaParams(params, who)}`,
  );
}

function viaParams(params: string, who: Identities): string {
  return params.replace(/;(\s*[^;=]+?)(\s*=\s*)([^;]*)/g, (_, name: string, equals: string, value: string) => {
    const key = name.trim().toLowerCase();
    if (key === 'branch') return `;${name}${equals}${branch(value, who)}`;
    if (key === 'received' || key === 'maddr') return `;${name}${equals}${who.host(value)}`;
    return `;${name}${equals}${who.value(value)}`;
  });
}

function branch(value: string, who: Identities): string {
  return value.startsWith('z9hG4bK') ? `z9hG4bK${who.words(value.slice(7))}` : who.words(value);
}

/** From, To, Contact, Route and their kin: display names, URIs, parameters. */
function addressList(value: string, who: Identities): string {
  return value.replace(
    /("(?:[^"\\]|\\.)*"|[^<>",;]*?)(\s*)(<[^>]*>?)|(;)([^;=<>,"]+)(=)("(?:[^"\\]|\\.)*"|[^;,<>]*)|[^<>",;]+/g,
    (all: string, ...found: (string | undefined)[]) => {
      const [display, space, brackets, mark, name, equals, parameter] = found;
      if (brackets !== undefined) return `${who.words(display ?? '')}${space}${bracketed(brackets, who)}`;
      if (mark !== undefined) return who.params(`${mark}${name}${equals}${parameter}`);
      return who.text(all);
    },
  );
}

/** A URI of a scheme that is known here, or of one that may hold anything. */
function bracketed(text: string, who: Identities): string {
  return /^<\s*(?:sips?|tel|im|pres|xmpp|mailto|urn):/i.test(text) ? who.text(text) : who.opaque(text);
}

/** Content type without parameters, and its boundary. */
export function boundaryOf(type: string): string | undefined {
  const at = type.indexOf(';');
  return at === -1 ? undefined : paramOf(parseParams(type.slice(at)), 'boundary');
}
