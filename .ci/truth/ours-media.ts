import type { ReceptionReport, RtcpPacket } from '../../lab/wire/rtcp/packet.ts';
import type { RtpPacket } from '../../lab/wire/rtp/packet.ts';
import { FactList, type Facts } from './fields.ts';

export function rtpFacts(packet: RtpPacket): Facts {
  const { marker, payloadType, sequenceNumber, timestamp, ssrc, csrcs } = packet;
  return new FactList()
    .add('rtp.marker', Number(marker))
    .add('rtp.p_type', payloadType)
    .add('rtp.seq', sequenceNumber)
    .add('rtp.timestamp', timestamp)
    .add('rtp.ssrc', ssrc)
    .add('rtp.csrc.item', ...csrcs).facts;
}

const TYPES = { SR: 200, RR: 201, SDES: 202, BYE: 203, APP: 204 };

export function rtcpFacts(packets: readonly RtcpPacket[]): Facts {
  const list = new FactList();
  for (const packet of packets) {
    list.add('rtcp.pt', packet.type === 'other' ? packet.packetType : TYPES[packet.type]);
    switch (packet.type) {
      case 'SR':
        list.add('rtcp.senderssrc', packet.ssrc);
        list.add('rtcp.timestamp.ntp.msw', Number(packet.ntp >> 32n));
        list.add('rtcp.timestamp.ntp.lsw', Number(packet.ntp & 0xffffffffn));
        list.add('rtcp.timestamp.rtp', packet.rtpTimestamp);
        list.add('rtcp.sender.packetcount', packet.packetCount);
        list.add('rtcp.sender.octetcount', packet.octetCount);
        addReports(list, packet.reports);
        break;
      case 'RR':
        list.add('rtcp.senderssrc', packet.ssrc);
        addReports(list, packet.reports);
        break;
      case 'SDES':
        list.add('rtcp.ssrc.identifier', ...packet.chunks.map(({ ssrc }) => ssrc));
        for (const { items } of packet.chunks)
          list.add('rtcp.sdes.text', ...items.map(({ value }) => new TextDecoder().decode(value)));
        break;
      case 'BYE':
        list.add('rtcp.ssrc.identifier', ...packet.ssrcs);
        // Wireshark has no name of its own for the reason.
        if (packet.reason !== undefined) list.add('rtcp.sdes.text', new TextDecoder().decode(packet.reason));
        break;
      case 'APP':
        list.add('rtcp.app.subtype', packet.subtype).add('rtcp.ssrc.identifier', packet.ssrc);
        list.add('rtcp.app.name', packet.name);
        break;
      case 'other':
        break;
    }
  }
  return list.facts;
}

function addReports(list: FactList, reports: readonly ReceptionReport[]): void {
  for (const report of reports) {
    list.add('rtcp.ssrc.identifier', report.ssrc);
    list.add('rtcp.ssrc.fraction', report.fractionLost);
    list.add('rtcp.ssrc.cum_nr', report.cumulativeLost);
    list.add('rtcp.ssrc.ext_high', report.highestSequence);
    list.add('rtcp.ssrc.jitter', report.jitter);
    list.add('rtcp.ssrc.lsr', report.lastSr);
    list.add('rtcp.ssrc.dlsr', report.delaySinceLastSr);
  }
}
