import type { Zone, ZoneRecord } from './zone.ts';

/** What the zone needs to know of an agency; a topology's agencies are such. */
export interface DnsAgency {
  /** `a`: its node is `node-a` in the zone. */
  readonly name: string;
  /** `a.mcx.test` */
  readonly domain: string;
  /** `ic.a.mcx.test` */
  readonly interconnectDomain: string;
  /** Address of the node that shows the agency's node ports. */
  readonly node: string;
  readonly clientPort: number;
  readonly interconnectPort: number;
  /** Where partners find the border, when it is not the node: pods that are routed on purpose. */
  readonly interconnectAddress?: string | undefined;
  /** Names of other borders that the agency has, or may have: the zone need not change when it takes another one. */
  readonly otherBorders?: readonly DnsBorder[];
}

/** What partners may be told of: a name, and the port behind it at the node or at an address of its own. */
export interface DnsBorder {
  /** `ic.a.mcx.test` */
  readonly domain: string;
  readonly port: number;
  readonly address?: string | undefined;
}

export function bordersOf(agency: DnsAgency): readonly DnsBorder[] {
  const { interconnectDomain, interconnectPort, interconnectAddress, otherBorders = [] } = agency;
  return [{ domain: interconnectDomain, port: interconnectPort, address: interconnectAddress }, ...otherBorders];
}

export interface ZoneOptions {
  /** `mcx.test` */
  readonly origin: string;
  /** Address of the Service that answers for the zone. */
  readonly nameserver: string;
  readonly serial: number;
  /** Short, so that a change is seen at once and no negative answer outlives a remedy. */
  readonly ttl: number;
}

/**
 * The names by which agencies find each other (RFC 3263): SRV because a node port is not 5060, and NAPTR between
 * agencies. Clients and partner agencies have different ports at the same node, so each has a service name of its
 * own.
 */
export function agencyZone(agencies: readonly DnsAgency[], options: ZoneOptions): Zone {
  const { origin } = options;
  const nameserver = `ns.${origin}`;
  return {
    origin,
    ttl: options.ttl,
    serial: options.serial,
    nameserver,
    records: [
      { owner: nameserver, type: 'A', address: options.nameserver },
      ...agencies.flatMap((agency) => agencyRecords(agency, origin)),
    ],
  };
}

/** The name of the host that a partner's INVITE goes to. */
export function borderName({ name }: DnsAgency, { address }: DnsBorder, origin: string): string {
  return address === undefined ? `node-${name}.${origin}` : `border-${name}.${origin}`;
}

const service = { type: 'SRV', priority: 10, weight: 50 } as const;

function agencyRecords(agency: DnsAgency, origin: string): ZoneRecord[] {
  const node = `node-${agency.name}.${origin}`;
  return [
    { owner: node, type: 'A', address: agency.node },
    { ...service, owner: `_sip._udp.${agency.domain}`, port: agency.clientPort, target: node },
    ...bordersOf(agency).flatMap((border) => borderRecords(agency, border, origin)),
  ];
}

function borderRecords(agency: DnsAgency, border: DnsBorder, origin: string): ZoneRecord[] {
  const { domain, port, address } = border;
  const target = borderName(agency, border, origin);
  const replacement = `_sip._udp.${domain}`;
  return [
    ...(address === undefined ? [] : [{ owner: target, type: 'A' as const, address }]),
    {
      owner: domain,
      type: 'NAPTR',
      order: 10,
      preference: 10,
      flags: 's',
      services: 'SIP+D2U',
      replacement,
    },
    { ...service, owner: replacement, port, target },
  ];
}

/** The serial of a zone written now: seconds since the epoch, and always after the one before (RFC 1982 3.1). */
export function nextSerial(nowS: number, before?: number): number {
  const now = Math.floor(nowS) % 0x100000000;
  if (before === undefined) return now;
  const ahead = (now - before + 0x100000000) % 0x100000000;
  return ahead > 0 && ahead < 0x80000000 ? now : (before + 1) % 0x100000000;
}
