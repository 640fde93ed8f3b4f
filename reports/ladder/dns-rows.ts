import type { Sighting, Timeline } from '../../lab/capture/timeline.ts';
import type { Topology } from '../../lab/verdict/topology.ts';
import { type DnsMessage, type DnsRecord, rcodeName } from '../../lab/wire/dns/message.ts';
import { destination, source } from './path.ts';
import { evidenceOf, type Row } from './row.ts';

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
    const notes = asked.map((query) => ({ query, answer: here.find((one) => answers(one, query)), searched: [] }));
    return foldSearches(notes).map((note) => rowOf(tap.place, note));
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

interface Note {
  readonly query: Seen;
  readonly answer: Seen | undefined;
  /** Denied names of the search list that were asked on the way to this one. */
  readonly searched: readonly Note[];
}

/** Names of one search follow each other so closely. */
const searchNs = 100_000_000;

/**
 * A stub resolver with a search list asks for `edge.mcx` and for `edge.mcx.svc.cluster.local` and so on: denials on
 * the way to one answer are one note with it, whichever came first.
 */
function foldSearches(notes: readonly Note[]): Note[] {
  const folded: Note[] = [];
  for (const note of notes) {
    const searched: Note[] = [];
    for (let last = folded.at(-1); last !== undefined && isSearch(last, note); last = folded.at(-1)) {
      searched.push(last);
      folded.pop();
    }
    const before = folded.at(-1);
    if (before !== undefined && isSearch(note, before)) {
      folded[folded.length - 1] = { ...before, searched: [...before.searched, note] };
    } else {
      folded.push({ ...note, searched });
    }
  }
  return folded;
}

/** A denied name that is the other one with a suffix, asked for about then. */
function isSearch(suffixed: Note, plain: Note): boolean {
  const [one, other] = [suffixed, plain].map(({ query }) => query.message.questions[0]);
  const apart = Number(suffixed.query.sighting.timeNs - plain.query.sighting.timeNs);
  if (suffixed.answer?.message.rcode !== 3 || Math.abs(apart) > searchNs) return false;
  if (one === undefined || other === undefined || one.type !== other.type || other.name === '.') return false;
  return one.name.toLowerCase().startsWith(`${other.name.toLowerCase()}.`);
}

function rowOf(place: string, { query, answer, searched }: Note): Row {
  const { sighting, message } = query;
  const [question] = message.questions;
  const asked = `${question?.type ?? ''} ${question?.name ?? ''}`;
  const reply = answer?.message;
  const found = reply?.answers.map(data).join(', ');
  const told = reply === undefined ? 'no answer' : found || (reply.rcode === 0 ? 'no data' : rcodeName(reply.rcode));
  const also = searched.length === 0 ? '' : ` (and ${searched.length} of the search list)`;
  return {
    timeNs: sighting.timeNs,
    untilNs: answer?.sighting.timeNs ?? sighting.timeNs,
    count: 1,
    kind: reply?.rcode === 0 ? 'dns' : 'denial',
    label: `${asked} → ${told}${also}`,
    path: { from: place, to: place, lost: false, translations: [] },
    details: `DNS · ${source(sighting)} asks ${destination(sighting)}`,
    evidence: evidenceOf([query, ...(answer === undefined ? [] : [answer])].map((one) => one.sighting)),
    more: evidenceOf(searched.flatMap((one) => [one.query.sighting, ...(one.answer ? [one.answer.sighting] : [])])),
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
