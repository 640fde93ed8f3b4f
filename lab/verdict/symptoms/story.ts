import type { Journey, Sighting, Timeline } from '../../capture/timeline.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { type SipFacts, sipFacts } from '../sip-facts.ts';
import { type Host, Hosts, senderOf } from './hosts.ts';

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

export interface Story {
  readonly hosts: Hosts;
  readonly hops: readonly SipHop[];
  /** Datagrams seen at their sender, by `address:port` that they were sent to. */
  readonly sentTo: ReadonlyMap<string, readonly Journey[]>;
}

const memo = new WeakMap<Timeline, Story>();

export function storyOf(timeline: Timeline): Story {
  const known = memo.get(timeline);
  if (known !== undefined) return known;
  const hosts = new Hosts(timeline);
  const hops: SipHop[] = [];
  const sentTo = new Map<string, Journey[]>();
  for (const journey of timeline.journeys) {
    const origin = senderOf(journey);
    if (origin === undefined) continue;
    const { content, dst, dstPort } = origin.sighting;
    if (content.protocol === 'sip') {
      const arrival = hosts.arrivals(journey).at(-1);
      hops.push({
        message: content.message,
        facts: sipFacts(content.message),
        from: origin.host,
        sent: origin.sighting,
        to: arrival?.host,
        received: arrival?.sighting,
      });
    } else if (content.protocol !== 'icmp') {
      const place = `${dst}:${dstPort}`;
      const list = sentTo.get(place);
      if (list === undefined) sentTo.set(place, [journey]);
      else list.push(journey);
    }
  }
  hops.sort((a, b) => (a.sent.timeNs < b.sent.timeNs ? -1 : a.sent.timeNs > b.sent.timeNs ? 1 : 0));
  const story = { hosts, hops, sentTo };
  memo.set(timeline, story);
  return story;
}
