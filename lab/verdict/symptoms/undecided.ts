import type { Timeline } from '../../capture/timeline.ts';
import { isRequest } from '../legs.ts';
import { hostKey } from './hosts.ts';
import { type LegStory, type SipHop, type Story, storyOf } from './story.ts';

/**
 * Why a timeline without a symptom proves nothing, undefined when it does: there is no SIP in it, or one end of a leg was
 * not recorded. A client's end may be missing: every symptom shows between servers and edges.
 */
export function whyUndecided(timeline: Timeline): string | undefined {
  const story = storyOf(timeline);
  if (story.legs.length === 0) return 'there is no SIP in these files';
  if (story.hops.length === 0) return 'none of these files was recorded where SIP is sent';
  const flows = new Set(
    story.arrivals
      .filter(({ facts }) => isRequest(facts, 'REGISTER'))
      .map(({ sighting }) => `${sighting.src}:${sighting.srcPort}`),
  );
  for (const leg of story.legs) {
    const lost = neverArrived(leg, flows);
    if (lost === undefined || isForged(lost, story)) continue;
    const { src, dst, dstPort } = lost.sent;
    return `the ${lost.facts.method} from ${src} to ${dst}:${dstPort} is not recorded at its other end`;
  }
  return undefined;
}

/** A request of which no transmission arrives at a recorded host. */
function neverArrived({ hops }: LegStory, flows: ReadonlySet<string>): SipHop | undefined {
  const requests = hops.filter(({ facts }) => facts.status === 0 && facts.method !== 'ACK');
  const place = ({ facts, from }: SipHop) => `${facts.method} ${hostKey(from)}`;
  const arrived = new Set(requests.filter(({ to }) => to !== undefined).map(place));
  return requests.find((hop) => !arrived.has(place(hop)) && !flows.has(`${hop.sent.dst}:${hop.sent.dstPort}`));
}

/** Nothing ever comes to its sender, and SIP from that very address arrives from elsewhere: routers drop such packets on purpose. */
function isForged({ from }: SipHop, { hearers, arrivals }: Story): boolean {
  return !hearers.has(hostKey(from)) && arrivals.some(({ sighting }) => sighting.src === from.address);
}
