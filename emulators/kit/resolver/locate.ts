import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import { parseSipUri, uriParam } from '../../../lab/wire/sip/uri.ts';
import type { LookupStatus } from './search.ts';

/** Where a request can be sent; in the order in which they are to be tried. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** `error` stands where there is no target: what was asked for and how it ended. */
export interface Located {
  readonly targets: readonly Target[];
  readonly error?: string;
}

export interface LookupResult {
  readonly status: LookupStatus;
  /** The absolute name that gave this answer: with a suffix of the search list where one was needed. */
  readonly name: string;
  /** Records of the type asked for; CNAMEs have been followed. */
  readonly records: readonly DnsRecord[];
}

export type Lookup = (name: string, type: 'A' | 'SRV' | 'NAPTR') => Promise<LookupResult>;

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * RFC 3263 4 for a client that speaks UDP alone: URI to addresses and ports. `random` (0 to 1) draws among SRV
 * weights.
 */
export async function locate(uri: string, lookup: Lookup, random: () => number): Promise<Located> {
  const parsed = parseSipUri(uri);
  if (parsed === undefined) return { targets: [], error: `not a SIP URI: ${uri}` };
  const { host, port } = parsed;
  // 4.1: a numeric TARGET needs no lookup; the default port of UDP is 5060 (RFC 3261 19.1.2).
  if (ipv4.test(host)) return { targets: [{ host, port: port ?? 5060 }] };
  if (host.includes(':')) return { targets: [], error: `no IPv6: ${uri}` };
  // 4.1, 4.2: a port in the URI takes NAPTR and SRV out of the way.
  if (port !== undefined) return addresses(host, port, lookup);
  const failures: string[] = [];
  const bySrv: Target[] = [];
  // 4.1: NAPTR chooses the transport; a transport parameter has chosen already.
  const services = uriParam(parsed, 'transport') === undefined ? await udpServices(host, lookup, failures) : [];
  for (const service of services) bySrv.push(...(await serviceTargets(service, lookup, random, failures)));
  // 4.1: no NAPTR, then SRV of each transport that the client speaks.
  if (bySrv.length === 0 && !services.includes(`_sip._udp.${host}.`))
    bySrv.push(...(await serviceTargets(`_sip._udp.${host}`, lookup, random, failures)));
  if (bySrv.length > 0) return { targets: bySrv };
  // 4.2: no SRV, then the address of the TARGET and the default port.
  const last = await addresses(host, 5060, lookup);
  return last.targets.length > 0 ? last : { targets: [], error: [...failures, last.error].join('; ') };
}

/** Names for SRV out of the NAPTR records: SIP over UDP with the flag `s`, by order, then preference (RFC 3263 4.1). */
async function udpServices(host: string, lookup: Lookup, failures: string[]): Promise<string[]> {
  const result = await lookup(host, 'NAPTR');
  if (result.status !== 'answer') failures.push(`NAPTR ${result.name}: ${result.status}`);
  return result.records
    .filter((record) => record.type === 'NAPTR')
    .filter(({ flags, services }) => flags.toLowerCase() === 's' && services.toUpperCase() === 'SIP+D2U')
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .map(({ replacement }) => `${replacement}.`);
}

async function serviceTargets(service: string, lookup: Lookup, random: () => number, failures: string[]) {
  const result = await lookup(service, 'SRV');
  if (result.status !== 'answer') failures.push(`SRV ${result.name}: ${result.status}`);
  const found: Target[] = [];
  for (const { target, port } of bySrvOrder(result.records, random)) {
    // RFC 2782: a target of "." says that the service is decidedly not available.
    if (target === '' || target === '.') continue;
    // The address is asked for even where an additional section carried it: what was used then stands in a packet of
    // its own.
    const { targets, error } = await addresses(`${target}.`, port, lookup);
    found.push(...targets);
    if (error !== undefined) failures.push(error);
  }
  return found;
}

async function addresses(host: string, port: number, lookup: Lookup): Promise<Located> {
  const result = await lookup(host, 'A');
  const targets = result.records.filter((r) => r.type === 'A').map(({ address }) => ({ host: address, port }));
  if (targets.length > 0) return { targets };
  return { targets, error: `A ${result.name}: ${result.status === 'answer' ? 'nodata' : result.status}` };
}

/**
 * RFC 2782: lowest priority first; within a priority a draw in proportion to the weights, weight 0 with a small
 * chance.
 */
export function bySrvOrder(records: readonly DnsRecord[], random: () => number) {
  const rest = records.filter((record) => record.type === 'SRV').sort((a, b) => a.priority - b.priority);
  const ordered: typeof rest = [];
  while (rest.length > 0) {
    const level = rest.filter(({ priority }) => priority === rest[0]?.priority).sort((a, b) => a.weight - b.weight);
    const total = level.reduce((sum, { weight }) => sum + weight, 0);
    const mark = Math.floor(random() * (total + 1));
    let sum = 0;
    const drawn = level.find(({ weight }) => {
      sum += weight;
      return sum >= mark;
    });
    if (drawn === undefined) break;
    ordered.push(drawn);
    rest.splice(rest.indexOf(drawn), 1);
  }
  return ordered;
}
