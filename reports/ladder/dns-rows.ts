import type { Sighting, Timeline } from '../../lab/capture/timeline.ts';
import type { Topology } from '../../lab/verdict/topology.ts';
import { type DnsMessage, type DnsRecord, rcodeName } from '../../lab/wire/dns/message.ts';
import { destination, source } from './path.ts';
import type { Row } from './row.ts';

/** A question and its answer, where it was asked: one note. What resolvers ask among themselves is left out. */
export function dnsRows(timeline: Timeline, topology: Topology): Row[] {
  const resolvers = new Set(topology.agencies.map(({ resolver }) => resolver));
  const askers = topology.taps.filter(
    ({ kind, addresses }) => kind === 'pod' && !addresses.some((one) => resolvers.has(one)),
  );
  return askers.flatMap((tap) => {
    const here = timeline.sightings.flatMap((sighting) =>
      sighting.tap === tap.name && sighting.content.protocol === 'dns'
        ? [{ sighting, message: sighting.content.message }]
        : [],
    );
    const asked = here.filter(({ sighting, message }) => !message.response && tap.addresses.includes(sighting.src));
    return asked.map(({ sighting, message }) => {
      const answer = here.find((one) => answers(one, { sighting, message }));
      return noteOf(tap.place, { sighting, message }, answer?.message, answer?.sighting);
    });
  });
}

interface Seen {
  readonly sighting: Sighting;
  readonly message: DnsMessage;
}

function answers(answer: Seen, query: Seen): boolean {
  return (
    answer.message.response &&
    answer.message.id === query.message.id &&
    destination(answer.sighting) === source(query.sighting) &&
    answer.sighting.timeNs >= query.sighting.timeNs
  );
}

function noteOf(
  place: string,
  { sighting, message }: Seen,
  answer: DnsMessage | undefined,
  at: Sighting | undefined,
): Row {
  const [question] = message.questions;
  const asked = `${question?.type ?? ''} ${question?.name ?? ''}`;
  const found = answer?.answers.map(data).join(', ');
  const told = answer === undefined ? 'no answer' : found || (answer.rcode === 0 ? 'no data' : rcodeName(answer.rcode));
  return {
    timeNs: sighting.timeNs,
    untilNs: at?.timeNs ?? sighting.timeNs,
    count: 1,
    kind: answer === undefined || answer.rcode !== 0 ? 'denial' : 'dns',
    label: `${asked} → ${told}`,
    path: { from: place, to: place, lost: false, translations: [] },
    details: `DNS · ${source(sighting)} asks ${destination(sighting)}`,
    evidence: [sighting, ...(at === undefined ? [] : [at])].map(({ tap, frame }) => ({ tap, frame })),
  };
}

function data(record: DnsRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.address;
    case 'SRV':
      return `${record.target}:${record.port}`;
    case 'NAPTR':
      return `${record.services} ${record.replacement}`;
    case 'NS':
    case 'CNAME':
      return record.target;
    default:
      return record.type;
  }
}
