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
export function borderName({ name, interconnectAddress }: DnsAgency, origin: string): string {
  return interconnectAddress === undefined ? `node-${name}.${origin}` : `border-${name}.${origin}`;
}

function agencyRecords(agency: DnsAgency, origin: string): ZoneRecord[] {
  const node = `node-${agency.name}.${origin}`;
  const border = borderName(agency, origin);
  const interconnect = `_sip._udp.${agency.interconnectDomain}`;
  const service = { type: 'SRV', priority: 10, weight: 50 } as const;
  const { interconnectAddress } = agency;
  return [
    { owner: node, type: 'A', address: agency.node },
    ...(interconnectAddress === undefined ? [] : [{ owner: border, type: 'A' as const, address: interconnectAddress }]),
    { ...service, owner: `_sip._udp.${agency.domain}`, port: agency.clientPort, target: node },
    {
      owner: agency.interconnectDomain,
      type: 'NAPTR',
      order: 10,
      preference: 10,
      flags: 's',
      services: 'SIP+D2U',
      replacement: interconnect,
    },
    { ...service, owner: interconnect, port: agency.interconnectPort, target: border },
  ];
}

/** The serial of a zone written now: seconds since the epoch, and always after the one before (RFC 1982 3.1). */
export function nextSerial(nowS: number, before?: number): number {
  const now = Math.floor(nowS) % 0x100000000;
  if (before === undefined) return now;
  const ahead = (now - before + 0x100000000) % 0x100000000;
  return ahead > 0 && ahead < 0x80000000 ? now : (before + 1) % 0x100000000;
}
