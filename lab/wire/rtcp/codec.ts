import { concat, mustFit } from '../bytes.ts';
import type { Decoded, Fault } from '../fault.ts';
import { decodeApp, encodeApp } from './app.ts';
import { decodeBye, encodeBye } from './bye.ts';
import { type RtcpFrame, rtcpFault, rtcpFrames, rtcpPacket } from './frame.ts';
import { RTCP, type RtcpPacket } from './packet.ts';
import { decodeReceiverReport, decodeSenderReport, encodeReceiverReport, encodeSenderReport } from './report.ts';
import { decodeSdes, encodeSdes } from './sdes.ts';

/** All packets of a datagram; one that is malformed inside its length leaves a fault and the rest stands. */
export function decodeRtcp(bytes: Uint8Array): Decoded<readonly RtcpPacket[]> {
  const faults: Fault[] = [];
  const packets: RtcpPacket[] = [];
  if (bytes.length === 0) faults.push(rtcpFault('rtcp/short', 0, 'an empty datagram'));
  for (const frame of rtcpFrames(bytes, faults)) {
    const packet = decodePacket(frame, faults);
    if (packet !== undefined) packets.push(packet);
  }
  return { value: packets.length === 0 ? undefined : packets, faults };
}

function decodePacket(frame: RtcpFrame, faults: Fault[]): RtcpPacket | undefined {
  switch (frame.packetType) {
    case RTCP.SR:
      return decodeSenderReport(frame, faults);
    case RTCP.RR:
      return decodeReceiverReport(frame, faults);
    case RTCP.SDES:
      return decodeSdes(frame, faults);
    case RTCP.BYE:
      return decodeBye(frame, faults);
    case RTCP.APP:
      return decodeApp(frame, faults);
    default:
      return { type: 'other', packetType: frame.packetType, count: frame.count, data: frame.body };
  }
}

/** A datagram of one or more packets; the order is the caller's (RFC 3550 6.1 wants a report first). */
export function encodeRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  return concat(packets.map(encodePacket));
}

function encodePacket(packet: RtcpPacket): Uint8Array {
  switch (packet.type) {
    case 'SR':
      return encodeSenderReport(packet);
    case 'RR':
      return encodeReceiverReport(packet);
    case 'SDES':
      return encodeSdes(packet);
    case 'BYE':
      return encodeBye(packet);
    case 'APP':
      return encodeApp(packet);
    case 'other':
      return rtcpPacket(packet.packetType, mustFit('RTCP count', packet.count, 31), packet.data);
  }
}
