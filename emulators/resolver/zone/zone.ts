import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import { ZoneFileError } from './master-file.ts';

export type SoaRecord = Extract<DnsRecord, { type: 'SOA' }>;

/** A zone ready to be asked: records by owner, and every name that has something at or below it. */
export interface Zone {
  readonly origin: string;
  readonly soa: SoaRecord;
  readonly ns: readonly DnsRecord[];
  /** Lower-case owner to its records; SOA and NS of the origin stand apart. */
  readonly owners: ReadonlyMap<string, readonly DnsRecord[]>;
  /** Owners and all names above them up to the origin: those without records are empty non-terminals. */
  readonly nodes: ReadonlySet<string>;
}

/** Sorts records into a zone. Without a SOA there is no zone (CoreDNS: "has no SOA record for origin"). */
export function buildZone(records: readonly DnsRecord[], origin: string): Zone {
  const owners = new Map<string, DnsRecord[]>();
  const nodes = new Set<string>([origin]);
  const ns: DnsRecord[] = [];
  let soa: SoaRecord | undefined;
  for (const record of records) {
    const name = record.name.toLowerCase();
    // Owners of SRV records keep their letters in answers, as they do in CoreDNS.
    const kept = record.type === 'SRV' ? record : { ...record, name };
    if (kept.type === 'SOA') {
      soa = kept;
    } else if (kept.type === 'NS' && name === origin) {
      ns.push(kept);
    } else if (isBelow(name, origin)) {
      owners.set(name, [...(owners.get(name) ?? []), kept]);
      for (let node = name; node !== origin && !nodes.has(node); node = parent(node)) nodes.add(node);
    }
  }
  if (soa === undefined) throw new ZoneFileError(1, `file has no SOA record for origin ${origin}.`);
  return { origin, soa, ns, owners, nodes };
}

/** The records of one type at one name. */
export function recordsAt(zone: Zone, name: string, type: string): DnsRecord[] {
  const other = /^TYPE(\d+)$/.exec(type);
  const number = type === 'TXT' ? 16 : Number(other?.[1] ?? -1);
  const here = zone.owners.get(name) ?? [];
  return here.filter((record) => (record.type === 'other' ? record.number === number : record.type === type));
}

/** At or below; every name is below the root. */
export function isBelow(name: string, origin: string): boolean {
  return origin === '.' || name === origin || name.endsWith(`.${origin}`);
}

export function parent(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '.' : name.slice(dot + 1);
}
