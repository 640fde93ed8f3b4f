import type { DnsMessage, DnsRecord } from '../../../lab/wire/dns/message.ts';

/** What a plugin says; header and question come from the query. */
export interface Reply {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** A bare code has no sections, and no cache keeps it. */
  readonly bare: boolean;
}

export const rcodes = { noError: 0, formatError: 1, serverFailure: 2, nameError: 3, notImplemented: 4, refused: 5 };

export function bareReply(rcode: number): Reply {
  return {
    rcode,
    authoritative: false,
    truncated: false,
    recursionAvailable: false,
    answers: [],
    authorities: [],
    additionals: [],
    bare: true,
  };
}

export function fullReply(part: Partial<Reply>): Reply {
  return { ...bareReply(rcodes.noError), bare: false, ...part };
}

/** RFC 1035 4.1.1: id, opcode, RD and the question are the query's own. */
export function toMessage(reply: Reply, query: DnsMessage): DnsMessage {
  return {
    id: query.id,
    response: true,
    opcode: query.opcode,
    rcode: reply.rcode,
    authoritative: reply.authoritative,
    truncated: reply.truncated,
    recursionDesired: query.recursionDesired,
    recursionAvailable: reply.recursionAvailable,
    questions: query.questions.slice(0, 1),
    answers: reply.answers,
    authorities: reply.authorities,
    additionals: reply.additionals,
  };
}
