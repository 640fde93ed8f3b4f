/**
 * What is compared of a packet, by Wireshark's names of fields: each name has as many values as the packet has of it, in the
 * order of the wire. A name that a packet does not have is absent.
 */
export type Facts = { [field: string]: readonly string[] };

export type Protocol = 'sip' | 'rtp' | 'floor' | 'rtcp' | 'dns' | 'icmp' | 'other';

/** One packet as one side sees it. */
export interface Packet {
  readonly protocol: Protocol;
  readonly facts: Facts;
  /** This side finds the packet broken: what it makes of the rest means nothing. */
  readonly broken: boolean;
}

const TEXTS = [
  ...['frame.time_epoch', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'],
  ...['sip.Method', 'sip.r-uri', 'sip.Call-ID', 'sip.CSeq.method', 'sip.Via.branch', 'sip.Via.sent-by.address'],
  ...['sip.contact.uri', 'sip.Route.uri', 'sip.Record-Route.uri', 'sip.from.tag', 'sip.to.tag'],
  ...['sdp.owner.address', 'sdp.connection_info.address', 'sdp.media.media', 'sdp.media.proto'],
  ...['rtcp.sdes.text', 'rtcp.app.name', 'rtcp.mcptt.granted_partys_id', 'rtcp.app_data.mcptt.user_id'],
  ...['rtcp.mcptt.queued_user_id', 'rtcp.mcptt.rej_phrase', 'rtcp.mcptt.participant_type', 'rtcp.mcptt.func_alias'],
  ...['dns.qry.name', 'dns.resp.name', 'dns.a', 'dns.aaaa', 'dns.ns', 'dns.cname', 'dns.srv.target'],
  ...['dns.naptr.flags', 'dns.naptr.service', 'dns.naptr.regex', 'dns.naptr.replacement'],
  ...['dns.soa.mname', 'dns.soa.rname'],
];

const NUMBERS = [
  ...['ip.ttl', 'ip.id', 'ip.proto', 'ipv6.hlim', 'udp.srcport', 'udp.dstport', 'udp.length'],
  ...['icmp.type', 'icmp.code', 'icmpv6.type', 'icmpv6.code'],
  ...['sip.Status-Code', 'sip.CSeq.seq', 'sip.Via.sent-by.port', 'sdp.media.port'],
  ...['rtp.marker', 'rtp.p_type', 'rtp.seq', 'rtp.timestamp', 'rtp.ssrc', 'rtp.csrc.item'],
  ...['rtcp.pt', 'rtcp.senderssrc', 'rtcp.timestamp.ntp.msw', 'rtcp.timestamp.ntp.lsw', 'rtcp.timestamp.rtp'],
  ...['rtcp.sender.packetcount', 'rtcp.sender.octetcount', 'rtcp.ssrc.identifier', 'rtcp.ssrc.fraction'],
  ...['rtcp.ssrc.cum_nr', 'rtcp.ssrc.ext_high', 'rtcp.ssrc.jitter', 'rtcp.ssrc.lsr', 'rtcp.ssrc.dlsr'],
  ...['rtcp.app.subtype', 'rtcp.mcptt.fld_id', 'rtcp.app_data.mcptt.priority', 'rtcp.app_data.mcptt.duration'],
  ...[
    'rtcp.app_data.mcptt.rej_cause',
    'rtcp.app_data.mcptt.rej_cause.floor_deny',
    'rtcp.app_data.mcptt.rej_cause.floor_revoke',
  ],
  ...['rtcp.app_data.mcptt.queue_pos_inf', 'rtcp.app_data.mcptt.queue_pri_lev', 'rtcp.app_data.mcptt.queue_size'],
  ...['rtcp.app_data.mcptt.perm_to_req_floor', 'rtcp.app_data.mcptt.msg_seq_num', 'rtcp.app_data.mcptt.source'],
  ...['rtcp.app_data.mcptt.queueing_cap', 'rtcp.app_data.mcptt.floor_participant_ref'],
  ...['rtcp.app_data.mcptt.msg_type', 'rtcp.app_data.mcptt.floor_ind', 'rtcp.app_data.mcptt.rtcp'],
  ...['dns.id', 'dns.flags.response', 'dns.flags.opcode', 'dns.flags.rcode', 'dns.flags.authoritative'],
  ...['dns.qry.type', 'dns.resp.type', 'dns.resp.ttl', 'dns.srv.priority', 'dns.srv.weight', 'dns.srv.port'],
  ...['dns.naptr.order', 'dns.naptr.preference', 'dns.soa.serial_number'],
];

export const COMPARED: readonly string[] = [...TEXTS, ...NUMBERS];
const numeric = new Set(NUMBERS);

/** tshark writes some numbers in hexadecimal. */
export function plainValue(field: string, value: string): string {
  return numeric.has(field) ? String(Number(value)) : value;
}

/** Facts in the making: values of one name in the order in which they are added. */
export class FactList {
  readonly facts: { [field: string]: string[] } = {};

  add(field: string, ...values: readonly (string | number | undefined)[]): this {
    for (const value of values) {
      if (value === undefined) continue;
      this.facts[field] ??= [];
      this.facts[field].push(String(value));
    }
    return this;
  }
}
