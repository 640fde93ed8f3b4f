import { isIPv4 } from 'node:net';
import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { parseSipUri } from '../../lab/wire/sip/uri.ts';
import type { Target } from '../kit/resolver/locate.ts';
import type { Peer } from '../kit/udp.ts';
import type { AgencyConfig } from './config.ts';
import { hostOf } from './identity.ts';
import type { Binding } from './registrar.ts';

/** Where a request goes: the Route header values that it carries and the first hop that it is sent to. */
export interface NextHop {
  readonly routes: readonly string[];
  readonly to: Peer;
}

/** RFC 3263; `resolveUri` of the kit's resolver client. */
export interface Locator {
  resolveUri(uri: string): Promise<{ readonly targets: readonly Target[]; readonly error?: string }>;
}

/** RFC 3261 8.1.2: the first Route where there is one, else the Request-URI, is resolved and sent to. */
export function firstHopUri(requestUri: string, routes: readonly string[]): string {
  const top = routes[0];
  return (top === undefined ? undefined : parseNameAddr(top)?.uri) ?? requestUri;
}

/** A URI whose host is an address needs nobody to be asked. */
export function numericPeer(uri: string): Peer | undefined {
  const parsed = parseSipUri(uri);
  if (parsed === undefined || !isIPv4(parsed.host)) return undefined;
  return { host: parsed.host, port: parsed.port ?? 5060 };
}

/** The domain that RFC 3263 resolves for a PSI; undefined where it belongs to no partner of ours. */
export function partnerDomain(psi: string, partners: AgencyConfig['interconnect']['partners']): string | undefined {
  const host = hostOf(psi);
  return partners.find((p) => [p.domain, p.interconnectDomain].some((domain) => domain.toLowerCase() === host))
    ?.interconnectDomain;
}

/** A server behind an edge names it as the first hop; the second is what the partner's names resolved to. */
export function crossingRoutes(edge: string, partner: Target): string[] {
  return [`<${edge};lr>`, `<sip:${partner.host}:${partner.port};lr>`];
}

/** Finds next hops for what this server sends of its own accord. */
export class Router {
  readonly #config: Pick<AgencyConfig, 'edge' | 'interconnect'>;
  readonly #locator: Locator;

  constructor(config: Pick<AgencyConfig, 'edge' | 'interconnect'>, locator: Locator) {
    this.#config = config;
    this.#locator = locator;
  }

  /** RFC 3327 5.4: the stored Path is the Route; without one the Contact itself is the way. */
  async toClient(binding: Binding): Promise<NextHop | undefined> {
    const to = await this.peerOf(firstHopUri(binding.contact, binding.path));
    return to && { routes: binding.path, to };
  }

  /** The partner's interconnect domain by RFC 3263, through the edge or past it. */
  async toPartner(psi: string): Promise<NextHop | undefined> {
    const { edge, interconnect } = this.#config;
    const domain = partnerDomain(psi, interconnect.partners);
    if (domain === undefined) return undefined;
    const [partner] = (await this.#locator.resolveUri(`sip:${domain}`)).targets;
    if (partner === undefined) return undefined;
    if (interconnect.nextHop === 'direct') return { routes: [], to: partner };
    const to = await this.peerOf(edge);
    return to && { routes: crossingRoutes(edge, partner), to };
  }

  /** Where a URI points; numeric ones at once. */
  async peerOf(uri: string): Promise<Peer | undefined> {
    return numericPeer(uri) ?? (await this.#locator.resolveUri(uri)).targets[0];
  }
}
