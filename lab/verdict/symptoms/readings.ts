import type { Sighting } from '../../capture/timeline.ts';
import { endpoints } from '../../wire/sdp/view.ts';
import { isAnswer, isRequest } from '../legs.ts';
import { sdpOf } from '../sip-facts.ts';
import { type Host, hostKey } from './hosts.ts';
import type { SipHop, Story } from './story.ts';

/** Somebody read an SDP: whose own address it carries, where the SIP seemed to come from, which ports it names. */
export interface Reading {
  readonly announcer: Host;
  readonly reader: Host;
  /** The source of the SIP as its reader saw it. */
  readonly signalledFrom: string;
  readonly address: string;
  readonly ports: readonly number[];
  readonly hop: SipHop;
  /** Long enough for a packet on the way back. */
  readonly flightNs: bigint;
}

/** What forwarding on one machine takes, and what the longest way between two agencies takes. */
const [leastFlightNs, mostFlightNs] = [5_000_000n, 100_000_000n];

/**
 * Several times what the SIP itself took between the same two hosts. A call whose media is lost soon falls silent, and its
 * capture may end shortly after the packets that were lost.
 */
function flightBack(sent: Sighting, received: Sighting): bigint {
  const generous = 4n * (received.timeNs - sent.timeNs);
  return generous < leastFlightNs ? leastFlightNs : generous > mostFlightNs ? mostFlightNs : generous;
}

/**
 * The SDP of INVITEs and their answers that crossed a translation of their source and carry the announcer's very own
 * address. Such SDP is usual (every UE behind a NAT sends it) and wrong only when somebody believes it.
 */
export function ownAddressReadings(story: Story): Reading[] {
  return story.hops.flatMap((hop) => {
    const { facts, from, sent, to, received } = hop;
    const carries = isRequest(facts, 'INVITE') || isAnswer(facts, 'INVITE', 180, 299);
    if (!carries || to === undefined || received === undefined || received.src === from.address) return [];
    // The control: this capture does show what arrives at that host.
    if (!story.hearers.has(hostKey(from))) return [];
    const sdp = sdpOf(hop.message);
    const own = sdp === undefined ? [] : endpoints(sdp).filter(({ address }) => story.seenAs(address) === from.address);
    if (own.length === 0) return [];
    const ports = own.flatMap(({ port, rtcpPort }) => (rtcpPort === undefined ? [port] : [port, rtcpPort]));
    const [signalledFrom, flightNs] = [received.src, flightBack(sent, received)];
    return [{ announcer: from, reader: to, signalledFrom, address: from.address, ports, hop, flightNs }];
  });
}
