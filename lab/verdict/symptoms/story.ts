import type { Journey, Sighting, Timeline } from '../../capture/timeline.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { type SipFacts, sipFacts } from '../sip-facts.ts';
import { aliasesOf } from './aliases.ts';
import { type Host, Hosts, hostKey, senderOf } from './hosts.ts';

/** One SIP datagram from the host that sent it to the host that it arrived at. */
export interface SipHop {
  readonly message: SipMessage;
  readonly facts: SipFacts;
  readonly from: Host;
  readonly sent: Sighting;
  /** undefined: it arrived at no host that this capture stands at. */
  readonly to: Host | undefined;
  readonly received: Sighting | undefined;
}

/** One SIP datagram where it arrived, whether or not its sender was recorded. */
export interface SipArrival {
  readonly message: SipMessage;
  readonly facts: SipFacts;
  readonly host: Host;
  readonly sighting: Sighting;
}

/** What belongs to one Call-ID and caller's tag, in time order. */
export interface LegStory {
  readonly hops: SipHop[];
  readonly arrivals: SipArrival[];
}

/** A timeline told by hosts. */
export interface Story {
  readonly hosts: Hosts;
  readonly hops: readonly SipHop[];
  readonly arrivals: readonly SipArrival[];
  readonly legs: readonly LegStory[];
  /** Who sends SIP, and at whom it arrives: `hostKey`s. */
  readonly speakers: ReadonlySet<string>;
  readonly hearers: ReadonlySet<string>;
  /** Datagrams but SIP that were seen at their sender, by `address:port` that they were sent to. */
  readonly sentTo: ReadonlyMap<string, readonly Journey[]>;
  /** The same datagrams by `address:port` that they were sent from. */
  readonly sentFrom: ReadonlyMap<string, readonly Journey[]>;
  /** An address that stands in SDP, as the headers of this capture show it. */
  readonly seenAs: (address: string) => string;
}

const memo = new WeakMap<Timeline, Story>();

export function storyOf(timeline: Timeline): Story {
  const known = memo.get(timeline);
  if (known !== undefined) return known;
  const story = tell(timeline);
  memo.set(timeline, story);
  return story;
}

function tell(timeline: Timeline): Story {
  const hosts = new Hosts(timeline);
  const aliases = aliasesOf(timeline);
  const legs = new Map<string, LegStory>();
  const sentTo = new Map<string, Journey[]>();
  const sentFrom = new Map<string, Journey[]>();
  for (const journey of timeline.journeys) {
    const [first] = journey.sightings;
    if (first === undefined || first.content.protocol === 'icmp') continue;
    if (first.content.protocol !== 'sip') {
      if (senderOf(journey) === undefined) continue;
      push(sentTo, `${first.dst}:${first.dstPort}`, journey);
      push(sentFrom, `${first.src}:${first.srcPort}`, journey);
      continue;
    }
    const { message } = first.content;
    const facts = sipFacts(message);
    const leg = legs.get(facts.leg) ?? { hops: [], arrivals: [] };
    legs.set(facts.leg, leg);
    const arrival = hosts.arrivals(journey).at(-1);
    if (arrival !== undefined) leg.arrivals.push({ message, facts, ...arrival });
    const origin = senderOf(journey);
    if (origin === undefined) continue;
    const [to, received] = [arrival?.host, arrival?.sighting];
    leg.hops.push({ message, facts, from: origin.host, sent: origin.sighting, to, received });
  }
  const inTime = [...legs.values()].map(({ hops, arrivals }) => ({
    hops: hops.sort((a, b) => byTime(a.sent, b.sent)),
    arrivals: arrivals.sort((a, b) => byTime(a.sighting, b.sighting)),
  }));
  const hops = inTime.flatMap((leg) => leg.hops);
  const arrivals = inTime.flatMap((leg) => leg.arrivals);
  return {
    hosts,
    hops,
    arrivals,
    legs: inTime,
    speakers: new Set(hops.map(({ from }) => hostKey(from))),
    hearers: new Set(arrivals.map(({ host }) => hostKey(host))),
    sentTo,
    sentFrom,
    seenAs: (address) => aliases.get(address) ?? address,
  };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function byTime(a: Sighting, b: Sighting): number {
  return a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0;
}
