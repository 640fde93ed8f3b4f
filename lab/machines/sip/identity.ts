import { addrParam, parseNameAddr } from '../../wire/sip/address.ts';
import { parseCSeq } from '../../wire/sip/cseq.ts';
import { header } from '../../wire/sip/headers.ts';
import type { SipMessage } from '../../wire/sip/message.ts';

/** The tag of From or To; undefined where there is none or the header is not readable. */
export function tagOf(message: SipMessage, name: 'from' | 'to'): string | undefined {
  return tagIn(header(message, name));
}

export function tagIn(nameAddr: string | undefined): string | undefined {
  const parsed = nameAddr === undefined ? undefined : parseNameAddr(nameAddr);
  return parsed === undefined ? undefined : addrParam(parsed, 'tag');
}

export function cseqOf(message: SipMessage): { readonly number: number; readonly method: string } | undefined {
  const value = header(message, 'cseq');
  return value === undefined ? undefined : parseCSeq(value);
}

/** `value` with a tag put on, unless it has one. */
export function withTag(nameAddr: string, tag: string): string {
  return tagIn(nameAddr) === undefined ? `${nameAddr};tag=${tag}` : nameAddr;
}
