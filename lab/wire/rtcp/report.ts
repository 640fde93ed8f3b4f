import { concat, mustFit, put32, put64, u24, u32, u64 } from '../bytes.ts';
import type { Fault } from '../fault.ts';
import { type RtcpFrame, rtcpFault, rtcpPacket } from './frame.ts';
import { type ReceiverReport, type ReceptionReport, RTCP, type SenderReport } from './packet.ts';

/*
 * RFC 3550 6.4.1: SSRC of sender, NTP timestamp (8), RTP timestamp, packet count, octet count, then RC report blocks
 * of 24 bytes, then the extension of a profile. RFC 3550 6.4.2: a receiver report lacks the sender's information.
 */
const SENDER_INFO = 24;
const BLOCK = 24;

export function decodeSenderReport(frame: RtcpFrame, faults: Fault[]): SenderReport | undefined {
  const { body } = frame;
  const blocks = decodeBlocks(frame, SENDER_INFO, faults);
  if (blocks === undefined) return undefined;
  return {
    type: 'SR',
    ssrc: u32(body, 0),
    ntp: u64(body, 4),
    rtpTimestamp: u32(body, 12),
    packetCount: u32(body, 16),
    octetCount: u32(body, 20),
    ...blocks,
  };
}

export function decodeReceiverReport(frame: RtcpFrame, faults: Fault[]): ReceiverReport | undefined {
  const blocks = decodeBlocks(frame, 4, faults);
  return blocks && { type: 'RR', ssrc: u32(frame.body, 0), ...blocks };
}

function decodeBlocks(
  { body, count, offset }: RtcpFrame,
  start: number,
  faults: Fault[],
): Pick<ReceiverReport, 'reports' | 'extension'> | undefined {
  const end = start + count * BLOCK;
  if (end > body.length) {
    faults.push(rtcpFault('rtcp/report', offset, `${count} report blocks need ${end} bytes, ${body.length} are there`));
    return undefined;
  }
  const reports: ReceptionReport[] = [];
  for (let at = start; at < end; at += BLOCK) {
    reports.push({
      ssrc: u32(body, at),
      fractionLost: body[at + 4] as number,
      cumulativeLost: (u24(body, at + 5) << 8) >> 8,
      highestSequence: u32(body, at + 8),
      jitter: u32(body, at + 12),
      lastSr: u32(body, at + 16),
      delaySinceLastSr: u32(body, at + 20),
    });
  }
  return { reports, extension: body.subarray(end) };
}

export function encodeSenderReport(report: SenderReport): Uint8Array {
  const head = new Uint8Array(SENDER_INFO);
  put32(head, 0, mustFit('SSRC', report.ssrc, 0xffffffff));
  put64(head, 4, report.ntp);
  put32(head, 12, mustFit('RTP timestamp', report.rtpTimestamp, 0xffffffff));
  put32(head, 16, mustFit('packet count', report.packetCount, 0xffffffff));
  put32(head, 20, mustFit('octet count', report.octetCount, 0xffffffff));
  return encodeReport(RTCP.SR, head, report);
}

export function encodeReceiverReport(report: ReceiverReport): Uint8Array {
  const head = new Uint8Array(4);
  put32(head, 0, mustFit('SSRC', report.ssrc, 0xffffffff));
  return encodeReport(RTCP.RR, head, report);
}

function encodeReport(packetType: number, head: Uint8Array, report: SenderReport | ReceiverReport): Uint8Array {
  const { reports, extension } = report;
  if (extension.length % 4 !== 0) throw new RangeError('the extension of a report is whole 32-bit words');
  const count = mustFit('number of report blocks', reports.length, 31);
  return rtcpPacket(packetType, count, concat([head, ...reports.map(encodeBlock), extension]));
}

function encodeBlock(report: ReceptionReport): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  put32(bytes, 0, mustFit('SSRC', report.ssrc, 0xffffffff));
  put32(bytes, 4, report.cumulativeLost & 0xffffff);
  bytes[4] = mustFit('fraction lost', report.fractionLost, 0xff);
  put32(bytes, 8, mustFit('highest sequence number', report.highestSequence, 0xffffffff));
  put32(bytes, 12, mustFit('jitter', report.jitter, 0xffffffff));
  put32(bytes, 16, mustFit('last SR', report.lastSr, 0xffffffff));
  put32(bytes, 20, mustFit('delay since last SR', report.delaySinceLastSr, 0xffffffff));
  return bytes;
}
