import { Addresses } from './addresses.ts';
import { Pseudonyms } from './pseudonyms.ts';

/** Labels of names that belong to protocols, to Kubernetes or to nobody (RFC 6761): they tell who speaks, not who it is. */
const publicLabels = new Set(
  ['svc', 'cluster', 'local', 'test', 'example', 'invalid', 'localhost', 'arpa', 'in-addr', 'ip6'].concat([
    '_sip',
    '_sips',
    '_udp',
    '_tcp',
    '_tls',
  ]),
);

/** URI and header parameters whose values are of the protocol. */
const plainParams = new Set(
  'transport user method ttl lr expires q comp cause rport isfocus refresher reason id index text'.split(' '),
);

const uri = String.raw`(?<scheme>sips?|tel|im|pres|xmpp|mailto)(?<colon>:|%3[aA])(?<rest>[^\s<>"',]+)`;
const mac = `(?<![0-9A-Fa-f:])(?<mac>(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})(?![0-9A-Fa-f:])`;
const ipv4 = String.raw`(?<![\d.])(?<ipv4>\d{1,3}(?:\.\d{1,3}){3})(?![\d]|\.\d)`;
const ipv6 = String.raw`(?<![0-9A-Za-z:.])(?<ipv6>(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:\d{0,3}\.\d+\.\d+\.\d+)?)(?![0-9A-Za-z:])`;
const revealing = new RegExp([uri, mac, ipv4, ipv6].join('|'), 'gi');
const dotted = /(?<![\w.-])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?![\w-])/g;

/** What one redaction replaces, by what, and what it met: all files of it share one of these. */
export class Identities {
  readonly pseudonyms: Pseudonyms;
  readonly addresses: Addresses;
  /** Whole identities, names and addresses of the originals, and what stands for them. */
  readonly originals = new Set<string>();
  readonly replacements = new Set<string>();
  /** Names of places of the lab itself (`a-stranger`): who is called so is nobody, and questions ask for them by name. */
  readonly #roles: ReadonlySet<string>;

  constructor(key: string, roles: Iterable<string> = []) {
    this.#roles = new Set(roles);
    this.pseudonyms = new Pseudonyms(key);
    this.addresses = new Addresses(this.pseudonyms);
  }

  /** Whether something made up is something real: then another key is wanted. */
  get clash(): boolean {
    return [...this.replacements].some((made) => this.originals.has(made));
  }

  /** Text of a message: URIs, addresses and Ethernet addresses wherever they stand. */
  text(text: string): string {
    return text.replace(revealing, (found: string, ...rest: unknown[]) => {
      const groups = rest.at(-1) as Record<string, string | undefined>;
      if (groups.rest !== undefined) return `${groups.scheme}${groups.colon}${this.#rest(groups.rest)}`;
      if (groups.mac !== undefined) return this.#mac(groups.mac);
      return this.address(found) ?? found;
    });
  }

  /** Whether there is a URI or an address in it. */
  reveals(text: string): boolean {
    return text.search(revealing) !== -1;
  }

  /** Text of people and programs: names of hosts that messages named, too. */
  prose(text: string): string {
    return this.text(text).replace(dotted, (name) => (this.originals.has(name.toLowerCase()) ? this.host(name) : name));
  }

  words(text: string): string {
    return this.pseudonyms.words(text);
  }

  /** An IP address in its own spelling; undefined for what is none. */
  address(text: string): string | undefined {
    const made = this.addresses.text(text);
    return made === undefined || made === text ? made : this.#note(text, made);
  }

  #mac(text: string): string {
    const bytes = Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16));
    return [...this.addresses.mac(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  }

  /** A name label by label, or an address, with or without the brackets of IPv6. */
  host(text: string): string {
    const plain = /^\[(.*)\]$/.exec(text)?.[1];
    if (plain !== undefined) return `[${this.address(plain) ?? this.words(plain)}]`;
    const reversed = this.#reversed(text);
    if (reversed !== undefined) return reversed;
    const made =
      this.address(text) ??
      text
        .split('.')
        .map((label) => this.label(label))
        .join('.');
    // Single labels are words; what identifies is a name with its domain.
    return text.includes('.') && made !== text ? this.#note(text, made) : made;
  }

  label(label: string): string {
    return publicLabels.has(label.toLowerCase()) ? label : this.words(label);
  }

  /** RFC 1035 3.5: an address backwards. */
  #reversed(text: string): string | undefined {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(\.in-addr\.arpa\.?)$/i.exec(text);
    if (match === null) return undefined;
    const [, d, c, b, a, zone] = match;
    const made = this.address(`${a}.${b}.${c}.${d}`);
    return made === undefined ? undefined : `${made.split('.').reverse().join('.')}${zone}`;
  }

  /** `user@host:port;params?headers` of a URI, or a number. */
  #rest(rest: string): string {
    const end = rest.search(/[;?]/);
    const at = rest.lastIndexOf('@', rest.indexOf('?') === -1 ? rest.length : rest.indexOf('?'));
    const tail = at === -1 ? end : nextOf(rest, at);
    const [location, params] = tail === -1 ? [rest, ''] : [rest.slice(0, tail), rest.slice(tail)];
    const name = location.slice(0, Math.max(0, at));
    const user = at === -1 ? '' : `${this.#roles.has(name) ? name : this.words(name)}@`;
    const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(.*)$/.exec(location.slice(at + 1)) ?? [];
    const made = `${user}${this.host(host)}${port}`;
    if (at !== -1) this.#note(location, made);
    return `${made}${this.params(params)}`;
  }

  /** `;name=value?header=value`: values of the protocol stay, what else they hold is replaced. */
  params(text: string): string {
    return text.replace(/([;?&])([^;?&=]+)=("[^"]*"|[^;?&]*)/g, (_, mark: string, name: string, value: string) => {
      return `${mark}${name}=${plainParams.has(name.trim().toLowerCase()) ? value : this.value(value)}`;
    });
  }

  value(value: string): string {
    // Names of services and classes (RFC 6050, RFC 3840), numbers and yes or no are of the protocol.
    if (/^"?(?:<)?urn(?::|%3a)urn-7|^"?#?[+-]?\d{0,6}(?:\.\d{1,3})?"?$|^"?(?:true|false|yes|no)"?$/i.test(value))
      return value;
    const host = /^(")?([^"]*)"?$/.exec(value);
    const made = host?.[2] === undefined ? undefined : this.address(host[2]);
    if (made !== undefined) return value.replace(host?.[2] ?? '', made);
    return this.opaque(value);
  }

  /** What may say anything: URIs and addresses as such, all that stands beside them word by word. */
  opaque(text: string): string {
    let made = '';
    let at = 0;
    for (const { 0: found, index } of text.matchAll(revealing)) {
      made += this.words(text.slice(at, index)) + this.text(found);
      at = index + found.length;
    }
    return made + this.words(text.slice(at));
  }

  #note(original: string, made: string): string {
    // `sip:a-stranger@invalid`: a name of the lab's own at a host that is nobody's.
    if (original === made) return made;
    this.originals.add(original.toLowerCase());
    this.replacements.add(made.toLowerCase());
    return made;
  }
}

function nextOf(text: string, from: number): number {
  const offset = text.slice(from).search(/[;?]/);
  return offset === -1 ? -1 : from + offset;
}
