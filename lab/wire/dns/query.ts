import type { DnsMessage } from './message.ts';

/** RFC 1035 4.1.1: a standard query of one question that asks for recursion. */
export function queryOf(id: number, name: string, type: string): DnsMessage {
  return {
    id,
    response: false,
    opcode: 0,
    rcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    questions: [{ name, type }],
    answers: [],
    authorities: [],
    additionals: [],
  };
}
