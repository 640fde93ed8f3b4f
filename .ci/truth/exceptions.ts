import type { Packet } from './fields.ts';

/** One field (or `broken`: that a packet is) in which tshark is wrong, and its defect. At most ten. */
export interface Exception {
  readonly field: string;
  readonly defect: string;
  applies(ours: Packet, theirs: Packet): boolean;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    field: 'dns.resp.name',
    defect: "the owner of an SRV record is shown as dns.srv.service, proto and name, never as the record's name",
    applies: ({ facts: our }, { facts: their }) => {
      const types = our['dns.resp.type'] ?? [];
      const others = our['dns.resp.name']?.filter((_, i) => types[i] !== '33') ?? [];
      return others.join() === (their['dns.resp.name'] ?? []).join();
    },
  },
  {
    field: 'rtp.p_type',
    defect: 'payload type 99 is taken for RFC 2198 although no SDP says so, and the types inside are listed too',
    applies: ({ facts: our }, { facts: their }) => our['rtp.p_type']?.[0] === '99' && their['rtp.p_type']?.[0] === '99',
  },
  {
    field: 'broken',
    defect:
      'Track Info: behind a participant type of a multiple of four bytes the first reference is taken for padding, which is not zero',
    applies: ({ facts: our, broken }) =>
      !broken && (our['rtcp.mcptt.participant_type'] ?? []).some((type) => Buffer.byteLength(type) % 4 === 0),
  },
  {
    field: 'sdp.connection_info.address',
    defect: 'a c= line of two words, as garbage has it (RFC 8866 5.7 wants three), is shown whole as its address',
    applies: ({ facts: our }, { facts: their }) => {
      const addresses = (their['sdp.connection_info.address'] ?? []).filter((shown) => !shown.includes(' '));
      return addresses.join() === (our['sdp.connection_info.address'] ?? []).join();
    },
  },
  {
    field: 'protocol',
    defect: 'a start line whose method is no token (RFC 3261 25.1), as garbage has it, is taken for a request of SIP',
    applies: ({ protocol }, their) =>
      protocol === 'other' &&
      their.protocol === 'sip' &&
      !/^[\w!%'*+.`~-]+$/.test(their.facts['sip.Method']?.[0] ?? '-'),
  },
];
