import type { Sighting, Timeline } from '../../capture/timeline.ts';

/** RFC 792: port unreachable, told by the very host that the packet was for. Quoted addresses may be those of another side of a NAT. */
export function unreachableFrom(timeline: Timeline, packet: Sighting): Sighting | undefined {
  return timeline.sightings.find(({ content, src, dst, timeNs }) => {
    if (content.protocol !== 'icmp' || content.type !== 3 || content.code !== 3 || timeNs < packet.timeNs) return false;
    const { quoted } = content;
    const samePorts = quoted?.srcPort === packet.srcPort && quoted.dstPort === packet.dstPort;
    return samePorts && src === packet.dst && dst === packet.src;
  });
}
