import { LabError } from '../errors.ts';
import { nameProblem } from './name.ts';

/** One record of the zone; owner and targets are absolute names without the final dot. */
export type ZoneRecord =
  | { readonly owner: string; readonly type: 'A'; readonly address: string }
  | {
      readonly owner: string;
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | {
      readonly owner: string;
      readonly type: 'NAPTR';
      readonly order: number;
      readonly preference: number;
      readonly flags: string;
      readonly services: string;
      readonly replacement: string;
    };

/** What a zone file says. SOA and NS are written from `nameserver`, whose address record is among the records. */
export interface Zone {
  /** `mcx.test` */
  readonly origin: string;
  /** Also the minimum of the SOA: how long a negative answer may be kept (RFC 2308 5). */
  readonly ttl: number;
  /** CoreDNS takes a changed file only when this number differs from the one it serves. */
  readonly serial: number;
  readonly nameserver: string;
  readonly records: readonly ZoneRecord[];
}

/** Everything that CoreDNS would refuse, or serve without use; empty for a good zone. */
export function zoneProblems(zone: Zone): string[] {
  const problems: string[] = [];
  const say = (problem: string | undefined): void => {
    if (problem !== undefined) problems.push(problem);
  };
  say(nameProblem(zone.origin, zone.origin));
  // RFC 2181 8: TTLs have 31 bits; RFC 1035 3.3.13: the serial has 32.
  say(numberProblem('TTL', zone.ttl, 0, 0x7fffffff));
  say(numberProblem('serial', zone.serial, 0, 0xffffffff));
  const withAddress = new Set(zone.records.filter(({ type }) => type === 'A').map(({ owner }) => owner.toLowerCase()));
  const inZone = (name: string): boolean => `.${name}`.toLowerCase().endsWith(`.${zone.origin}`.toLowerCase());
  if (!withAddress.has(zone.nameserver.toLowerCase())) say(`nameserver ${zone.nameserver} has no address in the zone`);
  const seen = new Set<string>();
  for (const record of zone.records) {
    const line = recordText(record).toLowerCase();
    if (seen.has(line)) say(`twice in the zone: ${recordText(record)}`);
    seen.add(line);
    say(nameProblem(record.owner, zone.origin));
    for (const problem of dataProblems(record)) say(problem);
    // RFC 2782: a target must have an address record; CoreDNS would answer with the bare SRV, and the caller gets no
    // further.
    if (record.type === 'SRV' && inZone(record.target) && !withAddress.has(record.target.toLowerCase())) {
      say(`${record.owner}: target ${record.target} has no address in the zone`);
    }
  }
  return problems;
}

function dataProblems(record: ZoneRecord): (string | undefined)[] {
  if (record.type === 'A') {
    const octets = record.address.split('.').map((octet) => (/^(0|[1-9]\d{0,2})$/.test(octet) ? Number(octet) : 256));
    const good = octets.length === 4 && octets.every((octet) => octet <= 255);
    return [good ? undefined : `${record.owner}: ${record.address} is no IPv4 address`];
  }
  if (record.type === 'SRV') {
    return [
      nameProblem(record.target),
      numberProblem(`${record.owner}: priority`, record.priority, 0, 0xffff),
      numberProblem(`${record.owner}: weight`, record.weight, 0, 0xffff),
      numberProblem(`${record.owner}: port`, record.port, 1, 0xffff),
    ];
  }
  const quotable = /^[A-Za-z0-9+]*$/;
  return [
    nameProblem(record.replacement),
    numberProblem(`${record.owner}: order`, record.order, 0, 0xffff),
    numberProblem(`${record.owner}: preference`, record.preference, 0, 0xffff),
    quotable.test(record.flags) ? undefined : `${record.owner}: flags ${JSON.stringify(record.flags)}`,
    quotable.test(record.services) ? undefined : `${record.owner}: services ${JSON.stringify(record.services)}`,
  ];
}

function numberProblem(what: string, value: number, from: number, to: number): string | undefined {
  return Number.isInteger(value) && value >= from && value <= to
    ? undefined
    : `${what} is ${value}, not ${from} to ${to}`;
}

/** One record in master-file form (RFC 1035 5.1, RFC 2782, RFC 3403 4.1), every name absolute. */
export function recordText(record: ZoneRecord): string {
  const owner = `${record.owner}.`;
  if (record.type === 'A') return `${owner} IN A ${record.address}`;
  if (record.type === 'SRV') {
    return `${owner} IN SRV ${record.priority} ${record.weight} ${record.port} ${record.target}.`;
  }
  const { order, preference, flags, services, replacement } = record;
  return `${owner} IN NAPTR ${order} ${preference} "${flags}" "${services}" "" ${replacement}.`;
}

/** The zone file. A zone that CoreDNS would refuse is refused here, with every reason at once. */
export function writeZone(zone: Zone): string {
  const problems = zoneProblems(zone);
  if (problems.length > 0) {
    throw new LabError('dns/zone', `the zone ${zone.origin} cannot be served: ${problems.join('; ')}`, {
      next: 'mend the names, addresses or ports of the agencies',
    });
  }
  // RFC 1035 3.3.13: refresh, retry and expire are for secondaries, and there are none.
  const soa = `${zone.nameserver}. hostmaster.${zone.origin}. ( ${zone.serial} 60 30 600 ${zone.ttl} )`;
  return [
    `$ORIGIN ${zone.origin}.`,
    `$TTL ${zone.ttl}`,
    `@ IN SOA ${soa}`,
    `@ IN NS ${zone.nameserver}.`,
    ...zone.records.map(recordText),
    '',
  ].join('\n');
}
