import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import { isBelow, parent, recordsAt, type Zone } from './zone.ts';

/** What the file plugin says to a question in one of its zones. */
export interface ZoneAnswer {
  /** NOERROR 0, SERVFAIL 2, NXDOMAIN 3. */
  readonly rcode: 0 | 2 | 3;
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** Asks the whole server for the target of an alias that this zone does not hold. */
export type AskElsewhere = (name: string, type: string) => Promise<{ rcode: number; answers: readonly DnsRecord[] }>;

/** How many aliases are followed inside a zone before the answer is given as it stands. */
const maxAliases = 9;

/**
 * Answers a question (lower-case name, inside the zone) as CoreDNS's file plugin does: NS beside answers, SOA beside
 * denials.
 */
export async function lookup(zone: Zone, name: string, type: string, elsewhere: AskElsewhere): Promise<ZoneAnswer> {
  if (name === zone.origin && type === 'SOA') return positive(zone, [zone.soa]);
  // The name servers are the answer itself and do not stand beside it.
  if (name === zone.origin && type === 'NS')
    return { ...positive(zone, zone.ns), authorities: [], additionals: glue(zone, zone.ns) };
  const cut = delegation(zone, name);
  if (cut !== undefined) return { ...cut, authoritative: false, rcode: 0, answers: [] };
  if (zone.owners.has(name) || name === zone.origin) return atName(zone, name, type, elsewhere);
  const wild = wildcard(zone, name);
  if (wild === undefined) return negative(zone, zone.nodes.has(name) ? 0 : 3);
  // RFC 4592 3.3: the answer is made of the wildcard's records with the owner that was asked for.
  const owners = new Map(zone.owners).set(name, renamed(zone.owners.get(wild) ?? [], name));
  return atName({ ...zone, owners }, name, type, elsewhere);
}

async function atName(zone: Zone, name: string, type: string, elsewhere: AskElsewhere): Promise<ZoneAnswer> {
  const alias = recordsAt(zone, name, 'CNAME');
  if (alias.length > 0 && type !== 'CNAME') return follow(zone, alias, type, elsewhere);
  const found = recordsAt(zone, name, type);
  return found.length > 0 ? positive(zone, found) : negative(zone, 0);
}

/** Follows aliases: through this zone as long as it has the target, then elsewhere. */
async function follow(
  zone: Zone,
  first: readonly DnsRecord[],
  type: string,
  elsewhere: AskElsewhere,
): Promise<ZoneAnswer> {
  const answers = [...first];
  let target = targetOf(first);
  for (let hops = 0; hops <= maxAliases; hops += 1) {
    if (!zone.owners.has(target)) {
      const found = await elsewhere(target, type);
      answers.push(...found.answers);
      // RFC 6604 3: the code is that of the last name of the chain.
      if (found.rcode === 3) return { ...positive(zone, answers), rcode: 3, authorities: [zone.soa] };
      const empty = found.rcode === 0 && found.answers.length === 0;
      const authorities = empty ? [zone.soa] : zone.ns;
      return { ...positive(zone, answers), rcode: found.rcode === 2 ? 2 : 0, authorities };
    }
    const next = recordsAt(zone, target, 'CNAME');
    if (next.length === 0) return positive(zone, [...answers, ...recordsAt(zone, target, type)]);
    if (hops < maxAliases) answers.push(...next);
    target = targetOf(next);
  }
  return positive(zone, answers);
}

function targetOf(records: readonly DnsRecord[]): string {
  const [alias] = records;
  return alias?.type === 'CNAME' ? alias.target : '';
}

function positive(zone: Zone, answers: readonly DnsRecord[]): ZoneAnswer {
  return { rcode: 0, authoritative: true, answers, authorities: zone.ns, additionals: targetAddresses(zone, answers) };
}

/** RFC 2308 2: NXDOMAIN, or no data; the SOA says how long that may be kept. */
function negative(zone: Zone, rcode: 0 | 3): ZoneAnswer {
  return { rcode, authoritative: true, answers: [], authorities: [zone.soa], additionals: [] };
}

/** RFC 2782: addresses of SRV targets that lie in the zone, each target once. */
function targetAddresses(zone: Zone, answers: readonly DnsRecord[]): DnsRecord[] {
  const targets = new Set(answers.flatMap((record) => (record.type === 'SRV' ? [record.target.toLowerCase()] : [])));
  return [...targets].filter((target) => isBelow(target, zone.origin)).flatMap((target) => addresses(zone, target));
}

function glue(zone: Zone, servers: readonly DnsRecord[]): DnsRecord[] {
  return servers.flatMap((record) => (record.type === 'NS' ? addresses(zone, record.target) : []));
}

function addresses(zone: Zone, name: string): DnsRecord[] {
  return [...recordsAt(zone, name, 'A'), ...recordsAt(zone, name, 'AAAA')];
}

/** RFC 1034 4.3.2, 3b: name servers below the origin, at the name or above it, mean that somebody else answers. */
function delegation(zone: Zone, name: string): Pick<ZoneAnswer, 'authorities' | 'additionals'> | undefined {
  const path: string[] = [];
  for (let node = name; node !== zone.origin; node = parent(node)) path.unshift(node);
  for (const node of path) {
    const servers = recordsAt(zone, node, 'NS');
    if (servers.length > 0) return { authorities: servers, additionals: glue(zone, servers) };
  }
  return undefined;
}

/** RFC 4592 3.3.1: the wildcard below the closest name that is there, and no other. */
function wildcard(zone: Zone, name: string): string | undefined {
  if (zone.nodes.has(name)) return undefined;
  let encloser = parent(name);
  while (!zone.nodes.has(encloser)) encloser = parent(encloser);
  const candidate = `*.${encloser}`;
  return zone.nodes.has(candidate) ? candidate : undefined;
}

function renamed(records: readonly DnsRecord[], name: string): DnsRecord[] {
  return records.map((record) => ({ ...record, name }));
}
