import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import type { ResolverConfig } from '../config.ts';
import type { KubernetesConfig } from '../corefile/load.ts';
import type { ZoneAnswer } from '../zone/lookup.ts';
import { isBelow } from '../zone/zone.ts';
import { pointer, reversedAddress } from './pointer.ts';

export type ServiceNames = ResolverConfig['services'];

/** `nobody`: not a name of this cluster, and the next plugin is to be asked. */
export type ServicesAnswer = ZoneAnswer | 'nobody';

const refuse: ServicesAnswer = 'nobody';

/**
 * The kubernetes plugin: Services by `<service>.<namespace>.svc.<zone>`, their ports by SRV, pods by dashed address,
 * reverse names. `name` keeps the letters of the question, because this plugin answers with them. `startedS` is the
 * serial of its SOA.
 */
export function lookupService(
  config: KubernetesConfig,
  services: ServiceNames,
  startedS: number,
  name: string,
  type: string,
): ServicesAnswer {
  const lower = name.toLowerCase();
  const zone = config.zones.filter((candidate) => isBelow(lower, candidate)).sort((a, b) => b.length - a.length)[0];
  if (zone === undefined) return refuse;
  const found = records(config, services, zone, name, type);
  if (found === undefined && config.fallthrough.some((through) => isBelow(lower, through))) return refuse;
  const soa = soaRecord(zone, name, config.ttl, startedS);
  if (lower === zone && type === 'SOA') return { ...empty(0, []), answers: [soa] };
  if (found === undefined) return empty(3, [soa]);
  if (found.answers.length === 0) return empty(0, [soa]);
  return { ...empty(0, []), ...found };
}

function empty(rcode: 0 | 3, authorities: readonly DnsRecord[]): ZoneAnswer {
  return { rcode, authoritative: true, answers: [], authorities, additionals: [] };
}

type Found = Pick<ZoneAnswer, 'answers' | 'additionals'>;
const noData: Found = { answers: [], additionals: [] };

/** undefined: there is no such name. */
function records(
  { ttl, pods }: KubernetesConfig,
  services: ServiceNames,
  zone: string,
  name: string,
  type: string,
): Found | undefined {
  const reversed = reversedAddress(name);
  if (reversed !== undefined) {
    const owners = services.filter(({ address }) => address === reversed);
    if (owners.length === 0 || type !== 'PTR') return undefined;
    return { ...noData, answers: owners.map((owner) => pointer(name, ttl, owner.name)) };
  }
  const labels = name
    .slice(0, -zone.length - 1)
    .toLowerCase()
    .split('.');
  const kind = labels.pop();
  // The zone itself and the names `svc` and `pod` are there, and empty.
  if (kind === '' || kind === undefined || (labels.length === 0 && (kind === 'svc' || kind === 'pod'))) return noData;
  if (kind !== 'svc' && kind !== 'pod') return undefined;
  const namespace = labels.pop();
  if (!services.some((service) => service.name.toLowerCase().split('.')[1] === namespace)) return undefined;
  const host = labels.pop();
  if (host === undefined) return noData;
  if (kind === 'pod') return pods === 'insecure' ? podRecord(host, name, type, ttl) : undefined;
  const full = `${host}.${namespace}.svc.${zone}`;
  const service = services.find((candidate) => candidate.name.toLowerCase() === full);
  return service === undefined ? undefined : serviceRecords(service, labels, name, type, ttl);
}

function serviceRecords(
  service: ServiceNames[number],
  labels: readonly string[],
  name: string,
  type: string,
  ttl: number,
): Found | undefined {
  const [portName, protocol] = labels.map((label) => label.replace(/^_/, ''));
  // One label more names an endpoint, three or more nothing at all.
  if (labels.length === 1 || labels.length > 2) return undefined;
  const ports = (service.ports ?? []).filter(
    (port) => labels.length === 0 || (port.name === portName && port.protocol.toLowerCase() === protocol),
  );
  if (labels.length === 2 && ports.length === 0) return undefined;
  const address: DnsRecord = { name, ttl, type: 'A', address: service.address };
  if (type === 'A') return { ...noData, answers: [address] };
  if (type !== 'SRV') return noData;
  // All ports have the same priority and share a weight of 100.
  const weight = Math.max(1, Math.floor(100 / Math.max(1, ports.length)));
  // The same port by UDP and by TCP makes one record, and counts twice for the weight.
  const numbers = [...new Set(ports.map(({ port }) => port))];
  return {
    answers: numbers.map((port) => ({ name, ttl, type: 'SRV', priority: 0, weight, port, target: service.name })),
    additionals: ports.length > 0 ? [{ ...address, name: service.name }] : [],
  };
}

/** `10-244-0-6.mcx.pod.cluster.local`: whatever address the name holds, without a look at the pods. */
function podRecord(host: string, name: string, type: string, ttl: number): Found | undefined {
  const match = /^(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})$/.exec(host);
  const octets = match?.slice(1).map(Number) ?? [];
  if (octets.length !== 4 || octets.some((octet) => octet > 255)) return undefined;
  return type === 'A' ? { ...noData, answers: [{ name, ttl, type: 'A', address: octets.join('.') }] } : noData;
}

function soaRecord(zone: string, name: string, ttl: number, serial: number): DnsRecord {
  const owner = name.slice(-zone.length);
  return {
    name: owner,
    ttl,
    type: 'SOA',
    mname: `ns.dns.${owner}`,
    rname: `hostmaster.${owner}`,
    serial,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  };
}
