import type { Journey, Timeline } from '../../capture/timeline.ts';
import { framesOf } from '../answers.ts';
import type { Finding } from './finding.ts';
import { senderOf } from './hosts.ts';
import { storyOf } from './story.ts';

/**
 * Datagrams for an exposed port are still translated to the address of a pod that got them before and is no more: they leave
 * the node again, for nobody. kube-proxy looks at flows of Services that have endpoints; without one, stale entries live on.
 */
export function detectPodGone(timeline: Timeline): Finding[] {
  const { hosts } = storyOf(timeline);
  /** By exposed address and port: the address behind it, and the last datagram that got there. */
  const behind = new Map<string, { readonly address: string; readonly journey: Journey }>();
  for (const journey of timeline.journeys) {
    const sender = senderOf(journey);
    const [last] = journey.sightings.slice(-1);
    if (sender === undefined || last === undefined || last.content.protocol === 'icmp') continue;
    const { dst, dstPort } = sender.sighting;
    const door = `${dst}:${dstPort}`;
    const arrival = hosts.arrivals(journey).at(-1);
    if (arrival !== undefined) {
      if (arrival.host.address !== dst) behind.set(door, { address: arrival.host.address, journey });
      continue;
    }
    const known = behind.get(door);
    if (known === undefined || last.dst !== known.address || !hosts.settled(last)) continue;
    return [
      {
        name: 'pod-gone',
        evidence: framesOf(...known.journey.sightings, ...journey.sightings),
        remedy:
          'K2: let the next pod be ready before the last one goes (maxUnavailable 0, maxSurge 1): kube-proxy forgets the flows to a pod that is gone only when the Service has an endpoint again',
        firstNs: last.timeNs,
      },
    ];
  }
  return [];
}
